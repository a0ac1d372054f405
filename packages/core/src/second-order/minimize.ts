/**
 * Minimizing any expression by any second-order method, told as a stream of events like `fit`.
 *
 *   for await (const event of minimize(loss, { b1: 500, b2: [0.1, 0.2] }, { engine, method: "newton" })) …
 */

import { firstFault, NonFiniteError } from "../diagnosis/first-fault/first-fault.ts";
import { checkEngine, needSync, type SyncEngine } from "../engines/engine.ts";
import { checkKeys, type Names } from "../given/names.ts";
import { numbersOf } from "../given/numbers.ts";
import type { Expr } from "../graph/expr.ts";
import { sizeOf } from "../graph/type.ts";
import { linearAlgebraOf } from "../linalg/linear-algebra.ts";
import { count, inRange, nonNegative } from "../nn/options.ts";
import { type Bounds, type Ending, type Iteration, type Minimizer, project } from "../optim/minimizers/minimizer.ts";
import { judgedEnding, scaledGradient } from "../optim/minimizers/stationarity.ts";
import { type MinimizerName, minimizers } from "../optim/minimizers.ts";
import type { Tensors } from "../train/tensors.ts";
import { now, Turns } from "../train/turns.ts";
import { CompiledProblem, type Evaluations, inputsOf, type ProblemSpec } from "./problem.ts";

/** Starts by name: a number for a scalar, numbers row-major for a tensor. */
export type Start = Readonly<Record<string, number | ArrayLike<number>>>;

/** What `minimize` can be told; only the engine must be given. */
export interface MinimizeOptions {
  /** One that answers at once: a search asks for one number after another. */
  readonly engine: SyncEngine;
  /** A name or a minimizer with options of its own (default "newton-cg"; for `leastSquares` "levenberg-marquardt"). */
  readonly method?: MinimizerName | Minimizer;
  /** Values of the inputs that are not varied. */
  readonly data?: Tensors;
  /** Least and greatest values by name: one number for all elements of a tensor. */
  readonly bounds?: Readonly<Record<string, { readonly lower?: number; readonly upper?: number }>>;
  /** Most trial steps (default 2000). */
  readonly iterations?: number;
  /** Stop when ‖∇f‖∞ is at most this (default 0: go on until rounding ends it). */
  readonly gradientTolerance?: number;
  /** Stop when a step is expected to lower f by less than this share of it (default 0). */
  readonly objectiveTolerance?: number;
  /** Milliseconds for which it may hold the event loop at a time (default 12); one step is never divided. */
  readonly slice?: number;
  readonly signal?: AbortSignal;
}

/** The names of all options of `minimize`, for checks of what callers gave. */
export const MINIMIZE_OPTIONS: Names<MinimizeOptions> = {
  ...{ engine: true, method: true, data: true, bounds: true, iterations: true, slice: true, signal: true },
  ...{ gradientTolerance: true, objectiveTolerance: true },
};

/** The first event: what is minimized, by which method, from which objective. */
export interface MinimizeStart {
  readonly type: "start";
  readonly method: string;
  /** n */
  readonly parameters: number;
  readonly engine: string;
  readonly objective: number;
}

/** After each trial step: objective, gradient, step, and what the method carries. */
export interface MinimizeIteration extends Omit<Iteration, "memory"> {
  readonly type: "iteration";
  readonly evaluations: Readonly<Evaluations>;
}

/** Why a minimization ended. */
export type MinimizeStop = Ending | "iterations" | "aborted";

/** Where a minimization ended, and why. */
export interface Minimum {
  readonly method: string;
  readonly stopped: MinimizeStop;
  readonly parameters: Readonly<Record<string, Float64Array>>;
  readonly objective: number;
  readonly gradientNorm: number;
  /**
   * Without units: for residuals the largest cosine between r and a column of J that counts, else ∇f relative to f and the
   * parameters (optim/stationarity.ts). Where `stopped` tells a minimum, it is at most 10⁻⁶ or what tolerances allow.
   */
  readonly scaledGradient: number;
  /** Trial steps. */
  readonly iterations: number;
  readonly evaluations: Readonly<Evaluations>;
  readonly seconds: number;
}

