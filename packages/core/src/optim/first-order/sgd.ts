/**
 * Gradient descent.
 *   w ← w − η g
 * Robbins & Monro, "A stochastic approximation method", 1951
 */
import { readOptions } from "../../nn/options.ts";
import { mul, sub } from "../../ops/ring.ts";
import type { Optimizer } from "./optimizer.ts";

/** Throws RangeError on any option: there is none. */
export function sgd(options: object = {}): Optimizer {
  readOptions("sgd", options, {});
  return {
    kind: "first-order",
    name: "sgd",
    defaultRate: 0.01,
    state: {},
    update: (w, g, _, { rate }) => ({ param: sub(w, mul(rate, g)), state: {} }),
  };
}
