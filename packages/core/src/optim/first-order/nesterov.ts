/**
 * Nesterov's accelerated gradient: momentum that looks one step ahead.
 *   v ← μ v + g
 *   w ← w − η (g + μ v)
 * Nesterov, "A method for solving the convex programming problem with convergence rate O(1/k²)", 1983, in the form of
 * Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013, as PyTorch has it
 */
import { fraction, readOptions } from "../../nn/options.ts";
import { add, mul, sub } from "../../ops/ring.ts";
import type { MomentumOptions } from "./momentum.ts";
import type { Optimizer } from "./optimizer.ts";

/** Throws RangeError on an option out of range. */
export function nesterov(options: MomentumOptions = {}): Optimizer {
  const { momentum: mu } = readOptions("nesterov", options, { momentum: [0.9, fraction] });
  return {
    kind: "first-order",
    name: "nesterov",
    defaultRate: 0.01,
    state: { velocity: 0 },
    update(w, g, state, { rate }) {
      const velocity = add(mul(mu, state.velocity), g);
      return { param: sub(w, mul(rate, add(g, mul(mu, velocity)))), state: { velocity } };
    },
  };
}
