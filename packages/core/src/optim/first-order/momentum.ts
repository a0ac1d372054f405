/**
 * Gradient descent with momentum: the heavy ball.
 *   v ← μ v + g
 *   w ← w − η v
 * Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; the learning rate outside v is
 * PyTorch's convention (Sutskever et al. 2013 have it inside: the same while η is constant).
 */
import { fraction, readOptions } from "../../nn/options.ts";
import { add, mul, sub } from "../../ops/ring.ts";
import type { Optimizer } from "./optimizer.ts";

export interface MomentumOptions {
  /** μ in [0, 1) (default 0.9). */
  readonly momentum?: number;
}

/** Throws RangeError on an option out of range. */
export function momentum(options: MomentumOptions = {}): Optimizer {
  const { momentum: mu } = readOptions("momentum", options, { momentum: [0.9, fraction] });
  return {
    kind: "first-order",
    name: "momentum",
    defaultRate: 0.01,
    state: { velocity: 0 },
    update(w, g, state, { rate }) {
      const velocity = add(mul(mu, state.velocity), g);
      return { param: sub(w, mul(rate, velocity)), state: { velocity } };
    },
  };
}
