/** Problems of any size whose residuals have a structure: discretised, banded, linear, and Chebyshev's. Here n = 10 or 8. */
import type { Expr } from "../../../src/graph/expr.ts";
import { add, div, mul, square, sub } from "../../../src/ops/ring.ts";
import { pad } from "../../../src/ops/shape.ts";
import { fill } from "../../../src/ops/source.ts";
import {
  cube,
  linearMap,
  type MghProblem,
  numbers,
  plus,
  range,
  repeat,
  series,
  shifted,
  total,
  vector,
  weighted,
} from "./problem.ts";

/** The mesh of the boundary value problems: tᵢ = i h, h = 1/(n + 1). */
const H = 1 / 11;
const mesh: readonly number[] = range(10, (i) => i / 11);
const parabola: readonly number[] = mesh.map((t) => t * (t - 1));

/** fᵢ = 2xᵢ − xᵢ₋₁ − xᵢ₊₁ + h² (xᵢ + tᵢ + 1)³/2,   x₀ = xₙ₊₁ = 0; any n = m, here 10 */
const discreteBoundaryValue: MghProblem = {
  number: 28,
  name: "Discrete boundary value",
  n: 10,
  m: 10,
  start: parabola,
  minima: [0],
  residuals(x) {
    const force = mul(H ** 2 / 2, cube(add(x, numbers(mesh.map((t) => t + 1)))));
    return add(sub(mul(2, x), add(shifted(x, -1), shifted(x, 1))), force);
  },
  plain: (x) =>
    x.map((xi, k) => {
      const neighbours = (x[k - 1] ?? 0) + (x[k + 1] ?? 0);
      return 2 * xi - neighbours + (xi + (k + 1) / 11 + 1) ** 3 / (2 * 121);
    }),
};

/**
 * fᵢ = xᵢ + h [(1 − tᵢ) Σⱼ≤ᵢ tⱼ (xⱼ + tⱼ + 1)³ + tᵢ Σⱼ>ᵢ (1 − tⱼ)(xⱼ + tⱼ + 1)³]/2,   any n = m, here 10
 *    = xᵢ + Σⱼ Kᵢⱼ (xⱼ + tⱼ + 1)³,   Kᵢⱼ = h min(tᵢ, tⱼ)(1 − max(tᵢ, tⱼ))/2
 */
const discreteIntegralEquation: MghProblem = {
  number: 29,
  name: "Discrete integral equation",
  n: 10,
  m: 10,
  start: parabola,
  minima: [0],
  residuals(x) {
    const cubes = cube(add(x, numbers(mesh.map((t) => t + 1))));
    const kernel = (i: number, j: number): number => (H / 2) * (Math.min(i, j) / 11) * (1 - Math.max(i, j) / 11);
    return add(x, linearMap(10, kernel, cubes));
  },
  plain(x) {
    const t = (i: number): number => i / 11;
    const cubed = (j: number): number => (x[j - 1] + t(j) + 1) ** 3;
    return range(10, (i) => {
      const below = series(1, i, (j) => t(j) * cubed(j));
      const above = series(i + 1, 10, (j) => (1 - t(j)) * cubed(j));
      return x[i - 1] + ((1 - t(i)) * below + t(i) * above) / 22;
    });
  },
};

/** fᵢ = (3 − 2xᵢ) xᵢ − xᵢ₋₁ − 2xᵢ₊₁ + 1,   x₀ = xₙ₊₁ = 0; any n = m, here 10 */
const broydenTridiagonal: MghProblem = {
  number: 30,
  name: "Broyden tridiagonal",
  n: 10,
  m: 10,
  start: repeat([-1], 10),
  minima: [0],
  residuals(x) {
    const own = mul(sub(3, mul(2, x)), x);
    return add(sub(sub(own, shifted(x, -1)), mul(2, shifted(x, 1))), 1);
  },
  plain: (x) => x.map((xi, k) => 3 * xi - 2 * xi ** 2 - (x[k - 1] ?? 0) - 2 * (x[k + 1] ?? 0) + 1),
};

/** fᵢ = xᵢ (2 + 5xᵢ²) + 1 − Σⱼ xⱼ (1 + xⱼ),   j ≠ i from max(1, i − 5) to min(n, i + 1); any n = m, here 10 */
const broydenBanded: MghProblem = {
  number: 31,
  name: "Broyden banded",
  n: 10,
  m: 10,
  start: repeat([-1], 10),
  minima: [0],
  residuals(x) {
    const coupling = mul(x, add(1, x));
    const neighbours = plus(...[-5, -4, -3, -2, -1, 1].map((k) => shifted(coupling, k)));
    return sub(add(mul(x, add(2, mul(5, square(x)))), 1), neighbours);
  },
  plain: (x) =>
    range(10, (i) => {
      const own = 2 * x[i - 1] + 5 * x[i - 1] ** 3 + 1;
      return own - series(Math.max(1, i - 5), Math.min(10, i + 1), (j) => (j === i ? 0 : x[j - 1] + x[j - 1] ** 2));
    }),
};

