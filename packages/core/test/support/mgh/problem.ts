/** What a problem is, and the few expressions that all of them are written with. Vectors are f64, xᵢ has shape [1]. */
import type { Expr } from "../../../src/graph/expr.ts";
import { matmul } from "../../../src/ops/matmul.ts";
import { add, mul, square } from "../../../src/ops/ring.ts";
import { concat, pad, reshape, slice } from "../../../src/ops/shape.ts";
import { constant } from "../../../src/ops/source.ts";
import { sum } from "../../../src/ops/sum-broadcast.ts";

/** Minimize f(x) = Σᵢ fᵢ(x)², i = 1 … m, over x in ℝⁿ. */
export interface MghProblem {
  /** As in the paper, 1 … 35. */
  readonly number: number;
  readonly name: string;
  readonly n: number;
  readonly m: number;
  /** The standard start x₀. */
  readonly start: readonly number[];
  /** f at the global minimum, then at other published local minima; those approached at infinity say so. */
  readonly minima: readonly number[];
  /** f₁ … fₘ as an expression [m] of x: f64 [n]. */
  residuals(x: Expr): Expr;
  /** The same in plain numbers, written separately from the paper: the oracle of the expression. */
  plain(x: readonly number[]): number[];
  /** Evaluations of f and of its Jacobian that MINPACK's lmder1 takes from the standard start, with tolerance √ε. */
  readonly minpack?: { readonly nfev: number; readonly njev: number };
}

/** [g(1), …, g(count)] */
export function range(count: number, g: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => g(i + 1));
}

/** Σ g(i) for i = first … last, in plain numbers. */
export function series(first: number, last: number, g: (i: number) => number): number {
  let total = 0;
  for (let i = first; i <= last; i++) total += g(i);
  return total;
}

/** `times` copies of the values, one after another. */
export function repeat(values: readonly number[], times: number): number[] {
  return Array.from({ length: times }, () => values).flat();
}

/** x₁, …, xₙ */
export function components(x: Expr): Expr[] {
  return Array.from({ length: x.type.shape[0] }, (_, i) => slice(x, [i], [1]));
}

/** One vector of the parts, one after another. */
export function vector(...parts: Expr[]): Expr {
  return concat(parts, 0);
}

/** A vector of numbers. */
export function numbers(values: readonly number[]): Expr {
  return constant(values, [values.length], "f64");
}

/** Σᵢ xᵢ, of shape [1] */
export function total(x: Expr): Expr {
  return reshape(sum(x), [1]);
}

/** Σᵢ cᵢ xᵢ, of shape [1] */
export function weighted(weights: readonly number[], x: Expr): Expr {
  return total(mul(numbers(weights), x));
}

/** a + b + … */
export function plus(...terms: Expr[]): Expr {
  return terms.reduce(add);
}

/** a³ */
export function cube(a: Expr): Expr {
  return mul(square(a), a);
}

/** A x for the matrix with entries Aᵢⱼ = entry(i, j), i = 1 … rows. */
export function linearMap(rows: number, entry: (i: number, j: number) => number, x: Expr): Expr {
  const columns = x.type.shape[0];
  const entries = range(rows, (i) => i).flatMap((i) => range(columns, (j) => entry(i, j)));
  return reshape(matmul(constant(entries, [rows, columns], "f64"), reshape(x, [columns, 1])), [rows]);
}

/** The vector with elements xᵢ₊ₖ, which are 0 beyond both ends. */
export function shifted(x: Expr, k: number): Expr {
  const [n] = x.type.shape;
  const kept = slice(x, [Math.max(0, k)], [n - Math.abs(k)]);
  return pad(kept, [Math.max(0, -k)], [n]);
}
