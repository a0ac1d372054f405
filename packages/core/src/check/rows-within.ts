/** On how many rows a network's gradients are compared, so that it takes seconds: sizes alone decide, so that it can be repeated. */
import { type Box, wholeBox } from "../graph/box.ts";
import { topological } from "../graph/expr.ts";
import { costOf } from "../graph/reach.ts";
import type { Shape } from "../graph/type.ts";
import type { Net } from "../net/net.ts";
import { objectiveGraph } from "../net/objective.ts";
import { LEAST_ENTRIES, LOSSES_PER_DIRECTION } from "./check-variables.ts";

/** Multiplications, about: a second. */
const MOST_COST = 1e9;
/** Fewer would say little of a network, however large it is. */
const LEAST_ROWS = 16;

/** As many as all tensors can be compared on: each as a whole, and the fewest of its entries. */
export function rowsWithin(net: Net): number {
  // What rows do not change, as a regulariser, costs the same on one and on two.
  const perRow = leastCost(net, 2) - leastCost(net, 1);
  return Math.max(LEAST_ROWS, Math.floor(MOST_COST / perRow));
}

/** Multiplications, about, that all witnesses of one direction take where one row moves. */
export function costOfRow(net: Net): number {
  const { x, loss } = objectiveGraph(net, { rows: 1, weight: undefined }, "f64");
  return LOSSES_PER_DIRECTION * costOf(topological([loss]), new Map([[x, wholeBox(x.type.shape)]]));
}

function leastCost(net: Net, rows: number): number {
  const { variables, loss } = objectiveGraph(net, { rows, weight: undefined }, "f64");
  const order = topological([loss]);
  const first = (shape: Shape): Box => shape.map(() => [0, 1]);
  return Object.values(variables).reduce((sum, node) => {
    const { shape } = node.type;
    const [whole, entry] = [wholeBox(shape), first(shape)].map((box) => costOf(order, new Map([[node, box]])));
    return sum + LOSSES_PER_DIRECTION * (whole + LEAST_ENTRIES * entry);
  }, 0);
}
