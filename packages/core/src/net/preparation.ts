/** How x and target are made from what a table holds: the part of the graph below the network. */
import type { Expr } from "../graph/expr.ts";
import type { NetTensors } from "./net.ts";

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
