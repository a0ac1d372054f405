/**
 * Other points to start a curve from, when the one that was given leads nowhere. The same for the same problem: nothing is
 * random.
 *
 * Parameters that r is linear in need no start: for any values of the others, one linear problem gives the best (variable
 * projection: Golub & Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
 * separate", 1973). The others are drawn from what parameters of curves are: near the start by a factor, a place along an
 * input, a width or a rate of it, an exponent. What is best of many draws is then changed in one parameter after the other.
 */
import { jvp } from "../autodiff/forward.ts";
import type { Expr } from "../graph/expr.ts";
import { sizeOf } from "../graph/type.ts";
import { leastSquaresSolve } from "../linalg/qr.ts";
import { input } from "../ops/source.ts";
import { project } from "../optim/minimizers/minimizer.ts";
import { columnNorms } from "../optim/minimizers/stationarity.ts";
import { type CompiledProblem, inputsOf } from "./problem.ts";

/** Draws for each nonlinear parameter, and as many changes of the best. */
const DRAWS = 250;
const MOST_DRAWS = 1500;
/** Residuals that may be computed in all. */
const MOST_RESIDUALS = 2e7;
/** Beyond so many nonlinear parameters draws hit nothing. */
const MOST_DIMENSIONS = 12;
/** Points that are kept. */
const KEPT = 8;

/** Flat places of parameters that r is linear in, all of them together. */
export function linearPlaces(residuals: Expr, params: readonly Expr[]): Set<number> {
  const moves = params.map((param) => {
    const tangent = input(`direction/${param.label}`, param.type.shape, param.type.dtype);
    return new Set(inputsOf(jvp([residuals], [param], [tangent])));
  });
  const linear: number[] = [];
  params.forEach((param, i) => {
    if ([...linear, i].every((j) => !moves[j].has(param) && !moves[i].has(params[j]))) linear.push(i);
  });
  const places = new Set<number>();
  let at = 0;
  params.forEach(({ type }, i) => {
    for (let k = sizeOf(type.shape); k > 0; k--, at++) if (linear.includes(i)) places.add(at);
  });
  return places;
}

/** x with the best values of the linear parameters, given the others. */
export function solveLinear(problem: CompiledProblem, x: Float64Array, linear: ReadonlySet<number>): Float64Array {
  const { count, value, jacobian } = problem.residuals as NonNullable<CompiledProblem["residuals"]>;
  const places = [...linear];
  // From 0, where nothing cancels in r.
  const from = project(
    x.map((held, i) => (linear.has(i) ? 0 : held)),
    problem.bounds,
  );
  if (places.length === 0) return from;
  const J = jacobian(from);
  const k = places.length;
  const part = Float64Array.from({ length: count * k }, (_, at) => J[Math.floor(at / k) * x.length + places[at % k]]);
  const lengths = columnNorms(part, count, k).map((length) => length || 1);
  const scaled = part.map((entry, at) => entry / lengths[at % k]);
  const right = value(from).map((residual) => -residual);
  const step = leastSquaresSolve(problem.linearAlgebra.qr(scaled, count, k), right);
  const solved = from.slice();
  places.forEach((place, j) => {
    solved[place] += step[j] / lengths[j];
  });
  return project(solved, problem.bounds);
}

interface Elite {
  readonly x: Float64Array;
  readonly objective: number;
}

/**
 * Finite points with small objectives, the best first and each in another place.
 * @param inputs values of the inputs that the model bends along
 */
