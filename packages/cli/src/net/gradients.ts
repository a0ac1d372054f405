/** Runs the gradient program of a network on a batch. */
import { type Engine, evaluate, type FloatType } from "@chaingrad/core";
import type { Batch } from "./batch.ts";
import type { Net } from "./net-document.ts";
import { gradientName, gradientProgram, objectiveGraph, objectiveValues, type Tensors } from "./objective.ts";

export interface Tensor {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

export interface Gradients {
  readonly loss: number;
  /** [rows, outputs] */
  readonly outputs: Tensor;
  /** Every parameter's in the order of the layers, then that of x. */
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** Loss, outputs and all gradients, computed by `engine` in `dtype`. */
export function computeGradients(
  net: Net,
  tensors: Tensors,
  batch: Batch,
  engine: Engine,
  dtype: FloatType,
): Gradients {
  const graph = objectiveGraph(net, batch, dtype);
  const results = evaluate(engine, gradientProgram(graph), objectiveValues(net, tensors, batch));
  const named = Object.entries(graph.variables).map(([name, { type }]) => [
    name,
    { shape: type.shape, values: results[gradientName(name)] },
  ]);
  return {
    loss: results.loss[0],
    outputs: { shape: graph.outputs.type.shape, values: results.outputs },
    gradients: Object.fromEntries(named),
  };
}
