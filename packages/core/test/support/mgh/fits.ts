/** Curves fitted to measurements, and to values of a known curve. */
import type { Expr } from "../../../src/graph/expr.ts";
import { exp, pow } from "../../../src/ops/elementary.ts";
import { add, div, mul, neg, square, sub } from "../../../src/ops/ring.ts";
import { abs } from "../../../src/ops/select.ts";
import { bardY, gaussianY, kowalikOsborneU, kowalikOsborneY, meyerY, osborne1Y, osborne2Y } from "./data.ts";
import { components, type MghProblem, numbers, plus, range } from "./problem.ts";

/** fᵢ = 2 + 2i − (e^(i x₁) + e^(i x₂)); any m ≥ n, here the usual 10 */
const jennrichSampson: MghProblem = {
  number: 6,
  name: "Jennrich and Sampson",
  n: 2,
  m: 10,
  start: [0.3, 0.4],
  minima: [124.36218235561485],
  residuals(x) {
    const [x1, x2] = components(x);
    const i = numbers(range(10, (k) => k));
    return sub(add(2, mul(2, i)), add(exp(mul(i, x1)), exp(mul(i, x2))));
  },
  plain: ([x1, x2]) => range(10, (i) => 2 + 2 * i - Math.exp(i * x1) - Math.exp(i * x2)),
  minpack: { nfev: 21, njev: 12 },
};

/**
 * fᵢ = yᵢ − (x₁ + uᵢ/(vᵢ x₂ + wᵢ x₃)),   uᵢ = i, vᵢ = 16 − i, wᵢ = min(uᵢ, vᵢ)
 * The second minimum is approached as x₂, x₃ → −∞: Σ (yᵢ − ȳ)².
 */
const bard: MghProblem = {
  number: 8,
  name: "Bard",
  n: 3,
  m: 15,
  start: [1, 1, 1],
  minima: [0.008214877306578975, 17.42869333333333],
  residuals(x) {
    const [x1, x2, x3] = components(x);
    const u = numbers(range(15, (i) => i));
    const v = numbers(range(15, (i) => 16 - i));
    const w = numbers(range(15, (i) => Math.min(i, 16 - i)));
    return sub(numbers(bardY), add(x1, div(u, add(mul(v, x2), mul(w, x3)))));
  },
  plain: ([x1, x2, x3]) => bardY.map((y, k) => y - x1 - (k + 1) / ((15 - k) * x2 + (k < 8 ? k + 1 : 15 - k) * x3)),
  minpack: { nfev: 6, njev: 5 },
};

/** fᵢ = x₁ e^(−x₂ (tᵢ − x₃)²/2) − yᵢ,   tᵢ = (8 − i)/2 */
const gaussian: MghProblem = {
  number: 9,
  name: "Gaussian",
  n: 3,
  m: 15,
  start: [0.4, 1, 0],
  minima: [1.127932769618648e-8],
  residuals(x) {
    const [x1, x2, x3] = components(x);
    const t = numbers(range(15, (i) => (8 - i) / 2));
    return sub(mul(x1, exp(mul(mul(-0.5, x2), square(sub(t, x3))))), numbers(gaussianY));
  },
  plain: ([x1, x2, x3]) => gaussianY.map((y, k) => x1 * Math.exp((-x2 * (3.5 - k / 2 - x3) ** 2) / 2) - y),
};

/** fᵢ = x₁ e^(x₂/(tᵢ + x₃)) − yᵢ,   tᵢ = 45 + 5i */
const meyer: MghProblem = {
  number: 10,
  name: "Meyer",
  n: 3,
  m: 16,
  start: [0.02, 4000, 250],
  minima: [87.94585517085112],
  residuals(x) {
    const [x1, x2, x3] = components(x);
    const t = numbers(range(16, (i) => 45 + 5 * i));
    return sub(mul(x1, exp(div(x2, add(t, x3)))), numbers(meyerY));
  },
  plain: ([x1, x2, x3]) => meyerY.map((y, k) => x1 * Math.exp(x2 / (50 + 5 * k + x3)) - y),
  minpack: { nfev: 126, njev: 116 },
};

/**
 * fᵢ = e^(−|yᵢ − x₂|^x₃/x₁) − tᵢ,   tᵢ = i/100, yᵢ = 25 + (−50 ln tᵢ)^(2/3)
 * The paper prints the minus in |yᵢ − x₂| as "mi" (its Algorithm 566 has it right). n ≤ m ≤ 100, here Algorithm 566's 99.
 */
