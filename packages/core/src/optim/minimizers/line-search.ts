/**
 * A step length along a direction of descent, by the strong Wolfe conditions:
 *   f(x + α d) ≤ f + c₁ α gᵀd   and   |∇f(x + α d)ᵀ d| ≤ c₂ |gᵀd|
 * First a bracket is found, then narrowed by cubic interpolation. Nocedal & Wright, "Numerical Optimization", 2nd ed.,
 * algorithms 3.5 and 3.6. Where f no longer changes but by rounding, the decrease is judged by slopes alone: Hager & Zhang,
 * "A new conjugate gradient method with guaranteed descent and an efficient line search", SIAM J. Optim. 2005, section 4.
 */
import { ROUNDING } from "./minimizer.ts";

/** f and its slope at one step length. */
export interface Probe {
  readonly alpha: number;
  readonly value: number;
  /** ∇f(x + α d)ᵀ d */
  readonly slope: number;
}

const C1 = 1e-4;
const C2 = 0.9;
const MOST_PROBES = 40;
const GROWTH = 4;

/** The step length that was found; the best that merely decreases f, or undefined, where none satisfies both. */
export function strongWolfe<P extends Probe>(probe: (alpha: number) => P, start: Probe, first: number): P | undefined {
  const slack = 10 * ROUNDING * Math.abs(start.value);
  const falls = (p: Probe): boolean =>
    p.value <= start.value + C1 * p.alpha * start.slope ||
    // Within rounding of f: the parabola through both slopes decreases enough.
    (Math.abs(p.value - start.value) <= slack && p.slope <= (2 * C1 - 1) * start.slope);
  const isAbove = (p: Probe, other: Probe): boolean =>
    p.value >= other.value + (Math.abs(p.value - start.value) <= slack ? slack : 0);
  let low: Probe = start;
  let high: Probe | undefined;
  let best: P | undefined;
  let alpha = first;
  for (let round = 0; round < MOST_PROBES && Number.isFinite(alpha); round++) {
    const p = probe(alpha);
    const isNumber = Number.isFinite(p.value) && Number.isFinite(p.slope);
    if (!isNumber || !falls(p) || (low !== start && isAbove(p, low))) high = p;
    else {
      if (Math.abs(p.slope) <= -C2 * start.slope) return p;
      if (p.value < (best?.value ?? start.value)) best = p;
      // The minimum lies between the two where p climbs away from `low`.
      if (p.slope * (high ? high.alpha - low.alpha : 1) >= 0) high = low;
      low = p;
    }
    alpha = high === undefined ? alpha * GROWTH : between(low, high);
    if (high && Math.abs(high.alpha - low.alpha) <= Number.EPSILON * alpha) break;
  }
  return best;
}

/** The minimizer of the cubic through two probes, kept off their ends. */
function between(low: Probe, high: Probe): number {
  const width = high.alpha - low.alpha;
  if (!Number.isFinite(high.value) || !Number.isFinite(high.slope)) return low.alpha + 0.1 * width;
  const theta = low.slope + high.slope - (3 * (high.value - low.value)) / width;
  const root = Math.sign(width) * Math.sqrt(Math.max(0, theta ** 2 - low.slope * high.slope));
  const share = 1 - (high.slope + root - theta) / (high.slope - low.slope + 2 * root);
  return low.alpha + width * (Number.isNaN(share) ? 0.5 : Math.min(0.9, Math.max(0.1, share)));
}
