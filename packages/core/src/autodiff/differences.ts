/**
 * A claimed derivative against finite differences of the function itself: the witness that shares nothing with the rules.
 *
 * Central differences D(h) = (f(a + h) − f(a − h)) / 2h err by c₂h² + c₄h⁴ + …, so halving h and eliminating one power
 * at a time gives nearly all digits of a smooth function. What the last elimination changed says how good it is: of its two
 * neighbours in the table the one that is farther away.
 *   Richardson, "The deferred approach to the limit", 1927
 *   Ridders, "Accurate computation of F′(x) and F′(x) F″(x)", 1982
 * Near a kink the eliminations do not settle: then h shrinks until the interval lies on one side, or the sides disagree.
 */

export type Verdict =
  /** The differences agree with the claim. */
  | "ok"
  /** They do not, but the slopes on both sides differ from each other and the claim is one of them or between them. */
  | "kink"
  /**
   * There is no derivative to compare: the claim is NaN or infinite, or f is on one side. Some operation has none here, as √ at
   * 0, a quotient 0/0 or ‖g‖ at g = 0.
   */
  | "no derivative"
  /** The claim is wrong. */
  | "mismatch";

/** A claimed derivative against differences of the function. */
export interface DerivativeCheck {
  readonly claimed: number;
  /** By finite differences. */
  readonly measured: number;
  /** What the last elimination changed, and what rounding of f leaves open: how good `measured` takes itself to be. */
  readonly error: number;
  /** The largest h of the differences that it was extrapolated from: of those tried the one where `error` is least. */
  readonly step: number;
  /** |claimed − measured| over the larger of both, or over what rounding of f allows to be measured if that is more. */
  readonly relativeError: number;
  readonly verdict: Verdict;
}

/** The largest relative error that is no mismatch. */
const DERIVATIVE_TOLERANCE = 1e-6;

const FIRST_STEP = 1e-2;
const LAST_STEP = 1e-7;
/** Eliminations at most for one step: f at ± h, h/2, … h/16. */
const LEVELS = 5;
/** A step whose differences cross no kink within 2e-5 and still leave 10 digits. */
const ONE_SIDED_STEP = 1e-5;

/**
 * Whether `claimed` is f′(a). f is smooth but for kinks; it is evaluated about 7 times, where it has kinks up to 70.
 * @param magnitude the size of the numbers that f adds up (at least |f(a)|): f is good to their rounding
 */
export function checkDerivative(
  f: (x: number) => number,
  a: number,
  claimed: number,
  magnitude: number = Math.abs(f(a)),
): DerivativeCheck {
  const unit = Math.max(1, Math.abs(a));
  const rounding = LEVELS * Number.EPSILON * magnitude;
  // A difference that rounding alone can make counts as the tolerance at most.
  const errorOf = (slope: number, step: number): number =>
    relative(claimed, slope, rounding / step / DERIVATIVE_TOLERANCE);
  let best = { measured: Number.NaN, error: Number.POSITIVE_INFINITY, step: Number.NaN };
  for (let step = FIRST_STEP * unit; step > 0.5 * LAST_STEP * unit; step /= 10) {
    const { slope, change } = extrapolated(f, a, step);
    const error = change + rounding / step;
    // By its own estimate alone: the step that suits the claim best would make wrong claims look better.
    if (error < best.error) best = { measured: slope, error, step };
    // Across a jump of a higher derivative differences may settle on a wrong slope: where they disagree, smaller steps tell.
    const settled = change <= Math.max(DERIVATIVE_TOLERANCE * Math.abs(slope), rounding / step);
    if (settled && errorOf(best.measured, best.step) <= DERIVATIVE_TOLERANCE) break;
  }
  const relativeError = errorOf(best.measured, best.step);
  const check = { claimed, ...best, relativeError };
  if (!Number.isFinite(claimed - best.measured)) return { ...check, verdict: "no derivative" };
  if (relativeError <= DERIVATIVE_TOLERANCE) return { ...check, verdict: "ok" };
  const kink = betweenSlopes(f, a, claimed, ONE_SIDED_STEP * unit, rounding);
  return { ...check, verdict: kink ? "kink" : "mismatch" };
}

function relative(a: number, b: number, floor: number): number {
  const difference = Math.abs(a - b);
  return difference === 0 ? 0 : difference / Math.max(Math.abs(a), Math.abs(b), floor);
}

/** f′(a) from steps h, h/2, …: the elimination that changed least, and what it changed. Stops near rounding. */
function extrapolated(f: (x: number) => number, a: number, h: number): { slope: number; change: number } {
  let row: number[] = [];
  let best = { slope: Number.NaN, change: Number.POSITIVE_INFINITY };
  for (let level = 0; level < LEVELS; level++) {
    const step = h / 2 ** level;
    const next = [(f(a + step) - f(a - step)) / (a + step - (a - step))];
    for (let power = 1; power <= level; power++) {
      next.push(next[power - 1] + (next[power - 1] - row[power - 1]) / (4 ** power - 1));
    }
    const change = Math.max(Math.abs(next[level] - row[level - 1]), Math.abs(next[level] - next[level - 1]));
    if (change < best.change) best = { slope: next[level], change };
    if (best.change <= 1e-3 * DERIVATIVE_TOLERANCE * Math.abs(best.slope)) break;
    row = next;
  }
  return best;
}

/** Whether the slopes left and right of a differ and `claimed` is one of them or lies between. */
function betweenSlopes(f: (x: number) => number, a: number, claimed: number, h: number, rounding: number): boolean {
  // (−3 f(a) + 4 f(a + h) − f(a + 2h)) / 2h errs by O(h²)
  const oneSided = (step: number): number => (4 * f(a + step) - 3 * f(a) - f(a + 2 * step)) / (2 * step);
  const [low, high] = [oneSided(-h), oneSided(h)].sort((left, right) => left - right);
  const slack = (4 * rounding) / h + DERIVATIVE_TOLERANCE * Math.max(Math.abs(low), Math.abs(high));
  return high - low > 10 * slack && claimed >= low - slack && claimed <= high + slack;
}
