/** Systems of two to four variables. */
import { atan, exp, sqrt } from "../../../src/ops/elementary.ts";
import { add, div, mul, neg, square, sub } from "../../../src/ops/ring.ts";
import { less, where } from "../../../src/ops/select.ts";
import { components, cube, type MghProblem, numbers, vector } from "./problem.ts";

/** f₁ = 10 (x₂ − x₁²)   f₂ = 1 − x₁ */
const rosenbrock: MghProblem = {
  number: 1,
  name: "Rosenbrock",
  n: 2,
  m: 2,
  start: [-1.2, 1],
  minima: [0],
  residuals(x) {
    const [x1, x2] = components(x);
    return vector(mul(10, sub(x2, square(x1))), sub(1, x1));
  },
  plain: ([x1, x2]) => [10 * (x2 - x1 ** 2), 1 - x1],
  minpack: { nfev: 21, njev: 16 },
};

/** f₁ = −13 + x₁ + ((5 − x₂) x₂ − 2) x₂   f₂ = −29 + x₁ + ((x₂ + 1) x₂ − 14) x₂ */
const freudensteinRoth: MghProblem = {
  number: 2,
  name: "Freudenstein and Roth",
  n: 2,
  m: 2,
  start: [0.5, -2],
  minima: [0, 48.98425367924002],
  residuals(x) {
    const [x1, x2] = components(x);
    const first = mul(sub(mul(sub(5, x2), x2), 2), x2);
    const second = mul(sub(mul(add(x2, 1), x2), 14), x2);
    return vector(add(sub(x1, 13), first), add(sub(x1, 29), second));
  },
  // multiplied out
  plain: ([x1, x2]) => [-13 + x1 - 2 * x2 + 5 * x2 ** 2 - x2 ** 3, -29 + x1 - 14 * x2 + x2 ** 2 + x2 ** 3],
  minpack: { nfev: 14, njev: 8 },
};

/** f₁ = 10⁴ x₁ x₂ − 1   f₂ = e^(−x₁) + e^(−x₂) − 1.0001 */
const powellBadlyScaled: MghProblem = {
  number: 3,
  name: "Powell badly scaled",
  n: 2,
  m: 2,
  start: [0, 1],
  minima: [0],
  residuals(x) {
    const [x1, x2] = components(x);
    return vector(sub(mul(1e4, mul(x1, x2)), 1), sub(add(exp(neg(x1)), exp(neg(x2))), 1.0001));
  },
  plain: ([x1, x2]) => [1e4 * x1 * x2 - 1, Math.exp(-x1) + Math.exp(-x2) - 1.0001],
};

/** f₁ = x₁ − 10⁶   f₂ = x₂ − 2·10⁻⁶   f₃ = x₁ x₂ − 2 */
const brownBadlyScaled: MghProblem = {
  number: 4,
  name: "Brown badly scaled",
  n: 2,
  m: 3,
  start: [1, 1],
  minima: [0],
  residuals(x) {
    const [x1, x2] = components(x);
    return vector(sub(x1, 1e6), sub(x2, 2e-6), sub(mul(x1, x2), 2));
  },
  plain: ([x1, x2]) => [x1 - 1e6, x2 - 2e-6, x1 * x2 - 2],
};

/** fᵢ = yᵢ − x₁ (1 − x₂ⁱ) */
const beale: MghProblem = {
  number: 5,
  name: "Beale",
  n: 2,
  m: 3,
  start: [1, 1],
  minima: [0],
  residuals(x) {
    const [x1, x2] = components(x);
    const powers = vector(x2, square(x2), cube(x2));
    return sub(numbers([1.5, 2.25, 2.625]), mul(x1, sub(1, powers)));
  },
  plain: ([x1, x2]) => [1.5 - x1 * (1 - x2), 2.25 - x1 * (1 - x2 ** 2), 2.625 - x1 * (1 - x2 ** 3)],
};

