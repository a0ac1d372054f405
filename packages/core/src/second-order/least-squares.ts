/**
 * Nonlinear least squares: the parameters that make ½‖r‖² small, how well the data determine them, and how good the fit is.
 *
 * What the given start leads to counts first. Where that is no minimum, or one where a parameter has lost its influence or
 * the fit is poor, other first steps, other starts and other methods are tried; `tries` tells which, and the least sum of
 * squares wins.
 */

import { NonFiniteError } from "../diagnosis/first-fault/first-fault.ts";
import { checkKeys, type Names } from "../given/names.ts";
import type { Expr } from "../graph/expr.ts";
import { norm } from "../linalg/vector.ts";
import { levenbergMarquardt } from "../optim/least-squares/levenberg-marquardt.ts";
import type { Minimizer } from "../optim/minimizers/minimizer.ts";
import { termsOf } from "../optim/minimizers/stationarity.ts";
import { minimizers } from "../optim/minimizers.ts";
import { Turns } from "../train/turns.ts";
import { type Goodness, goodness } from "./goodness.ts";
import {
  isConverged,
  MINIMIZE_OPTIONS,
  type MinimizeEvent,
  type MinimizeOptions,
  type MinimizeStop,
  type Minimum,
  prepare,
  run,
  type SetUp,
  type Start,
} from "./minimize.ts";
import { curvedInputs, halfSquares } from "./problem.ts";
import { linearPlaces, scan, solveLinear } from "./restarts.ts";
import { type Errors, errorsAt, type Standing } from "./standard-errors.ts";

/** What `leastSquares` can be told. */
export interface LeastSquaresOptions extends MinimizeOptions {
  /** What the model is compared with, as many numbers as there are residuals: for R². */
  readonly observed?: ArrayLike<number>;
  /** Whether to look further where the start leads to nothing good (default: where no method is named). */
  readonly restarts?: boolean;
}

const OPTIONS: Names<LeastSquaresOptions> = { ...MINIMIZE_OPTIONS, observed: true, restarts: true };

/** Where a try began: at the start given; there, with the linear parameters at their best; or at a point that was found. */
export type TryOrigin = "start" | "linear" | "scan";

/** One run of one method. */
export interface Try {
  readonly origin: TryOrigin;
  readonly method: string;
  readonly start: Readonly<Record<string, Float64Array>>;
  /** Without an end where the objective is not finite at the start. */
  readonly end?: { readonly residualSumOfSquares: number; readonly stopped: MinimizeStop };
}

/** A minimum of ½‖r‖², with standard errors and how well the model fits. */
export interface LeastSquaresMinimum extends Minimum, Goodness, Omit<Errors, "standing"> {
  /** ‖r‖² */
  readonly residualSumOfSquares: number;
  /** Standard errors, shaped as the parameters; NaN where one is held or not determined. */
  readonly standardErrors: Readonly<Record<string, Float64Array>>;
  /** For each element of each parameter whether it is free, or what holds it. */
  readonly standing: Readonly<Record<string, readonly Standing[]>>;
  /** What was tried, in its order, and which of it is this. */
  readonly tries: readonly Try[];
  readonly won: number;
}

interface Attempt {
  readonly origin: TryOrigin;
  readonly method: Minimizer;
  readonly x: Float64Array;
  /** Tried only where no minimum was found yet, not for a poor fit. */
  readonly onlyOnFailure?: boolean;
}

/** First radii of the default method: the customary one, then more careful ones. */
const RADII = [100, 1, 0.1];
/** Below this R², or above so few runs of signs, it is worth looking for another minimum. */
const POOR = { r2: 0.9, z: -2 };
/** Sums of squares that differ by less are one minimum; so many tries that end there settle it. */
const SAME = 1e-8;
const AGREE = 3;
/** Residuals of this share of their terms are rounding. */
const EXACT = 1e-10;

/**
 * Throws as `minimize`; NonFiniteError only where `restarts` found no finite point either.
 * @param residuals a float64 tensor of any shape
 */
