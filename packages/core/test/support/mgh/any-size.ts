/** Problems whose number of variables is free: extended ones, penalties and sums. Each says the size it has here. */
import type { Expr } from "../../../src/graph/expr.ts";
import { cos, exp, sin } from "../../../src/ops/elementary.ts";
import { add, mul, square, sub } from "../../../src/ops/ring.ts";
import { concat, reshape, slice } from "../../../src/ops/shape.ts";
import {
  components,
  linearMap,
  type MghProblem,
  numbers,
  plus,
  range,
  repeat,
  series,
  total,
  vector,
  weighted,
} from "./problem.ts";

/** x as rows of `width` elements, and each of its columns: [n/width, 1]. */
function columns(x: Expr, width: number): Expr[] {
  const rows = x.type.shape[0] / width;
  const table = reshape(x, [rows, width]);
  return Array.from({ length: width }, (_, k) => slice(table, [0, k], [rows, 1]));
}

/** The rows of these columns, one after another. */
function interleaved(...parts: Expr[]): Expr {
  return reshape(concat(parts, 1), [parts[0].type.shape[0] * parts.length]);
}

/**
 * fᵢ = Σⱼ₌₂ⁿ (j − 1) xⱼ tᵢ^(j−2) − (Σⱼ₌₁ⁿ xⱼ tᵢ^(j−1))² − 1, i = 1 … 29, tᵢ = i/29   f₃₀ = x₁   f₃₁ = x₂ − x₁² − 1
 * 2 ≤ n ≤ 31, here the paper's 6. For its 9 and 12 the minimum is 1.3997601380990199e-6 and 4.7223811058917574e-10.
 */
const watson: MghProblem = {
  number: 20,
  name: "Watson",
  n: 6,
  m: 31,
  start: repeat([0], 6),
  minima: [0.0022876700535524363],
  residuals(x) {
    const [x1, x2] = components(x);
    const slope = linearMap(29, (i, j) => (j === 1 ? 0 : (j - 1) * (i / 29) ** (j - 2)), x);
    const value = linearMap(29, (i, j) => (i / 29) ** (j - 1), x);
    return vector(sub(sub(slope, square(value)), 1), x1, sub(sub(x2, square(x1)), 1));
  },
  // by Horner's rule
  plain(x) {
    const fit = range(29, (i) => {
      const t = i / 29;
      const value = x.reduceRight((sum, xj) => sum * t + xj, 0);
      const slope = x.reduceRight((sum, xj, k) => (k === 0 ? sum : sum * t + k * xj), 0);
      return slope - value * value - 1;
    });
    return [...fit, x[0], x[1] - x[0] * x[0] - 1];
  },
  minpack: { nfev: 8, njev: 7 },
};

/** f₂ᵢ₋₁ = 10 (x₂ᵢ − x₂ᵢ₋₁²)   f₂ᵢ = 1 − x₂ᵢ₋₁; any even n = m, here 10 */
const extendedRosenbrock: MghProblem = {
  number: 21,
  name: "Extended Rosenbrock",
  n: 10,
  m: 10,
  start: repeat([-1.2, 1], 5),
  minima: [0],
  residuals(x) {
    const [odd, even] = columns(x, 2);
    return interleaved(mul(10, sub(even, square(odd))), sub(1, odd));
  },
  plain: (x) => x.map((xi, k) => (k % 2 === 0 ? 10 * (x[k + 1] - xi * xi) : 1 - x[k - 1])),
};

/**
 * f₄ᵢ₋₃ = x₄ᵢ₋₃ + 10 x₄ᵢ₋₂   f₄ᵢ₋₂ = √5 (x₄ᵢ₋₁ − x₄ᵢ)   f₄ᵢ₋₁ = (x₄ᵢ₋₂ − 2 x₄ᵢ₋₁)²   f₄ᵢ = √10 (x₄ᵢ₋₃ − x₄ᵢ)²
 * Any n = m that 4 divides, here 12.
 */
const extendedPowellSingular: MghProblem = {
  number: 22,
  name: "Extended Powell singular",
  n: 12,
  m: 12,
  start: repeat([3, -1, 0, 1], 3),
  minima: [0],
  residuals(x) {
    const [a, b, c, d] = columns(x, 4);
    return interleaved(
      add(a, mul(10, b)),
      mul(Math.sqrt(5), sub(c, d)),
      square(sub(b, mul(2, c))),
      mul(Math.sqrt(10), square(sub(a, d))),
    );
  },
  plain: (x) =>
    [0, 4, 8].flatMap((k) => [
      x[k] + 10 * x[k + 1],
      Math.sqrt(5) * (x[k + 2] - x[k + 3]),
      (x[k + 1] - 2 * x[k + 2]) ** 2,
      Math.sqrt(10) * (x[k] - x[k + 3]) ** 2,
    ]),
};

/** The penalties' a^(1/2), a = 10⁻⁵ */
const ROOT = Math.sqrt(1e-5);