/** Whether it ended at a minimum, as far as the method can tell. */
export const isConverged = ({ stopped }: Minimum): boolean =>
  stopped === "gradient" || stopped === "step" || stopped === "objective";

/** The last event: the minimum, and why the search ended. */
export interface MinimizeEnd<M extends Minimum = Minimum> {
  readonly type: "end";
  readonly minimum: M;
}

/** What `minimize` and `leastSquares` tell, by `type`. */
export type MinimizeEvent<M extends Minimum = Minimum> = MinimizeStart | MinimizeIteration | MinimizeEnd<M>;

/**
 * Makes a float64 scalar small by varying the named inputs.
 * Throws (before any work) RangeError on an unknown name, a start or bound that makes no sense, or a method that does not
 * suit; NonFiniteError when the loss is not finite at the start, saying which operation and row made it so.
 */
export async function* minimize(
  loss: Expr,
  start: Start,
  options: MinimizeOptions,
): AsyncGenerator<MinimizeEvent, Minimum, void> {
  checkKeys("minimize", options ?? null, MINIMIZE_OPTIONS);
  const setUp = await prepare(loss, start, options);
  const minimum = yield* run(setUp, options);
  yield { type: "end", minimum };
  return minimum;
}

/** What a minimization runs on: the compiled problem, the method, and where it starts. */
export interface SetUp {
  readonly problem: CompiledProblem;
  readonly method: Minimizer;
  readonly params: readonly Expr[];
  /** The start, within the bounds. */
  readonly x: Float64Array;
  unpack(x: Float64Array): Record<string, Float64Array>;
}

/** Everything that can be refused is refused here. */
export async function prepare(loss: Expr, start: Start, options: MinimizeOptions, residuals?: Expr): Promise<SetUp> {
  checkEngine(options.engine);
  needSync(options.engine, "minimizing");
  const known = new Map(inputsOf([loss]).map((node) => [node.label as string, node]));
  const params = Object.keys(start).map((name) => {
    const node = known.get(name);
    if (node === undefined)
      throw new RangeError(`start: the loss has no input '${name}', only ${[...known.keys()].join(", ")}`);
    return node;
  });
  if (params.length === 0) throw new RangeError("start: at least one parameter is needed, got none");
  const x = pack(params, start);
  const { engine, data = {} } = options;
  checkKeys("data", data, Object.fromEntries(known), "input");
  const bounds = packBounds(params, x.length, options.bounds);
  const linearAlgebra = await linearAlgebraOf(engine);
  const spec: ProblemSpec = { engine, linearAlgebra, loss, params, data, bounds, ...(residuals && { residuals }) };
  const method = chooseMethod(options, x.length, residuals !== undefined, bounds !== undefined);
  const problem = new CompiledProblem(spec);
  return { problem, method, params, x: project(x, bounds), unpack: (flat) => unpack(params, flat) };
}

function chooseMethod({ method }: MinimizeOptions, n: number, hasResiduals: boolean, hasBounds: boolean): Minimizer {
  const chosen = method ?? (hasResiduals ? "levenberg-marquardt" : "newton-cg");
  if (typeof chosen === "string" && !Object.hasOwn(minimizers, chosen))
    throw new RangeError(`method '${chosen}' is not known; it can be ${Object.keys(minimizers).join(", ")}`);
  const result = typeof chosen === "string" ? minimizers[chosen]() : chosen;
  checkSize(result, n);
  if (!hasResiduals && result.needs.includes("gauss-newton"))
    throw new RangeError(`${result.name} needs residuals: use leastSquares, or newton for any loss`);
  if (hasBounds && !result.bounded) {
    const able = Object.values(minimizers)
      .map((make) => make())
      .filter(({ bounded }) => bounded);
    throw new RangeError(`${result.name} does not keep bounds; ${able.map(({ name }) => name).join(", ")} do`);
  }
  return result;
}

/** Throws RangeError where a method would keep n × n numbers and n is too large. */
export function checkSize({ name, most }: Minimizer, n: number): void {
  if (most === undefined || n <= most.size) return;
  throw new RangeError(
    `${name} keeps ${n} × ${n} numbers for ${n} parameters, which is too much (at most ${most.size}): use ${most.instead}`,
  );
}