/**
 * f₁ = 10 (x₃ − 10 θ(x₁, x₂))   f₂ = 10 (√(x₁² + x₂²) − 1)   f₃ = x₃
 * θ = arctan(x₂/x₁)/2π, and ½ more where x₁ < 0: the turns from the x₁ axis, cut along the negative x₂ axis.
 */
const helicalValley: MghProblem = {
  number: 7,
  name: "Helical valley",
  n: 3,
  m: 3,
  start: [-1, 0, 0],
  minima: [0],
  residuals(x) {
    const [x1, x2, x3] = components(x);
    const theta = add(div(atan(div(x2, x1)), 2 * Math.PI), where(less(x1, 0), 0.5, 0));
    const radius = sqrt(add(square(x1), square(x2)));
    return vector(mul(10, sub(x3, mul(10, theta))), mul(10, sub(radius, 1)), x3);
  },
  plain([x1, x2, x3]) {
    const turns = Math.atan2(x2, x1) / (2 * Math.PI);
    const theta = turns < -0.25 ? turns + 1 : turns;
    return [10 * (x3 - 10 * theta), 10 * (Math.hypot(x1, x2) - 1), x3];
  },
  minpack: { nfev: 11, njev: 8 },
};

/**
 * f₁ = x₁ + 10 x₂   f₂ = √5 (x₃ − x₄)   f₃ = (x₂ − 2 x₃)²   f₄ = √10 (x₁ − x₄)²
 * The Jacobian is singular at the minimizer, so where lmder1 stops is a matter of rounding: cminpack's other reference
 * run (lmddrv.fortran.ref) takes all the 500 evaluations allowed.
 */
const powellSingular: MghProblem = {
  number: 13,
  name: "Powell singular",
  n: 4,
  m: 4,
  start: [3, -1, 0, 1],
  minima: [0],
  residuals(x) {
    const [x1, x2, x3, x4] = components(x);
    return vector(
      add(x1, mul(10, x2)),
      mul(Math.sqrt(5), sub(x3, x4)),
      square(sub(x2, mul(2, x3))),
      mul(Math.sqrt(10), square(sub(x1, x4))),
    );
  },
  plain: ([x1, x2, x3, x4]) => [
    x1 + 10 * x2,
    Math.sqrt(5) * (x3 - x4),
    (x2 - 2 * x3) ** 2,
    Math.sqrt(10) * (x1 - x4) ** 2,
  ],
  minpack: { nfev: 59, njev: 58 },
};

/**
 * f₁ = 10 (x₂ − x₁²)   f₂ = 1 − x₁   f₃ = √90 (x₄ − x₃²)   f₄ = 1 − x₃
 * f₅ = √10 (x₂ + x₄ − 2)   f₆ = (x₂ − x₄)/√10
 */
const wood: MghProblem = {
  number: 14,
  name: "Wood",
  n: 4,
  m: 6,
  start: [-3, -1, -3, -1],
  minima: [0],
  residuals(x) {
    const [x1, x2, x3, x4] = components(x);
    return vector(
      mul(10, sub(x2, square(x1))),
      sub(1, x1),
      mul(Math.sqrt(90), sub(x4, square(x3))),
      sub(1, x3),
      mul(Math.sqrt(10), sub(add(x2, x4), 2)),
      div(sub(x2, x4), Math.sqrt(10)),
    );
  },
  plain: ([x1, x2, x3, x4]) => [
    10 * (x2 - x1 ** 2),
    1 - x1,
    Math.sqrt(90) * (x4 - x3 ** 2),
    1 - x3,
    Math.sqrt(10) * (x2 + x4 - 2),
    (x2 - x4) / Math.sqrt(10),
  ],
};

export const systems: readonly MghProblem[] = [
  rosenbrock,
  freudensteinRoth,
  powellBadlyScaled,
  brownBadlyScaled,
  beale,
  helicalValley,
  powellSingular,
  wood,
];
