/**
 * How well a curve fits, beyond its least sum of squares:
 *   R² = 1 − ‖r‖²/Σ (y − ȳ)²              against the mean; negative where the mean would do better
 *   z  = (R − μ)/σ                         of the R runs of one sign along an input, where chance makes μ ± σ
 *   μ = 2pq/N + 1,  σ² = (μ − 1)(μ − 2)/(N − 1)       p residuals above 0 and q below, N = p + q
 * z far below 0: neighbours err alike, so the curve bends otherwise than the data (or neighbours are not independent).
 * Wald & Wolfowitz, "On a test whether two samples are from the same population", Ann. Math. Statist. 11 (1940)
 */
import type { Expr } from "../graph/expr.ts";
import type { MinimizeOptions } from "./minimize.ts";

/** Runs of one sign among residuals in the order of an input. */
interface Runs {
  /** R */
  readonly count: number;
  /** μ */
  readonly expected: number;
  /** 0 where there are too few residuals to tell, or where they are rounding alone. */
  readonly z: number;
}

export interface Goodness {
  /** R² against the mean; NaN where `observed` was not given, or does not vary. */
  readonly r2: number;
  /** Along the input where they are fewest beside what is expected (undefined: in the order of rows). */
  readonly runs: Runs & { readonly along: string | undefined };
}

/** Fewer residuals tell nothing of a pattern. */
const LEAST = 6;

/**
 * @param r residuals; where they are rounding alone, `exact`, their signs are no pattern
 * @param observed what the model is compared with
 * @param inputs the inputs that the model bends along
 */
export function goodness(
  r: Float64Array,
  exact: boolean,
  observed: ArrayLike<number> | undefined,
  inputs: readonly Expr[],
  { data = {} }: MinimizeOptions,
): Goodness {
  const orders = inputs.flatMap(({ label }) => {
    const values = data[label as string];
    return values?.length === r.length ? [{ along: label, values }] : [];
  });
  const all = orders.length > 0 ? orders : [{ along: undefined, values: r.map((_, i) => i) }];
  const runs = all
    .map(({ along, values }) => ({ along, ...runsAlong(values, r, exact) }))
    .reduce((a, b) => (b.z < a.z ? b : a));
  return { r2: observed ? determination(r, observed) : Number.NaN, runs };
}

function determination(r: Float64Array, observed: ArrayLike<number>): number {
  const y = Array.from(observed);
  const mean = y.reduce((total, value) => total + value / y.length, 0);
  // Divided by the largest first, so that no square overflows.
  const scale = Math.max(...y.map((value) => Math.abs(value - mean)), Number.MIN_VALUE);
  const squares = (values: Iterable<number>): number => {
    let total = 0;
    for (const value of values) total += (value / scale) ** 2;
    return total;
  };
  const all = squares(y.map((value) => value - mean));
  return all > 0 ? 1 - squares(r) / all : Number.NaN;
}

function runsAlong(values: ArrayLike<number>, r: Float64Array, exact: boolean): Runs {
  const order = Array.from(r.keys()).sort((i, j) => values[i] - values[j] || i - j);
  const signs = order.map((i) => Math.sign(r[i])).filter((sign) => sign !== 0);
  const above = signs.filter((sign) => sign > 0).length;
  const below = signs.length - above;
  const count = signs.filter((sign, i) => sign !== signs[i - 1]).length;
  const expected = (2 * above * below) / Math.max(1, signs.length) + 1;
  const variance = ((expected - 1) * (expected - 2)) / (signs.length - 1);
  const tells = !exact && signs.length >= LEAST && variance > 0;
  return { count, expected, z: tells ? (count - expected) / Math.sqrt(variance) : 0 };
}