function pack(params: readonly Expr[], start: Start): Float64Array {
  const parts = params.map(({ label, type }) => {
    const name = label as string;
    const given = start[name];
    const values = Array.from(
      numbersOf(`start: '${name}'`, typeof given === "number" ? [given] : given, sizeOf(type.shape)),
    );
    const bad = values.find((value) => !Number.isFinite(value));
    if (bad !== undefined) throw new RangeError(`start: '${name}' must be finite, got ${bad}`);
    return values;
  });
  return Float64Array.from(parts.flat());
}

function packBounds(params: readonly Expr[], size: number, given: MinimizeOptions["bounds"]): Bounds | undefined {
  if (given === undefined) return undefined;
  const unknown = Object.keys(given).find((name) => !params.some(({ label }) => label === name));
  if (unknown !== undefined) throw new RangeError(`bounds: '${unknown}' is no parameter`);
  const [lower, upper] = [new Float64Array(size), new Float64Array(size)];
  let at = 0;
  for (const { label, type } of params) {
    checkKeys(`bounds: '${label}'`, given[label as string], { lower: true, upper: true }, "part");
    const { lower: least = Number.NEGATIVE_INFINITY, upper: most = Number.POSITIVE_INFINITY } =
      given[label as string] ?? {};
    if (!(least <= most)) throw new RangeError(`bounds: '${label}' cannot lie between ${least} and ${most}`);
    const end = at + sizeOf(type.shape);
    lower.fill(least, at, end);
    upper.fill(most, at, end);
    at = end;
  }
  return { lower, upper };
}

function unpack(params: readonly Expr[], x: Float64Array): Record<string, Float64Array> {
  let at = 0;
  return Object.fromEntries(
    params.map(({ label, type }) => {
      const size = sizeOf(type.shape);
      at += size;
      return [label as string, x.slice(at - size, at)];
    }),
  );
}

/** The loop itself, without the end event. */
export async function* run(
  setUp: SetUp,
  options: MinimizeOptions,
): AsyncGenerator<MinimizeStart | MinimizeIteration, Minimum, void> {
  const { problem, method, unpack } = setUp;
  const { engine, data = {}, signal } = options;
  const most = inRange("iterations", options.iterations ?? 2000, count);
  const tolerances = {
    gradient: inRange("gradientTolerance", options.gradientTolerance ?? 0, nonNegative),
    objective: inRange("objectiveTolerance", options.objectiveTolerance ?? 0, nonNegative),
  };
  const turns = new Turns(options.slice);
  const started = now();
  let x = setUp.x;
  let objective = problem.value(x);
  if (!Number.isFinite(objective)) {
    throw new NonFiniteError(
      "the loss at the start",
      objective,
      firstFault(problem.objective, { ...data, ...unpack(x) }),
    );
  }
  yield { type: "start", method: method.name, parameters: x.length, engine: engine.name, objective };
  let stopped: MinimizeStop = "iterations";
  let iterations = 0;
  const loop = method.iterate(problem, x, tolerances);
  while (iterations < most) {
    await turns.pass();
    if (signal?.aborted) stopped = "aborted";
    const next = stopped === "aborted" ? undefined : loop.next();
    if (next === undefined) break;
    if (next.done) {
      stopped = next.value;
      break;
    }
    iterations++;
    const { memory: _, ...told } = next.value;
    ({ x, objective } = told);
    yield { type: "iteration", ...told, evaluations: { ...problem.evaluations } };
  }
  const evaluations = { ...problem.evaluations };
  const scaled = scaledGradient(problem, x, setUp.x);
  return {
    method: method.name,
    stopped:
      stopped === "iterations" || stopped === "aborted"
        ? stopped
        : judgedEnding(problem, x, scaled, stopped, tolerances),
    parameters: unpack(x),
    objective,
    gradientNorm: Math.hypot(...problem.gradient(x)),
    scaledGradient: scaled,
    iterations,
    evaluations,
    seconds: now() - started,
  };
}