/** fᵢ = √a (xᵢ − 1)   fₙ₊₁ = Σⱼ xⱼ² − ¼,   a = 10⁻⁵; any n, m = n + 1, here the paper's 4 */
const penalty1: MghProblem = {
  number: 23,
  name: "Penalty I",
  n: 4,
  m: 5,
  start: [1, 2, 3, 4],
  minima: [2.249977500899937e-5],
  residuals: (x) => vector(mul(ROOT, sub(x, 1)), sub(total(square(x)), 0.25)),
  plain: ([x1, x2, x3, x4]) => [
    ...[x1, x2, x3, x4].map((xi) => (xi - 1) * ROOT),
    x1 ** 2 + x2 ** 2 + x3 ** 2 + x4 ** 2 - 0.25,
  ],
};

/**
 * f₁ = x₁ − 0.2   fᵢ = √a (e^(xᵢ/10) + e^(xᵢ₋₁/10) − yᵢ), 2 ≤ i ≤ n   fᵢ = √a (e^(xᵢ₋ₙ₊₁/10) − e^(−1/10)), n < i < 2n
 * f₂ₙ = Σⱼ (n − j + 1) xⱼ² − 1,   a = 10⁻⁵, yᵢ = e^(i/10) + e^((i−1)/10); any n, m = 2n, here the paper's 4
 */
const penalty2: MghProblem = {
  number: 24,
  name: "Penalty II",
  n: 4,
  m: 8,
  start: repeat([0.5], 4),
  minima: [9.376293007355442e-6],
  residuals(x) {
    const e = exp(mul(0.1, x));
    const [after, before] = [slice(e, [1], [3]), slice(e, [0], [3])];
    const y = numbers(range(3, (k) => Math.exp((k + 1) / 10) + Math.exp(k / 10)));
    return vector(
      sub(slice(x, [0], [1]), 0.2),
      mul(ROOT, sub(add(after, before), y)),
      mul(ROOT, sub(after, Math.exp(-0.1))),
      sub(weighted([4, 3, 2, 1], square(x)), 1),
    );
  },
  plain(x) {
    const e = (t: number): number => ROOT * Math.exp(t / 10);
    return [
      x[0] - 0.2,
      ...[2, 3, 4].map((i) => e(x[i - 1]) + e(x[i - 2]) - e(i) - e(i - 1)),
      ...[2, 3, 4].map((i) => e(x[i - 1]) - e(-1)),
      4 * x[0] ** 2 + 3 * x[1] ** 2 + 2 * x[2] ** 2 + x[3] ** 2 - 1,
    ];
  },
};

/** fᵢ = xᵢ − 1   fₙ₊₁ = s   fₙ₊₂ = s²,   s = Σⱼ j (xⱼ − 1); any n, m = n + 2, here 10 */
const variablyDimensioned: MghProblem = {
  number: 25,
  name: "Variably dimensioned",
  n: 10,
  m: 12,
  start: range(10, (j) => 1 - j / 10),
  minima: [0],
  residuals(x) {
    const away = sub(x, 1);
    const s = weighted(
      range(10, (j) => j),
      away,
    );
    return vector(away, s, square(s));
  },
  plain(x) {
    const s = series(1, 10, (j) => j * (x[j - 1] - 1));
    return [...x.map((xi) => xi - 1), s, s ** 2];
  },
};

/**
 * fᵢ = n − Σⱼ cos xⱼ + i (1 − cos xᵢ) − sin xᵢ; any n = m, here 10
 * f = 0 at the origin and elsewhere; the second minimum, where lmder ends from this start, is for n = 10.
 */
const trigonometric: MghProblem = {
  number: 26,
  name: "Trigonometric",
  n: 10,
  m: 10,
  start: repeat([0.1], 10),
  minima: [0, 2.7950561218794563e-5],
  residuals(x) {
    const i = numbers(range(10, (k) => k));
    return plus(sub(10, total(cos(x))), mul(i, sub(1, cos(x))), mul(-1, sin(x)));
  },
  plain: (x) =>
    x.map((xi, k) => {
      const away = series(0, 9, (j) => 1 - Math.cos(x[j]));
      return away + (k + 1) * (1 - Math.cos(xi)) - Math.sin(xi);
    }),
};

/**
 * fᵢ = xᵢ + Σⱼ xⱼ − (n + 1), 1 ≤ i < n   fₙ = Πⱼ xⱼ − 1; any n = m, here 10
 * f = 0 at (α, …, α, α¹⁻ⁿ) with n αⁿ − (n + 1) αⁿ⁻¹ + 1 = 0, for instance α = 1; f = 1 at (0, …, 0, n + 1).
 */
const brownAlmostLinear: MghProblem = {
  number: 27,
  name: "Brown almost-linear",
  n: 10,
  m: 10,
  start: repeat([0.5], 10),
  minima: [0, 1],
  residuals(x) {
    const linear = sub(add(x, total(x)), 11);
    return vector(slice(linear, [0], [9]), sub(components(x).reduce(mul), 1));
  },
  plain(x) {
    const linear = x.slice(0, 9).map((xi) => xi + x.reduce((sum, xj) => sum + xj) - 11);
    return [...linear, x.reduce((product, xj) => product * xj) - 1];
  },
  minpack: { nfev: 14, njev: 12 },
};

export const anySize: readonly MghProblem[] = [
  watson,
  extendedRosenbrock,
  extendedPowellSingular,
  penalty1,
  penalty2,
  variablyDimensioned,
  trigonometric,
  brownAlmostLinear,
];