export function* scan(
  problem: CompiledProblem,
  start: Float64Array,
  linear: ReadonlySet<number>,
  inputs: readonly ArrayLike<number>[],
): Generator<void, Float64Array[]> {
  const places = Array.from(start.keys()).filter((i) => !linear.has(i));
  if (places.length === 0 || places.length > MOST_DIMENSIONS) return [];
  const draw = new Draws(problem, start, inputs);
  let elites: Elite[] = [];
  const judge = (x: Float64Array, instead?: Elite): void => {
    const solved = solveLinear(problem, x, linear);
    const objective = problem.value(solved);
    if (!Number.isFinite(objective)) return;
    const rest = elites.filter((elite) => elite !== instead);
    const rival = rest.find((elite) => places.every((i) => isNear(elite.x[i], solved[i])));
    if (
      objective >=
      Math.min(instead?.objective ?? Number.POSITIVE_INFINITY, rival?.objective ?? Number.POSITIVE_INFINITY)
    )
      return;
    elites = [...rest.filter((elite) => elite !== rival), { x: solved, objective }]
      .sort((a, b) => a.objective - b.objective)
      .slice(0, KEPT);
  };
  const affordable = MOST_RESIDUALS / (problem.residuals?.count ?? 1);
  const most = Math.min(DRAWS * places.length, MOST_DRAWS, affordable);
  for (let k = 0; k < most; k++) {
    const x = start.slice();
    places.forEach((i, d) => {
      x[i] = draw.value(i, k, d);
    });
    judge(x);
    yield;
  }
  for (let k = 0; k < most && elites.length > 0; k++) {
    const elite = elites[k % elites.length];
    const x = elite.x.slice();
    const d = Math.floor(k / elites.length) % places.length;
    x[places[d]] = draw.value(places[d], most + k, d, elite.x[places[d]]);
    judge(x, elite);
    yield;
  }
  return elites.map(({ x }) => x);
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 0.1 * Math.max(Math.abs(a), Math.abs(b));

/** Values for a parameter, from a sequence without chance that fills all ways to draw evenly (Kronecker's, of √primes). */
class Draws {
  readonly #start: Float64Array;
  readonly #bounds: CompiledProblem["bounds"];
  readonly #ways: readonly ((t: number, v: number) => number)[];

  constructor({ bounds }: CompiledProblem, start: Float64Array, inputs: readonly ArrayLike<number>[]) {
    this.#start = start;
    this.#bounds = bounds;
    /** 10 to a power between ±`reach`, dense in the middle. */
    const power = (t: number, reach: number): number => 10 ** (reach * (2 * t - 1) * Math.abs(2 * t - 1));
    this.#ways = [
      (t, v) => (v || 1) * power(t, 6),
      (t, v) => (v || 1) * power(t, 1),
      (t, v) => -(v || 1) * power(t, 3),
      (t) => power(t, 1.5),
      (t) => -power(t, 1.5),
      ...inputs.flatMap((values) => {
        const { low, range } = extent(values);
        return [
          (t: number) => low + t * range,
          (t: number) => range * 10 ** (-3 * t),
          (t: number) => 10 ** (-0.5 + 3 * t) / range,
          (t: number) => 10 ** (-0.5 + 3 * t) / range,
          (t: number) => -(10 ** (-0.5 + 3 * t)) / range,
        ];
      }),
    ];
  }

  /** @param d the parameter's place among those that are drawn */
  value(i: number, k: number, d: number, near = this.#start[i]): number {
    const [lower, upper] = [this.#bounds?.lower[i], this.#bounds?.upper[i]];
    const [choice, t] = [fraction(k, 2 * d), fraction(k, 2 * d + 1)];
    const span = (upper ?? Number.POSITIVE_INFINITY) - (lower ?? Number.NEGATIVE_INFINITY);
    if (Number.isFinite(span) && k % 2 === 0) return (lower as number) + t * span;
    return this.#ways[Math.floor(choice * this.#ways.length)](t, near);
  }
}

const PRIMES = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89];

const fraction = (k: number, dimension: number): number => ((k + 1) * Math.sqrt(PRIMES[dimension])) % 1;

function extent(values: ArrayLike<number>): { low: number; range: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) [low, high] = [Math.min(low, values[i]), Math.max(high, values[i])];
  return { low, range: high - low || Math.abs(low) || 1 };
}
