/**
 * Resilient backpropagation: each weight has a step of its own that grows while its gradient keeps its sign and shrinks
 * when it flips; how large the gradient is does not matter. For full batches.
 *   Δ ← clamp(Δ · (η⁺ if s s′ > 0, η⁻ if s s′ < 0, else 1)),   s = sign g,  s′ the sign before
 *   s ← 0 where s s′ < 0          (no step after a flip, and no judgement of the next)
 *   w ← w − s Δ
 * Riedmiller & Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", ICNN 1993;
 * the variant without backtracking (iRprop⁻: Igel & Hüsken 2000), as PyTorch has it
 */
import { inRange, positive, probability, type Range, readOptions } from "../../nn/options.ts";
import { mul, sub } from "../../ops/ring.ts";
import { clamp, less, sign, where } from "../../ops/select.ts";
import type { Optimizer } from "./optimizer.ts";

export interface RpropOptions {
  /** η⁻ in (0, 1) (default 0.5). */
  readonly etaMinus?: number;
  /** η⁺ > 1 (default 1.2). */
  readonly etaPlus?: number;
  /** The smallest step > 0 (default 1e-6). */
  readonly minStep?: number;
  /** The largest step ≥ minStep (default 50). */
  readonly maxStep?: number;
}

const aboveOne: Range = { text: "a number > 1", holds: (x) => x > 1 && x < Number.POSITIVE_INFINITY };

/** The learning rate is only where the steps start; a schedule does not change it. Throws RangeError. */
export function rprop(options: RpropOptions = {}): Optimizer {
  const { etaMinus, etaPlus, minStep, maxStep } = readOptions("rprop", options, {
    etaMinus: [0.5, probability],
    etaPlus: [1.2, aboveOne],
    minStep: [1e-6, positive],
    maxStep: [50, positive],
  });
  inRange("rprop: maxStep", maxStep, { text: `at least minStep, ${minStep}`, holds: (x) => x >= minStep });
  return {
    kind: "first-order",
    name: "rprop",
    defaultRate: 0.01,
    // The sign is kept, not the gradient: a product of two small gradients would be 0 in f32.
    state: { sign: 0, size: "rate" },
    update(w, g, state) {
      const now = sign(g);
      const agreement = mul(now, state.sign);
      const flipped = less(agreement, 0);
      const growth = where(flipped, etaMinus, where(agreement, etaPlus, 1));
      const size = clamp(mul(state.size, growth), minStep, maxStep);
      const direction = where(flipped, 0, now);
      return { param: sub(w, mul(direction, size)), state: { sign: direction, size } };
    },
  };
}
