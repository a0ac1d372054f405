/**
 * Sums over rows of products of vectors' elements, Σᵣ xᵢ yⱼ zₖ, as one product of two matrices over the rows: all products
 * of two vectors' elements (Khatri & Rao, 1968) by a third vector.
 * A vector of each row is a matrix [elements, rows], so that whatever is repeated or chosen is a run of memory.
 */
import type { Expr } from "../graph/expr.ts";
import { matmul } from "../ops/matmul.ts";
import { add, mul } from "../ops/ring.ts";
import { gatherRows } from "../ops/rows.ts";
import { concat, reshape } from "../ops/shape.ts";
import { constant, fill } from "../ops/source.ts";
import { broadcast, repeatedBy, sum } from "../ops/sum-broadcast.ts";

/** [elements, rows]; absent: a single 1. */
export type Factor = Expr | undefined;

/** What making one of a factor's numbers costs, in floating-point operations of a product of matrices. */
export const MAKING = 16;

const length = (factor: Factor): number => factor?.type.shape[0] ?? 1;

/** Σᵣ x[i, r] y[j, r] …, for up to three factors; element (i, j, …) is i · steps[0] + j · steps[1] + … of `values`. */
export function contract(factors: readonly Factor[]): { values: Expr; steps: number[] } {
  const order = factors
    .map((_, i) => i)
    .filter((i) => factors[i] !== undefined)
    .sort((i, j) => length(factors[i]) - length(factors[j]));
  const sorted = order.map((i) => factors[i] as Expr);
  const steps = factors.map(() => 0);
  order.forEach((i, at) => {
    steps[i] = sorted.slice(at + 1).reduce((product, factor) => product * length(factor), 1);
  });
  // All orders of a product take as long; so it is the smaller two that become one.
  const [last, ...others] = sorted.reverse();
  if (others.length === 0) return { values: sum(last, [1]), steps };
  return { values: matmul(others.reduceRight(products), last, { transposeB: true }), steps };
}

/** All products of two factors' elements: [m · n, rows]. */
function products(x: Expr, y: Expr): Expr {
  const [m, rows] = x.type.shape;
  const n = length(y);
  if (m === 1 || n === 1) return mul(x, y);
  return reshape(mul(broadcast(x, [m, n, rows], [0, 2]), broadcast(y, [m, n, rows], [1, 2])), [m * n, rows]);
}

/** x[i, j, :] y[j, :] as [m · n, rows], for x as [m · n, rows] and y [n, rows] */
export function scaleInner(x: Expr, y: Factor): Expr {
  if (y === undefined) return x;
  const [n, rows] = y.type.shape;
  return reshape(mul(reshape(x, [length(x) / n, n, rows]), y), x.type.shape);
}

/** Factors one below another, an absent one as a row of ones for each of `rows`. */
export function stack(factors: readonly Factor[], rows: number): Factor {
  const [first] = factors.filter((factor) => factor !== undefined);
  if (first === undefined) return undefined;
  const ones = fill(1, [1, rows], first.type.dtype);
  return concat(
    factors.map((factor) => factor ?? ones),
    0,
  );
}

/** Some elements of a factor; a single one is all there is. */
export function chooseOf(factor: Expr, which: readonly number[]): Expr {
  if (length(factor) === 1) return factor;
  const index = constant(which, [which.length], "i32");
  const repeated = repeatedBy(factor);
  if (repeated?.axes.join() !== "0") return gatherRows(factor, index);
  const [count, rows] = factor.type.shape;
  const chosen = gatherRows(reshape(repeated.operand, [count, 1]), index);
  return broadcast(reshape(chosen, [which.length]), [which.length, rows], [0]);
}

/** All (i, j) with i ≤ j < n. */
export function unorderedPairs(n: number): (readonly [number, number])[] {
  return Array.from({ length: n }, (_, j) => Array.from({ length: j + 1 }, (_, i) => [i, j] as const)).flat();
}

/** The place of (i, j) or (j, i) in `unorderedPairs`. */
export function pairPlace(i: number, j: number): number {
  const [low, high] = i < j ? [i, j] : [j, i];
  return (high * (high + 1)) / 2 + low;
}

/** x[i] x[j] of unordered pairs */
export function pairProducts(x: Expr): Expr {
  const pairs = unorderedPairs(length(x));
  const side = (which: 0 | 1): Expr =>
    chooseOf(
      x,
      pairs.map((pair) => pair[which]),
    );
  return mul(side(0), side(1));
}

/** x[i, j] y[i] y[j] + [i = j] z[i] of unordered pairs, for x [n · n, rows]; absent terms are zero, an absent y is 1. */
export function pairForm(n: number, x: Factor, y: Factor, z: Factor): Expr | undefined {
  const pairs = unorderedPairs(n);
  const chosen =
    x &&
    chooseOf(
      x,
      pairs.map(([i, j]) => j * n + i),
    );
  const scaled = chosen && y ? mul(chosen, pairProducts(y)) : chosen;
  if (z === undefined) return scaled;
  const zero = fill(0, [1, z.type.shape[1]], z.type.dtype);
  const places = pairs.map(([i, j]) => (i === j ? i : n));
  const diagonal = n === 1 ? z : chooseOf(concat([z, zero], 0), places);
  return scaled ? add(scaled, diagonal) : diagonal;
}
