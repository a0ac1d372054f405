/** Runs the gradient program of a network on a batch. */
import { evaluate, type SyncEngine } from "../engines/engine.ts";
import type { FloatType } from "../graph/type.ts";
import type { Batch } from "./batch.ts";
import type { Net, NetTensors } from "./net.ts";
import { gradientName, gradientProgram, objectiveGraph, objectiveValues } from "./objective.ts";

/** A tensor as plain data: its shape and its values, row-major. */
export interface ShapedValues {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** The loss of a network on rows, its outputs and all its gradients. */
export interface Gradients {
  readonly loss: number;
  /** [rows, outputs] */
  readonly outputs: ShapedValues;
  /** Every parameter's in the order of the layers, then that of x. */
  readonly gradients: Readonly<Record<string, ShapedValues>>;
}

/** Loss, outputs and all gradients, computed by `engine` in `dtype`. */
export function computeGradients(
  net: Net,
  tensors: NetTensors,
  batch: Batch,
  engine: SyncEngine,
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