export async function* leastSquares(
  residuals: Expr,
  start: Start,
  options: LeastSquaresOptions,
): AsyncGenerator<MinimizeEvent<LeastSquaresMinimum>, LeastSquaresMinimum, void> {
  checkKeys("leastSquares", options ?? null, OPTIONS);
  const setUp = await prepare(halfSquares(residuals), start, options, residuals);
  checkObserved(setUp, options);
  const inputs = curvedInputs(residuals, setUp.params);
  const tries: Try[] = [];
  let best: LeastSquaresMinimum | undefined;
  let failure: NonFiniteError | undefined;
  let agreeing = 0;
  for await (const attempt of attempts(residuals, inputs, setUp, options)) {
    if (attempt.onlyOnFailure && best && !isFailure(best)) continue;
    const trial = { origin: attempt.origin, method: attempt.method.name, start: setUp.unpack(attempt.x) };
    try {
      const ended = yield* run({ ...setUp, ...attempt }, options);
      const { stopped, objective } = ended;
      tries.push({ ...trial, end: { residualSumOfSquares: 2 * objective, stopped } });
      const found = judged(setUp, ended, inputs, options, { tries, won: tries.length - 1 });
      if (best === undefined || (!isSame(found, best) && found.objective < best.objective)) agreeing = 0;
      if (attempt.origin === "scan" && (best === undefined || found.objective <= best.objective * (1 + SAME)))
        agreeing++;
      best = best === undefined || isBetter(found, best) ? found : best;
    } catch (error) {
      if (!(error instanceof NonFiniteError)) throw error;
      tries.push(trial);
      failure ??= error;
    }
    if (best?.stopped === "aborted" || options.signal?.aborted) break;
    if (best && (isGood(best) || (agreeing >= AGREE && !isFailure(best)))) break;
  }
  if (best === undefined) throw failure;
  const minimum = { ...best, evaluations: { ...setUp.problem.evaluations } };
  yield { type: "end", minimum };
  return minimum;
}

/** What is tried, in this order, for as long as it is asked for. */
async function* attempts(
  residuals: Expr,
  inputs: readonly Expr[],
  setUp: SetUp,
  options: LeastSquaresOptions,
): AsyncGenerator<Attempt, void, void> {
  const { problem, x, params } = setUp;
  yield { origin: "start", method: setUp.method, x };
  if (!(options.restarts ?? options.method === undefined)) return;
  const method = levenbergMarquardt();
  for (const firstRadius of RADII.slice(1))
    yield { origin: "start", method: levenbergMarquardt({ firstRadius }), x, onlyOnFailure: true };
  const linear = linearPlaces(residuals, params);
  if (linear.size > 0) {
    const solved = solveLinear(problem, x, linear);
    if (Number.isFinite(problem.value(solved))) yield { origin: "linear", method, x: solved };
  }
  const turns = new Turns(options.slice);
  const bent = inputs.map(({ label }) => options.data?.[label as string] as ArrayLike<number>);
  const points = scan(problem, x, linear, bent);
  let next = points.next();
  for (; !next.done && !options.signal?.aborted; next = points.next()) await turns.pass();
  for (const found of next.done ? next.value : []) yield { origin: "scan", method, x: found };
  for (const name of ["newton", "bfgs"] as const)
    yield { origin: "start", method: minimizers[name](), x, onlyOnFailure: true };
}

function judged(
  { problem, x: { length: n }, unpack }: SetUp,
  minimum: Minimum,
  inputs: readonly Expr[],
  options: LeastSquaresOptions,
  which: Pick<LeastSquaresMinimum, "tries" | "won">,
): LeastSquaresMinimum {
  const x = Float64Array.from(Object.values(minimum.parameters).flatMap((values) => Array.from(values)));
  const { count, value, jacobian } = problem.residuals as NonNullable<SetUp["problem"]["residuals"]>;
  const { standing, ...errors } = errorsAt(problem, x);
  const r = value(x).slice();
  const exact = norm(r, 0, count) <= EXACT * termsOf(jacobian(x), count, x);
  const places = unpack(Float64Array.from(x.keys()));
  return {
    ...minimum,
    ...errors,
    ...goodness(r, exact, options.observed, inputs, options),
    ...which,
    residualSumOfSquares: norm(r, 0, count) ** 2,
    standardErrors: unpack(Float64Array.from({ length: n }, (_, i) => Math.sqrt(errors.covariance[i * n + i]))),
    standing: Object.fromEntries(
      Object.entries(places).map(([name, at]) => [name, Array.from(at, (place) => standing[place])]),
    ),
  };
}

/** No minimum, or one that says nothing of some parameter. */
function isFailure(minimum: LeastSquaresMinimum): boolean {
  const states = Object.values(minimum.standing).flat();
  const free = states.filter((state) => state === "free").length;
  const isUndetermined = minimum.rank < free && minimum.degreesOfFreedom >= 0;
  return !isConverged(minimum) || states.includes("no influence") || isUndetermined;
}

const isGood = (minimum: LeastSquaresMinimum): boolean =>
  !isFailure(minimum) && !(minimum.r2 < POOR.r2) && minimum.runs.z >= POOR.z;

const isSame = (a: Minimum, b: Minimum): boolean => Math.abs(a.objective - b.objective) <= SAME * b.objective;

/** Of two that are one minimum, the one that is known to be one, else the earlier. */
function isBetter(found: LeastSquaresMinimum, best: LeastSquaresMinimum): boolean {
  if (isSame(found, best)) return isFailure(best) && !isFailure(found);
  return found.objective < best.objective;
}

function checkObserved({ problem }: SetUp, { observed }: LeastSquaresOptions): void {
  const count = problem.residuals?.count ?? 0;
  if (observed && observed.length !== count)
    throw new RangeError(`observed: there are ${count} residuals, got ${observed.length} numbers`);
}
