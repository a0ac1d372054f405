/** A network on a batch, ready to be explained: its derivation and all numbers, in float64 on the reference engine. */
import { evaluate } from "../engines/engine.ts";
import { referenceEngine } from "../engines/reference/reference.ts";
import type { Derivable } from "../explain/derivation/derivation.ts";
import { type Evaluate, type Explained, explained, type Numbers } from "../explain/derivation/explained.ts";
import { label } from "../graph/expr.ts";
import { reduceRows } from "../nn/losses.ts";
import type { Batch } from "./batch.ts";
import type { Net, NetTensors } from "./net.ts";
import { objectiveGraph, objectiveValues } from "./objective.ts";

const run: Evaluate = (program, inputs) => {
  const needed = program.inputs.map((node): [string, ArrayLike<number>] => [
    node.label as string,
    inputs[node.label as string],
  ]);
  return evaluate(referenceEngine, program, Object.fromEntries(needed));
};

/** The network as it trains. */
export function explainNet(
  net: Net,
  tensors: NetTensors,
  batch: Batch,
  options: { kernels?: boolean } = {},
): Explained {
  return explained(problemOf(net, batch), values(net, tensors, batch), run, options);
}

const values = (net: Net, tensors: NetTensors, batch: Batch): Numbers => objectiveValues(net, tensors, batch);

function problemOf(net: Net, batch: Batch): Derivable & { readonly x: Derivable["x"] } {
  const { variables, given, layers, loss, rows } = objectiveGraph(net, batch, "f64");
  const { x, ...parameters } = variables;
  return { loss, layers, rows, parameters: Object.values(parameters), x, given };
}

/** The same network with its prediction as one more activation and the loss made of that; undefined where it has none. */
export function explainApart(net: Net, tensors: NetTensors, batch: Batch): Explained | undefined {
  const { predict, ofPrediction } = net.objective.loss;
  if (predict === undefined || ofPrediction === undefined) return undefined;
  const graph = objectiveGraph(net, batch, "f64");
  const { x, ...parameters } = graph.variables;
  const [target] = graph.given.filter(({ label: name }) => name === "target");
  const weight = graph.given.find(({ label: name }) => name === "weight");
  const p = label(predict(graph.outputs), "p");
  const rows = ofPrediction(p, target);
  const loss = label(reduceRows(rows, weight, net.objective.reduction ?? "mean"), "L");
  const layers = [...graph.layers, { z: graph.outputs, h: p }];
  const problem = { loss, layers, rows, parameters: Object.values(parameters), x, given: graph.given };
  return explained(problem, values(net, tensors, batch), run);
}
