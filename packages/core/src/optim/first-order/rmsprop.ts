/**
 * RMSprop: the gradient over its recent root mean square.
 *   s ← α s + (1 − α) g²
 *   w ← w − η g / (√s + ε)
 * Tieleman & Hinton, "Neural networks for machine learning", lecture 6.5, 2012
 *
 * s starts at 0, α = 0.99, and ε = 1e-8 stands outside the root, as in PyTorch. Keras has α = 0.9 (its rho) and ε = 1e-7
 * inside the root.
 */
import { fraction, positive, readOptions } from "../../nn/options.ts";
import { sqrt } from "../../ops/elementary.ts";
import { add, div, mul, square, sub } from "../../ops/ring.ts";
import type { Optimizer } from "./optimizer.ts";

export interface RmspropOptions {
  /** α in [0, 1) (default 0.99). */
  readonly alpha?: number;
  /** ε > 0 (default 1e-8). */
  readonly epsilon?: number;
}

/** Throws RangeError on an option out of range. */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const { alpha, epsilon } = readOptions("rmsprop", options, { alpha: [0.99, fraction], epsilon: [1e-8, positive] });
  return {
    kind: "first-order",
    name: "rmsprop",
    defaultRate: 0.01,
    state: { meanSquare: 0 },
    update(w, g, state, { rate }) {
      const meanSquare = add(mul(alpha, state.meanSquare), mul(1 - alpha, square(g)));
      return { param: sub(w, div(mul(rate, g), add(sqrt(meanSquare), epsilon))), state: { meanSquare } };
    },
  };
}
