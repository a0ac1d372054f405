/** How x and target are made from what a table holds: the part of the graph below the network. */

import type { Expr } from "../graph/expr.ts";
import { topological } from "../graph/expr.ts";
import type { Batch } from "./batch.ts";
import type { Net, NetTensors } from "./net.ts";
import { inputsOf, objectiveGraph } from "./objective.ts";

/** Everything in float64. No label is one of `takenNames`. */
export interface Preparation {
  /** [rows, inputs], labelled "x". */
  readonly x: Expr;
  /** Inputs [rows] in the columns' own units: what gradients are taken by. */
  readonly columns: readonly Expr[];
  /** As the loss takes it, labelled "target"; absent: given as it is. */
  readonly target?: Expr;
  /** All other inputs that x and target are made from. */
  readonly given: readonly Expr[];
  /** Of columns and given, by label. */
  readonly values: NetTensors;
}

/** What the network's own nodes are called: "x", "W1", "z1", …, "target", "L". */
export function takenNames(net: Net): ReadonlySet<string> {
  const batch: Pick<Batch, "rows" | "weight"> = { rows: 1, weight: Float64Array.of(1) };
  const graph = objectiveGraph(net, batch, "f64");
  const nodes = [...inputsOf(graph), ...topological([graph.loss])];
  return new Set(nodes.flatMap(({ label }) => (label === undefined ? [] : [label])));
}
