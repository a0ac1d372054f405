/** Gradient clipping, as graph: between the gradients and the optimizer. */
import type { Expr } from "../../graph/expr.ts";
import { inRange, positive } from "../../nn/options.ts";
import { sqrt } from "../../ops/elementary.ts";
import { add, div, mul, square } from "../../ops/ring.ts";
import { clamp, minimum } from "../../ops/select.ts";
import { sum } from "../../ops/sum-broadcast.ts";

/** ‖g‖ = √Σ gᵢ² over all elements of all gradients. Throws RangeError when there is none. */
export function globalNorm(gradients: readonly Expr[]): Expr {
  if (gradients.length === 0) throw new RangeError("globalNorm: at least one gradient is needed, got none");
  return sqrt(gradients.map((g) => sum(square(g))).reduce((a, b) => add(a, b)));
}

/**
 * g · min(1, limit/‖g‖) with one norm for all gradients: their direction stays.
 * Pascanu, Mikolov & Bengio, "On the difficulty of training recurrent neural networks", ICML 2013
 * Throws RangeError unless limit > 0.
 */
export function clipByGlobalNorm(gradients: readonly Expr[], limit: number): Expr[] {
  inRange("clipByGlobalNorm: limit", limit, positive);
  if (gradients.length === 0) return [];
  // ‖g‖ = 0 makes the quotient infinite, and the minimum 1.
  const scale = minimum(1, div(limit, globalNorm(gradients)));
  return gradients.map((g) => mul(scale, g));
}

/** Every element limited to [−limit, limit]. Throws RangeError unless limit > 0. */
export function clipByValue(gradients: readonly Expr[], limit: number): Expr[] {
  inRange("clipByValue: limit", limit, positive);
  return gradients.map((g) => clamp(g, -limit, limit));
}
