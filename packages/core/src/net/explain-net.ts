/** A network on a batch, ready to be explained: its derivation and all numbers, in float64 on the reference engine. */
import { evaluate } from "../engines/engine.ts";
import { referenceEngine } from "../engines/reference/reference.ts";
import type { Derivable } from "../explain/derivation.ts";
import { type Evaluate, type Explained, explained } from "../explain/explained.ts";
import { type Expr, label, topological } from "../graph/expr.ts";
import { reduceRows } from "../nn/losses.ts";
import type { Batch } from "./batch.ts";
import type { Net, NetTensors } from "./net.ts";
import { objectiveGraph, objectiveValues } from "./objective.ts";
import type { Preparation } from "./preparation.ts";

const run: Evaluate = (program, inputs) => {
  const needed = program.inputs.map((node): [string, ArrayLike<number>] => [
    node.label as string,
    inputs[node.label as string],
  ]);
  return evaluate(referenceEngine, program, Object.fromEntries(needed));
};

export interface ExplainNetOptions {
  /** Say which step of the compiled plan computes each value. */
  readonly kernels?: boolean;
  /** What x and the target are made from: the chain rule then leads on to its columns. */
  readonly prepared?: Preparation | undefined;
  /** A labelled scalar of the network's outputs, which is differentiated in place of the loss. */
  readonly prediction?: ((outputs: Expr) => Expr) | undefined;
}

/** The network as it trains. Throws RangeError where a prediction of more than one row is asked for. */
export function explainNet(net: Net, tensors: NetTensors, batch: Batch, options: ExplainNetOptions = {}): Explained {
  const { prepared, kernels = false } = options;
  const inputs = objectiveValues(net, tensors, batch, prepared);
  return explained(problemOf(net, batch, options), inputs, run, { kernels });
}

function problemOf(net: Net, batch: Batch, { prepared, prediction }: ExplainNetOptions): Derivable {
  const { parameters, x, given, layers, loss, rows, outputs } = objectiveGraph(net, batch, "f64", prepared);
  const below = { layers, parameters, x, ...(prepared ? { columns: prepared.columns } : {}) };
  if (prediction === undefined) return { ...below, loss, rows, given };
  if (batch.rows !== 1) throw new RangeError("a prediction is one row's: choose it with its number");
  const top = prediction(outputs);
  const used = new Set(topological([top]));
  return { ...below, loss: top, top: "prediction", given: given.filter((node) => used.has(node)) };
}

/** The same network with its prediction as one more activation and the loss made of that; undefined where it has none. */
export function explainApart(
  net: Net,
  tensors: NetTensors,
  batch: Batch,
  prepared?: Preparation,
): Explained | undefined {
  const { predict, ofPrediction } = net.loss;
  if (predict === undefined || ofPrediction === undefined) return undefined;
  const graph = objectiveGraph(net, batch, "f64", prepared);
  const target = graph.target;
  const weight = graph.given.find(({ label: name }) => name === "weight");
  const p = label(predict(graph.outputs), "p");
  const rows = ofPrediction(p, target);
  const loss = label(reduceRows(rows, weight, net.reduction), "L");
  const layers = [...graph.layers, { z: graph.outputs, h: p }];
  const { parameters, x, given } = graph;
  const problem = { loss, layers, rows, parameters, x, given, ...(prepared ? { columns: prepared.columns } : {}) };
  return explained(problem, objectiveValues(net, tensors, batch, prepared), run);
}
