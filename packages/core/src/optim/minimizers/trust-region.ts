/**
 * Trust regions: a quadratic model m(p) = f + gᵀp + ½ pᵀBp is believed within ‖D p‖ ≤ Δ; Δ follows how well the model
 * foretold the last decrease.
 *   ρ = (f(x) − f(x + p)) / (m(0) − m(p));   ρ < ¼: Δ shrinks;   ρ > ¾: Δ grows;   the step is taken where ρ > 10⁻⁴
 * Nocedal & Wright, "Numerical Optimization", 2nd ed., chapter 4; the factors are those of Moré, "The Levenberg-Marquardt
 * algorithm: implementation and theory", 1978.
 */
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
  ROUNDING,
  type Tolerances,
  zeroed,
} from "./minimizer.ts";
import { dot, isFiniteVector, maxNorm, norm, plus } from "./vector.ts";

export interface TrustStep {
  readonly step: Float64Array;
  /** λ ≥ 0 of (B + λ D²) p = −g. */
  readonly damping: number;
  readonly condition?: number | undefined;
}

/** The model at one point; asked again with a smaller radius when a step fails. */
export interface TrustModel {
  /** The (nearly) best step with ‖D p‖ ≤ radius; zero where the model has no descent at all. */
  step(radius: number): TrustStep;
  /** m(0) − m(p) */
  predict(step: Float64Array): number;
  /** ‖D v‖ */
  norm(v: Float64Array): number;
  /** Whether all that it is made of is numbers; where not, no step leads to its point. */
  readonly isFinite: boolean;
  /** How far rounding may put f off, where that is more than 10⁻¹³ |f|. */
  readonly rounding?: number;
  readonly state: Readonly<Record<string, unknown>>;
}

export interface Modelling {
  /** @param fixed 1 for the parameters that must not move, whose gradient is given as 0 */
  modelAt(x: Float64Array, gradient: Float64Array, fixed: Uint8Array): TrustModel;
  /** Δ at first, in units of ‖D x‖ (default 100). */
  readonly firstRadius?: number;
  /** Whether a step that lowers f is refused all the same, for what it does to the model. */
  refuses?(from: TrustModel, to: TrustModel): boolean;
  /** Before an accepted point is evaluated: may change the objective itself. */
  prepare?(x: Float64Array): void;
  /** What the iteration before left, where another one goes on from it. */
  readonly memory?: Memory;
  /** What the making of models carries from step to step, in arrays of its own, and takes back where another one goes on. */
  readonly carried?: () => Memory;
  recall?(carried: Memory): void;
}

const FIRST_RADIUS = 100;
const ACCEPT = 1e-4;
/** A step of this share of the radius is held back by it. */
const NEAR_BORDER = 0.85;
/** Steps in a row that may fail to improve what is below rounding. */
const PATIENCE = 10;

/** What names begin with of what was carried when the point's model was made. */
const AT = "at/";

const named = (memory: Memory, nameOf: (name: string) => string | undefined): Memory =>
  Object.fromEntries(
    Object.entries(memory).flatMap(([name, value]) => {
      const other = nameOf(name);
      return other === undefined ? [] : [[other, value]];
    }),
  );

interface Point {
  readonly x: Float64Array;
  readonly f: number;
  readonly gradient: Float64Array;
  readonly model: TrustModel;
}