/** fᵢ = xᵢ − (2/m) Σⱼ xⱼ − 1, i ≤ n   fᵢ = −(2/m) Σⱼ xⱼ − 1, i > n; any m ≥ n, here 20 and 10. The minimum is m − n. */
const linearFullRank: MghProblem = {
  number: 32,
  name: "Linear, full rank",
  n: 10,
  m: 20,
  start: repeat([1], 10),
  minima: [10],
  residuals: (x) => sub(pad(x, [0], [20]), add(mul(0.1, total(x)), 1)),
  plain: (x) => range(20, (i) => (i <= 10 ? x[i - 1] : 0) - (2 * series(0, 9, (j) => x[j])) / 20 - 1),
};

/** fᵢ = i Σⱼ j xⱼ − 1; any m ≥ n, here 20 and 10. The minimum is m (m − 1)/(2 (2m + 1)), where Σⱼ j xⱼ = 3/(2m + 1). */
const linearRankOne: MghProblem = {
  number: 33,
  name: "Linear, rank 1",
  n: 10,
  m: 20,
  start: repeat([1], 10),
  minima: [(20 * 19) / (2 * 41)],
  residuals(x) {
    const i = numbers(range(20, (k) => k));
    const s = weighted(
      range(10, (j) => j),
      x,
    );
    return sub(mul(i, s), 1);
  },
  plain: (x) => range(20, (i) => series(1, 10, (j) => i * j * x[j - 1]) - 1),
};

/**
 * f₁ = fₘ = −1   fᵢ = (i − 1) Σⱼ j xⱼ − 1,   1 < i < m, j = 2 … n − 1; any m ≥ n, here 20 and 10
 * The minimum is (m² + 3m − 6)/(2 (2m − 3)), where Σⱼ j xⱼ = 3/(2m − 3).
 */
const linearRankOneZero: MghProblem = {
  number: 34,
  name: "Linear, rank 1 with zero columns and rows",
  n: 10,
  m: 20,
  start: repeat([1], 10),
  minima: [(400 + 60 - 6) / (2 * 37)],
  residuals(x) {
    const row = numbers(range(20, (i) => (i === 20 ? 0 : i - 1)));
    const s = weighted([0, 2, 3, 4, 5, 6, 7, 8, 9, 0], x);
    return sub(mul(row, s), 1);
  },
  plain: (x) => [-1, ...range(18, (i) => series(2, 9, (j) => i * j * x[j - 1]) - 1), -1],
};

/**
 * fᵢ = (1/n) Σⱼ Tᵢ(xⱼ) − ∫₀¹ Tᵢ,   Tᵢ(x) = cos(i arccos(2x − 1)), and the integral is −1/(i² − 1) for even i, 0 for odd
 * Any m ≥ n, here both 8, the least m = n for which the minimum is not 0.
 */
const chebyquad: MghProblem = {
  number: 35,
  name: "Chebyquad",
  n: 8,
  m: 8,
  start: range(8, (j) => j / 9),
  minima: [0.0035168737256779316],
  residuals(x) {
    const integrals = range(8, (i) => (i % 2 === 0 ? -1 / (i * i - 1) : 0));
    const means = chebyshev(sub(mul(2, x), 1), 8).map((T) => div(total(T), 8));
    return sub(vector(...means), numbers(integrals));
  },
  plain: (x) =>
    range(8, (i) => {
      const mean = series(0, 7, (j) => chebyshevAt(i, 2 * x[j] - 1)) / 8;
      return i % 2 === 0 ? mean + 1 / (i * i - 1) : mean;
    }),
  minpack: { nfev: 39, njev: 20 },
};

/** T₁(y), …, T_last(y) by Tᵢ₊₁ = 2y Tᵢ − Tᵢ₋₁ */
function chebyshev(y: Expr, last: number): Expr[] {
  const values = [fill(1, y.type.shape, "f64"), y];
  while (values.length <= last) values.push(sub(mul(mul(2, y), values[values.length - 1]), values[values.length - 2]));
  return values.slice(1);
}

/** Tᵢ(y) = cos(i arccos y) in [−1, 1], and outside (±1)ⁱ cosh(i arcosh |y|) */
function chebyshevAt(i: number, y: number): number {
  if (Math.abs(y) <= 1) return Math.cos(i * Math.acos(y));
  return Math.sign(y) ** i * Math.cosh(i * Math.acosh(Math.abs(y)));
}

export const structured: readonly MghProblem[] = [
  discreteBoundaryValue,
  discreteIntegralEquation,
  broydenTridiagonal,
  broydenBanded,
  linearFullRank,
  linearRankOne,
  linearRankOneZero,
  chebyquad,
];
