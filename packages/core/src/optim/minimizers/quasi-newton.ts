/**
 * Quasi-Newton methods: what the last steps did to the gradient stands in for the Hessian. Each iteration goes along
 * d = −H g, H ≈ (∇²f)⁻¹, by a strong Wolfe line search, which makes sᵀy > 0 and so keeps H positive definite.
 *   s = x₊ − x,   y = g₊ − g
 * Within bounds the path bends along them (projected search, Bertsekas 1982): parameters that are held at a bound leave
 * both the gradient and the direction, and the step length is found by halving.
 */
import { strongWolfe } from "./line-search.ts";
import {
  blocked,
  type Ending,
  endingIn,
  endingOf,
  type Iteration,
  isRounding,
  type Memory,
  nextIteration,
  type Problem,
  project,
  Stillness,
  type Tolerances,
  zeroed,
} from "./minimizer.ts";
import { dot, isFiniteVector, maxNorm, norm, plus, scaled } from "./vector.ts";

/** The approximate inverse Hessian H of one method. */
export interface InverseHessian {
  /** H g, in an array of its own. */
  times(gradient: Float64Array): Float64Array;
  /** Takes a pair with sᵀy > 0. */
  update(s: Float64Array, y: Float64Array): void;
  /** Forgets everything: H = I. */
  reset(): void;
  /** Whether it is I. */
  readonly isFresh: boolean;
  readonly state: Readonly<Record<string, unknown>>;
  /** What `recall` makes the same again of. */
  readonly memory: Memory;
  recall(memory: Memory): void;
}

interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

interface Probed extends Point {
  readonly alpha: number;
  readonly slope: number;
}

const MOST_HALVINGS = 60;
const ARMIJO = 1e-4;
/** Steps in a row that may fail to lower f. */
const PATIENCE = 5;
/** Below this cosine² a pair says nothing of curvature. */
const LEAST_CURVATURE = 1e-16;

export function* quasiNewton(
  problem: Problem,
  start: Float64Array,
  tolerances: Tolerances,
  inverse: InverseHessian,
  memory?: Memory,
): Generator<Iteration, Ending> {
  const ended = endingOf(memory);
  if (ended) return ended;
  if (memory) inverse.recall(memory);
  const { bounds } = problem;
  const at = (x: Float64Array): Point => ({ x, value: problem.value(x), gradient: problem.gradient(x) });
  let point = at(project(start, bounds));
  const still = new Stillness(tolerances, PATIENCE, memory);
  for (let iteration = nextIteration(memory); ; iteration++) {
    const { x, value } = point;
    const fixed = bounds && blocked(x, point.gradient, bounds);
    const gradient = fixed ? zeroed(point.gradient, fixed) : point.gradient;
    const size = maxNorm(gradient);
    if (size <= tolerances.gradient) return "gradient";
    const { direction, slope } = descent(inverse, gradient, fixed);
    const first = inverse.isFresh ? Math.min(1, 1 / norm(gradient)) : 1;
    const search = { point, direction, slope, first, at };
    const next = bounds ? projectedSearch(search, problem) : wolfeSearch(search);
    if (next === undefined) {
      if (inverse.isFresh) return "stalled";
      inverse.reset();
      continue;
    }
    const step = plus(next.x, x, -1);
    const y = plus(next.gradient, point.gradient, -1);
    const stepNorm = norm(step);
    if (dot(step, y) > LEAST_CURVATURE * stepNorm * norm(y)) inverse.update(step, y);
    const actual = value - next.value;
    point = next;
    const isStill = still.after(next.value);
    const ending = isRounding(step, x) ? "step" : isStill ? "objective" : undefined;
    yield {
      iteration,
      accepted: true,
      x: next.x,
      objective: next.value,
      gradientNorm: norm(bounds ? zeroed(next.gradient, blocked(next.x, next.gradient, bounds)) : next.gradient),
      stepNorm,
      predicted: -slope * next.alpha * (1 - next.alpha / 2),
      actual,
      stepLength: next.alpha,
      state: { direction, ...inverse.state },
      memory: () => ({ iteration, ...still.memory, ...inverse.memory, ...endingIn(ending) }),
    };
    if (ending) return ending;
  }
}

/** d = −H g, or −g where that is no descent. */
function descent(inverse: InverseHessian, gradient: Float64Array, fixed: Uint8Array | undefined) {
  const direction = inverse.times(gradient);
  for (let i = 0; i < direction.length; i++) direction[i] = fixed?.[i] ? -0 : -direction[i];
  const slope = dot(gradient, direction);
  if (slope < 0) return { direction, slope };
  inverse.reset();
  return { direction: scaled(gradient, -1), slope: -dot(gradient, gradient) };
}

interface Search {
  readonly point: Point;
  readonly direction: Float64Array;
  readonly slope: number;
  readonly first: number;
  at(x: Float64Array): Point;
}

function wolfeSearch({ point, direction, slope, first, at }: Search): Probed | undefined {
  const probe = (alpha: number): Probed => {
    const next = at(plus(point.x, direction, alpha));
    return { ...next, alpha, slope: dot(next.gradient, direction) };
  };
  return strongWolfe(probe, { alpha: 0, value: point.value, slope }, first);
}

/** Halves α until f(P(x + α d)) decreases as its slope lets expect. */
function projectedSearch({ point, direction, first, at }: Search, { bounds }: Problem): Probed | undefined {
  for (let alpha = first, round = 0; round < MOST_HALVINGS; alpha /= 2, round++) {
    const x = project(plus(point.x, direction, alpha), bounds);
    const expected = dot(point.gradient, plus(x, point.x, -1));
    const next = at(x);
    if (next.value <= point.value + ARMIJO * expected && expected < 0 && isFiniteVector(next.gradient))
      return { ...next, alpha, slope: expected / alpha };
  }
  return undefined;
}
