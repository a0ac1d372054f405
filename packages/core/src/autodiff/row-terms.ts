/** Sums over all rows of what second derivatives of a row are made of: carriers of two sites, and a form of their units. */
import type { Expr } from "../graph/expr.ts";
import type { Batched } from "../graph/op.ts";
import { sizeOf } from "../graph/type.ts";
import { reshape, transpose } from "../ops/shape.ts";
import { broadcast, repeatedBy } from "../ops/sum-broadcast.ts";
import { batchLast } from "./batch.ts";
import type { Rows } from "./curvature.ts";
import { contract, type Factor, MAKING, pairPlace, pairProducts } from "./row-factors.ts";
import { type Term, table } from "./second-derivatives.ts";
import type { Site } from "./sites.ts";

/** A site on all rows. */
export interface CarriedSite extends Site {
  /** All its carriers, one below another. */
  readonly carrier: Factor;
}

const size = (node: Expr): number => sizeOf(node.type.shape);

/** Each node on all rows: [elements, rows]. */
export function overRows(nodes: readonly Expr[], rows: Rows): Map<Expr, Expr> {
  const [[first, many]] = rows;
  const count = size(many) / size(first);
  const last = ([one, all]: [Expr, Expr]): [Expr, Batched] => {
    const matrix = size(one) === 1 ? all : transpose(reshape(all, [count, size(one)]));
    return [one, { expr: reshape(matrix, [...one.type.shape, count]), axis: one.type.shape.length }];
  };
  const batched = batchLast(nodes, new Map([...rows].map(last)), count);
  return new Map(nodes.map((node, i) => [node, asFactor(batched[i], size(node), count)]));
}

/** What is the same for all rows stays a repetition, of which elements are chosen before it is made. */
function asFactor(node: Expr, length: number, rows: number): Expr {
  const repeated = repeatedBy(node);
  const last = node.type.shape.length - 1;
  if (repeated === undefined || repeated.axes.includes(last) || size(repeated.operand) !== length)
    return reshape(node, [length, rows]);
  return broadcast(reshape(repeated.operand, [length]), [length, rows], [0]);
}

/** Σᵣ (h ⊗ h) ⊗ ∂s̄/∂s: of the units, and where that is cheaper of the carriers, only unordered pairs. */
export function within({ units, width, carrier }: CarriedSite, curvature: Expr): Term {
  const [dots] = curvature.type.shape;
  const pairs = (width * (width + 1)) / 2;
  const byPairs = pairs * (MAKING + 2 * dots);
  const byAll = width * (Math.min(width, dots) * MAKING + 2 * width * dots);
  const inPairs = carrier === undefined || byPairs < byAll;
  const { values, steps } = contract(
    inPairs ? [curvature, carrier && pairProducts(carrier)] : [curvature, carrier, carrier],
  );
  return {
    values,
    units: table(units, units, (u, k) => pairPlace(u, k) * steps[0]),
    carriers: table(width, width, (a, b) => (inPairs ? pairPlace(a, b) * steps[1] : a * steps[1] + b * steps[2])),
  };
}

/** Σᵣ (h ⊗ g) ⊗ ∂t̄/∂s */
export function across(first: CarriedSite, second: CarriedSite, dot: Expr): Term {
  const { values, steps } = contract([first.carrier, second.carrier, dot]);
  return {
    values,
    units: table(first.units, second.units, (u, k) => (k * first.units + u) * steps[2]),
    carriers: table(first.width, second.width, (a, b) => a * steps[0] + b * steps[1]),
  };
}
