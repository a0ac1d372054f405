/** A network on a batch, ready to be explained: its derivation and all numbers, in float64 on the reference engine. */

import { evaluate } from "../engines/engine.ts";
import { referenceEngine } from "../engines/reference/reference.ts";
import { type Derivable, derive } from "../explain/derivation/derivation.ts";
import { type Evaluate, type Explained, type ExplainOptions, explained } from "../explain/derivation/explained.ts";
import { type ColumnNames, columnNames } from "../explain/notation/column-names.ts";
import type { GivenNames } from "../explain/notation/given-names.ts";
import { type Expr, label, topological } from "../graph/expr.ts";
import { reduceRows } from "../nn/losses.ts";
import { namesThrough } from "../nn/network.ts";
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

/** What a network's derivation can be told: where x comes from, and what it starts from. */
export interface ExplainNetOptions extends ExplainOptions {
  /** What x and the target are made from: the chain rule then leads on to its columns. */
  readonly prepared?: Preparation | undefined;
  /** A labelled scalar of the network's outputs, which is differentiated in place of the loss. */
  readonly prediction?: ((outputs: Expr) => Expr) | undefined;
}

/** The network as it trains. Throws RangeError as `explained`, and where a prediction of more than one row is asked for. */
export function explainNet(net: Net, tensors: NetTensors, batch: Batch, options: ExplainNetOptions = {}): Explained {
  const inputs = objectiveValues(net, tensors, batch, options.prepared);
  return explained(problemOf(net, batch, options), inputs, run, options);
}

/** What the numbers of a network are called wherever they are shown by their symbols. Throws RangeError as `explained`. */
export function nameNet(net: Net, given: GivenNames): ColumnNames {
  const problem = problemOf(net, { rows: 1, weight: undefined }, {});
  return columnNames(problem, derive(problem), given);
}

function problemOf(
  net: Net,
  batch: Pick<Batch, "rows" | "weight">,
  { prepared, prediction }: ExplainNetOptions,
): Derivable {
  const { parameters, x, given, layers, loss, rows, outputs } = objectiveGraph(net, batch, "f64", prepared);
  const named = namesIn(net);
  const below = { layers, parameters, x, named, ...(prepared ? { columns: prepared.columns } : {}) };
  if (prediction === undefined) return { ...below, loss, rows, given };
  if (batch.rows !== 1) throw new RangeError("a prediction is one row's: choose it with its number");
  const top = prediction(outputs);
  const used = new Set(topological([top]));
  return { ...below, loss: top, top: "prediction", given: given.filter((node) => used.has(node)) };
}

const namesIn =
  ({ network }: Net): NonNullable<Derivable["named"]> =>
  (given) =>
    given.inputs === undefined ? [] : namesThrough(network, { inputs: given.inputs, categories: given.categories });

/** The same network with its prediction as one more activation and the loss made of that; undefined where it has none. */
export function explainApart(
  net: Net,
  tensors: NetTensors,
  batch: Batch,
  options: Omit<ExplainNetOptions, "prediction"> = {},
): Explained | undefined {
  const { predict, ofPrediction } = net.objective.loss;
  if (predict === undefined || ofPrediction === undefined) return undefined;
  const { prepared } = options;
  const graph = objectiveGraph(net, batch, "f64", prepared);
  const target = graph.target;
  const weight = graph.given.find(({ label: name }) => name === "weight");
  const p = label(predict(graph.outputs), "p");
  const rows = ofPrediction(p, target);
  const loss = label(reduceRows(rows, weight, net.objective.reduction ?? "mean"), "L");
  const layers = [...graph.layers, { z: graph.outputs, h: p }];
  const { parameters, x, given } = graph;
  const below = { layers, parameters, x, named: namesIn(net), ...(prepared ? { columns: prepared.columns } : {}) };
  const problem = { ...below, loss, rows, given };
  return explained(problem, objectiveValues(net, tensors, batch, prepared), run, options);
}