const gulf: MghProblem = {
  number: 11,
  name: "Gulf research and development",
  n: 3,
  m: 99,
  start: [5, 2.5, 0.15],
  minima: [0],
  residuals(x) {
    const [x1, x2, x3] = components(x);
    const t = range(99, (i) => i / 100);
    const y = numbers(t.map((ti) => 25 + (-50 * Math.log(ti)) ** (2 / 3)));
    return sub(exp(neg(div(pow(abs(sub(y, x2)), x3), x1))), numbers(t));
  },
  plain: ([x1, x2, x3]) =>
    range(99, (i) => {
      const y = 25 + Math.cbrt(50 * Math.log(100 / i)) ** 2;
      return Math.exp(-(Math.abs(y - x2) ** x3) / x1) - i / 100;
    }),
};

/**
 * fᵢ = e^(−tᵢ x₁) − e^(−tᵢ x₂) − x₃ (e^(−tᵢ) − e^(−10 tᵢ)),   tᵢ = i/10; any m ≥ n, here MINPACK's 10
 * f = 0 at (1, 10, 1), at (10, 1, −1), and wherever x₁ = x₂ and x₃ = 0.
 */
const box: MghProblem = {
  number: 12,
  name: "Box three-dimensional",
  n: 3,
  m: 10,
  start: [0, 10, 20],
  minima: [0],
  residuals(x) {
    const [x1, x2, x3] = components(x);
    const t = numbers(range(10, (i) => i / 10));
    const known = numbers(range(10, (i) => Math.exp(-i / 10) - Math.exp(-i)));
    return sub(sub(exp(mul(neg(t), x1)), exp(mul(neg(t), x2))), mul(x3, known));
  },
  plain: ([x1, x2, x3]) =>
    range(10, (i) => {
      const decay = (rate: number): number => Math.exp(-rate * 0.1 * i);
      return decay(x1) - decay(x2) - x3 * (decay(1) - decay(10));
    }),
  minpack: { nfev: 7, njev: 6 },
};

/**
 * fᵢ = yᵢ − x₁ (uᵢ² + uᵢ x₂)/(uᵢ² + uᵢ x₃ + x₄)
 * The second minimum is approached as x₁ → ∞ and x₃, x₄ → −∞ in proportion, with x₂ = −14.07….
 */
const kowalikOsborne: MghProblem = {
  number: 15,
  name: "Kowalik and Osborne",
  n: 4,
  m: 11,
  start: [0.25, 0.39, 0.415, 0.39],
  minima: [0.00030750560384923745, 0.0010273430486954578],
  residuals(x) {
    const [x1, x2, x3, x4] = components(x);
    const u = numbers(kowalikOsborneU);
    const numerator = add(square(u), mul(u, x2));
    const denominator = plus(square(u), mul(u, x3), x4);
    return sub(numbers(kowalikOsborneY), div(mul(x1, numerator), denominator));
  },
  plain: ([x1, x2, x3, x4]) =>
    kowalikOsborneY.map((y, k) => {
      const u = kowalikOsborneU[k];
      return y - (x1 * u * (u + x2)) / (u * (u + x3) + x4);
    }),
  minpack: { nfev: 18, njev: 16 },
};

/** fᵢ = (x₁ + tᵢ x₂ − e^tᵢ)² + (x₃ + x₄ sin tᵢ − cos tᵢ)²,   tᵢ = i/5; any m ≥ n, here the usual 20 */
const brownDennis: MghProblem = {
  number: 16,
  name: "Brown and Dennis",
  n: 4,
  m: 20,
  start: [25, 5, -5, -1],
  minima: [85822.20162635634],
  residuals(x) {
    const [x1, x2, x3, x4] = components(x);
    const t = range(20, (i) => i / 5);
    const first = sub(add(x1, mul(numbers(t), x2)), numbers(t.map(Math.exp)));
    const second = sub(add(x3, mul(numbers(t.map(Math.sin)), x4)), numbers(t.map(Math.cos)));
    return add(square(first), square(second));
  },
  plain: ([x1, x2, x3, x4]) =>
    range(20, (i) => {
      const t = i / 5;
      return (x1 + t * x2 - Math.exp(t)) ** 2 + (x3 + x4 * Math.sin(t) - Math.cos(t)) ** 2;
    }),
  minpack: { nfev: 254, njev: 236 },
};

