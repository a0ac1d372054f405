/**
 * Adam: momentum over root mean square, both corrected for their start at zero.
 *   m ← β₁ m + (1 − β₁) g          m̂ = m / (1 − β₁ᵗ)
 *   v ← β₂ v + (1 − β₂) g²         v̂ = v / (1 − β₂ᵗ)
 *   w ← w − η m̂ / (√v̂ + ε)
 * Kingma & Ba, "Adam: a method for stochastic optimization", ICLR 2015
 *
 * ε = 1e-8 stands beside the corrected root √v̂, as in the paper and in PyTorch. Keras has 1e-7 beside the uncorrected √v
 * (the paper's ε̂), which counts for more in the first steps.
 *
 * With c = √(1 − β₂ᵗ), the last line is  w − (η c/(1 − β₁ᵗ)) m / (√v + ε c):  the corrections are scalars, and each
 * element costs one product, one root and one quotient.
 */
import type { Expr } from "../../graph/expr.ts";
import { fraction, type OptionRules, positive, readOptions } from "../../nn/options.ts";
import { expm1, sqrt } from "../../ops/elementary.ts";
import { add, div, mul, neg, square, sub } from "../../ops/ring.ts";
import { fill } from "../../ops/source.ts";
import type { Optimizer } from "./optimizer.ts";

export interface AdamOptions {
  /** β₁ in [0, 1) (default 0.9). */
  readonly beta1?: number;
  /** β₂ in [0, 1) (default 0.999). */
  readonly beta2?: number;
  /** ε > 0 (default 1e-8). */
  readonly epsilon?: number;
}

export const adamRules: OptionRules<AdamOptions> = {
  beta1: [0.9, fraction],
  beta2: [0.999, fraction],
  epsilon: [1e-8, positive],
};

/** Throws RangeError on an option out of range. */
export function adam(options: AdamOptions = {}): Optimizer {
  const { beta1, beta2, epsilon } = readOptions("adam", options, adamRules);
  return {
    kind: "first-order",
    name: "adam",
    defaultRate: 0.001,
    state: { m: 0, v: 0 },
    update(w, g, state, { rate, step }) {
      const m = add(mul(beta1, state.m), mul(1 - beta1, g));
      const v = add(mul(beta2, state.v), mul(1 - beta2, square(g)));
      const c = sqrt(oneMinusPower(beta2, step));
      const size = div(mul(rate, c), oneMinusPower(beta1, step));
      return { param: sub(w, div(mul(size, m), add(sqrt(v), mul(epsilon, c)))), state: { m, v } };
    },
  };
}

/** 1 − βᵗ = −expm1(t ln β): the plain difference would keep four digits of 1 − 0.999 in f32. */
function oneMinusPower(beta: number, t: Expr): Expr {
  return beta === 0 ? fill(1, t.type.shape, t.type.dtype) : neg(expm1(mul(Math.log(beta), t)));
}
