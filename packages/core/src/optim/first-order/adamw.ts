/**
 * AdamW: Adam with weight decay beside the gradient instead of in it.
 *   w ← (1 − η λ) w,  then Adam
 * Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019; η times λ, λ = 0.01 and Adam's ε as PyTorch has
 * them (Keras: λ = 0.004, and its own ε, see adam.ts)
 */
import { nonNegative, readOptions } from "../../nn/options.ts";
import { mul, sub } from "../../ops/ring.ts";
import { type AdamOptions, adam, adamRules } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";

export interface AdamwOptions extends AdamOptions {
  /** λ ≥ 0 (default 0.01). */
  readonly weightDecay?: number;
}

/** Throws RangeError on an option out of range. */
export function adamw(options: AdamwOptions = {}): Optimizer {
  const rules = { ...adamRules, weightDecay: [0.01, nonNegative] } as const;
  const { weightDecay, ...rest } = readOptions("adamw", options, rules);
  const inner = adam(rest);
  return {
    ...inner,
    kind: "first-order",
    name: "adamw",
    update(w, g, state, hyper) {
      const { rate, decay = 1 } = hyper;
      return inner.update(mul(w, sub(1, mul(decay * weightDecay, rate))), g, state, hyper);
    },
  };
}