/** fᵢ = yᵢ − (x₁ + x₂ e^(−tᵢ x₄) + x₃ e^(−tᵢ x₅)),   tᵢ = 10 (i − 1) */
const osborne1: MghProblem = {
  number: 17,
  name: "Osborne 1",
  n: 5,
  m: 33,
  start: [0.5, 1.5, -1, 0.01, 0.02],
  minima: [0.00005464894697482907],
  residuals(x) {
    const [x1, x2, x3, x4, x5] = components(x);
    const t = numbers(range(33, (i) => 10 * (i - 1)));
    const decay = (rate: Expr): Expr => exp(neg(mul(t, rate)));
    return sub(numbers(osborne1Y), plus(x1, mul(x2, decay(x4)), mul(x3, decay(x5))));
  },
  plain: ([x1, x2, x3, x4, x5]) =>
    osborne1Y.map((y, k) => y - x1 - x2 * Math.exp(-10 * k * x4) - x3 * Math.exp(-10 * k * x5)),
  minpack: { nfev: 18, njev: 15 },
};

/**
 * fᵢ = x₃ e^(−tᵢ x₁) − x₄ e^(−tᵢ x₂) + x₆ e^(−tᵢ x₅) − yᵢ,   tᵢ = i/10, yᵢ = e^(−tᵢ) − 5 e^(−10 tᵢ) + 3 e^(−4 tᵢ)
 * Any m ≥ n, here the paper's 13. f = 0 at (1, 10, 1, 5, 4, 3) and with the two terms exchanged, (4, 10, 3, 5, 1, 1). The
 * second minimum is a line, x₁ = x₅ with x₃ + x₆ fixed; where x₃ and x₆ have the same sign, its points are saddles.
 */
const biggs: MghProblem = {
  number: 18,
  name: "Biggs EXP6",
  n: 6,
  m: 13,
  start: [1, 2, 1, 1, 1, 1],
  minima: [0, 0.005655649925499931],
  residuals(x) {
    const [x1, x2, x3, x4, x5, x6] = components(x);
    const t = numbers(range(13, (i) => i / 10));
    const y = numbers(range(13, (i) => Math.exp(-i / 10) - 5 * Math.exp(-i) + 3 * Math.exp(-0.4 * i)));
    const decay = (rate: Expr): Expr => exp(neg(mul(t, rate)));
    return sub(add(sub(mul(x3, decay(x1)), mul(x4, decay(x2))), mul(x6, decay(x5))), y);
  },
  plain: ([x1, x2, x3, x4, x5, x6]) =>
    range(13, (i) => {
      const decay = (rate: number): number => Math.exp((-i * rate) / 10);
      const model = x3 * decay(x1) - x4 * decay(x2) + x6 * decay(x5);
      return model - (decay(1) - 5 * decay(10) + 3 * decay(4));
    }),
};

/** fᵢ = yᵢ − (x₁ e^(−tᵢ x₅) + Σₖ xₖ e^(−(tᵢ − xₖ₊₇)² xₖ₊₄), k = 2, 3, 4),   tᵢ = (i − 1)/10 */
const osborne2: MghProblem = {
  number: 19,
  name: "Osborne 2",
  n: 11,
  m: 65,
  start: [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5],
  minima: [0.040137736293547735],
  residuals(x) {
    const [x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11] = components(x);
    const t = numbers(range(65, (i) => (i - 1) / 10));
    const peak = (height: Expr, width: Expr, centre: Expr): Expr =>
      mul(height, exp(neg(mul(square(sub(t, centre)), width))));
    const peaks = plus(peak(x2, x6, x9), peak(x3, x7, x10), peak(x4, x8, x11));
    return sub(numbers(osborne2Y), add(mul(x1, exp(neg(mul(t, x5)))), peaks));
  },
  plain: (x) =>
    osborne2Y.map((y, i) => {
      const t = i / 10;
      const peaks = [1, 2, 3].map((k) => x[k] * Math.exp(-x[k + 4] * (t - x[k + 7]) ** 2));
      return y - x[0] * Math.exp(-t * x[4]) - peaks[0] - peaks[1] - peaks[2];
    }),
  minpack: { nfev: 16, njev: 12 },
};

export const fits: readonly MghProblem[] = [
  jennrichSampson,
  bard,
  gaussian,
  meyer,
  gulf,
  box,
  kowalikOsborne,
  brownDennis,
  osborne1,
  biggs,
  osborne2,
];