/** Minimizes by trust regions around the models that `modelAt` makes. */
export function* trustRegion(
  problem: Problem,
  start: Float64Array,
  tolerances: Tolerances,
  { modelAt, firstRadius = FIRST_RADIUS, prepare, refuses, memory, carried, recall }: Modelling,
): Generator<Iteration, Ending> {
  const ended = endingOf(memory);
  if (ended) return ended;
  const at = (x: Float64Array): Point => {
    const full = problem.gradient(x);
    const fixed = blocked(x, full, problem.bounds);
    const gradient = zeroed(full, fixed);
    return { x, f: problem.value(x), gradient, model: modelAt(x, gradient, fixed) };
  };
  // A step that was refused may have changed what is carried since the point's model was made.
  if (memory) recall?.(named(memory, (name) => (name.startsWith(AT) ? name.slice(AT.length) : undefined)));
  let point = at(project(start, problem.bounds));
  let made = carried?.() ?? {};
  const isUsable = ({ gradient, model }: Point): boolean => isFiniteVector(gradient) && model.isFinite;
  if (!isUsable(point)) return "stalled";
  if (memory) recall?.(memory);
  let radius = Number(memory?.radius ?? firstRadius * (point.model.norm(point.x) || 1));
  const floor = new Floor(memory);
  for (let iteration = nextIteration(memory); ; iteration++) {
    const { x, f, model } = point;
    const trial = model.step(radius);
    const moved = project(plus(x, trial.step), problem.bounds);
    const step = plus(moved, x, -1);
    if (step.some(Number.isNaN)) return "stalled";
    const predicted = model.predict(step);
    const length = model.norm(step);
    // A promise that the radius cuts short says nothing of what is left to gain.
    const isCut = length >= NEAR_BORDER * radius;
    const reached = convergence(point, step, predicted, isCut ? { ...tolerances, objective: 0 } : tolerances);
    if (reached) return reached;
    const after = problem.value(moved);
    const actual = f - after;
    const rounding = Math.max(model.rounding ?? 0, ROUNDING * Math.abs(f));
    const tiny = predicted <= rounding;
    let accepted = tiny ? -actual <= 10 * rounding : actual > ACCEPT * predicted;
    if (!(tiny && accepted)) radius = nextRadius(radius, length, actual, predicted, dot(point.gradient, step));
    if (accepted) {
      prepare?.(moved);
      const next = at(moved);
      accepted = isUsable(next) && !refuses?.(model, next.model);
      if (accepted) [point, made] = [next, carried?.() ?? {}];
      else radius = 0.25 * Math.min(radius, length);
    }
    const isSmall = radius <= Number.EPSILON * model.norm(x) || radius < Number.MIN_VALUE / Number.EPSILON;
    const ending = tiny && floor.reached(predicted) ? "objective" : isSmall ? "stalled" : undefined;
    yield {
      iteration,
      accepted,
      x: point.x,
      objective: point.f,
      gradientNorm: norm(point.gradient),
      stepNorm: norm(step),
      predicted,
      actual,
      damping: trial.damping,
      radius,
      condition: trial.condition,
      state: model.state,
      memory: () => ({
        iteration,
        radius,
        ...floor.memory,
        ...carried?.(),
        ...named(made, (name) => AT + name),
        ...endingIn(ending),
      }),
    };
    if (ending) return ending;
  }
}

function convergence(
  { x, f, gradient }: Point,
  step: Float64Array,
  predicted: number,
  t: Tolerances,
): Ending | undefined {
  if (maxNorm(step) === 0) return "gradient";
  // Along negative curvature a step promises more than the slope could: then a small gradient is a saddle's.
  const isConvex = predicted <= norm(gradient) * norm(step);
  if (isConvex && maxNorm(gradient) <= t.gradient) return "gradient";
  if (isRounding(step, x)) return "step";
  return predicted <= t.objective * Math.abs(f) ? "objective" : undefined;
}

/** Moré's rule; a value that is no number counts as a tenfold increase. */
function nextRadius(radius: number, length: number, actual: number, predicted: number, slope: number): number {
  const ratio = Number.isFinite(actual) ? actual / predicted : Number.NEGATIVE_INFINITY;
  if (ratio >= 0.75) return Math.max(radius, 2 * length);
  if (ratio > 0.25) return radius;
  // The minimizer of the parabola through f, its slope and the value at the end of the step.
  const parabola = actual >= 0 ? 0.5 : (0.5 * slope) / (slope + actual);
  const factor = Number.isFinite(parabola) ? Math.min(0.5, Math.max(0.1, parabola)) : 0.1;
  return factor * Math.min(radius, 10 * length);
}

/** Below rounding the objective no longer tells progress, but the promised decrease does, as long as it shrinks. */
class Floor {
  #best: number;
  #without: number;

  constructor({ floor = Number.POSITIVE_INFINITY, without = 0 }: Memory = {}) {
    [this.#best, this.#without] = [Number(floor), Number(without)];
  }

  get memory(): Memory {
    return { floor: this.#best, without: this.#without };
  }

  reached(predicted: number): boolean {
    this.#without = predicted < 0.9 * this.#best ? 0 : this.#without + 1;
    this.#best = Math.min(this.#best, predicted);
    return this.#without >= PATIENCE;
  }
}
