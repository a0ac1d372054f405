/**
 * A minimizer: a loop on the host that chooses points at which a compiled function is evaluated. It sees flat vectors of n
 * numbers and never an engine, so the same loop trains a network, fits a curve or minimizes any expression.
 */
import type { LinearAlgebra } from "../../linalg/linear-algebra.ts";

/** The box that a minimizer stays in: least and greatest value of each of the n parameters. */
export interface Bounds {
  /** [n]; −∞ where there is none. */
  readonly lower: Float64Array;
  /** [n]; ∞ where there is none. */
  readonly upper: Float64Array;
}

/** What a minimizer may ask of a function besides its value and gradient. */
export type Curvature = "hvp" | "hessian" | "gauss-newton" | "residuals";

/** The function. Points are evaluated once: asking again for the last one is free, and results are to be read, not changed. */
export interface Problem {
  /** n */
  readonly size: number;
  readonly linearAlgebra: LinearAlgebra;
  readonly bounds?: Bounds | undefined;
  value(x: Float64Array): number;
  /** ∇f, [n] */
  gradient(x: Float64Array): Float64Array;
  /** H(x) v, [n] */
  hvp?(x: Float64Array, v: Float64Array): Float64Array;
  /** H(x), [n, n] */
  hessian?(x: Float64Array): Float64Array;
  /** Jᵀ H_L J (for f = ½‖r‖²: JᵀJ), [n, n] */
  gaussNewton?(x: Float64Array): Float64Array;
  /** For f = ½‖r‖²: r [m] and J = ∂r/∂x [m, n]. */
  readonly penalty?: AdjustablePenalty;
  readonly residuals?: {
    readonly count: number;
    value(x: Float64Array): Float64Array;
    jacobian(x: Float64Array): Float64Array;
  };
}

/** (λ/2)‖x‖² inside f, with a strength that Bayesian regularisation sets anew at each point. */
export interface AdjustablePenalty {
  /** λ ≥ 0 */
  strength: number;
  /** f without it. */
  withoutPenalty(x: Float64Array): number;
  /** Numbers that the model is fitted to: rows × outputs. */
  readonly observations: number;
}

/** Why a minimizer ended. */
export type Ending =
  /** The gradient is zero to rounding, and no direction of negative curvature was found where that was looked for. */
  | "gradient"
  /** The step is below the parameters' own rounding. */
  | "step"
  /** The decrease that the model promises is below the tolerance, or below the objective's rounding. */
  | "objective"
  /** No step along any tried direction makes the objective smaller. */
  | "stalled";

/** One trial step. Vectors and matrices are the minimizer's own, to be read and not changed. */
export interface Iteration {
  /** From 1. */
  readonly iteration: number;
  /** Whether the step was taken; a step that was not leaves everything but damping and radius as it was. */
  readonly accepted: boolean;
  readonly x: Float64Array;
  /** f(x) */
  readonly objective: number;
  /** ‖∇f(x)‖₂ (of the free parameters, where there are bounds) */
  readonly gradientNorm: number;
  /** ‖p‖₂ of the step that was tried. */
  readonly stepNorm: number;
  /** What the local model promised. */
  readonly predicted: number;
  /** f before − f after; NaN where f was. */
  readonly actual: number;
  /** λ in (B + λ D²) p = −g, or the trust region's multiplier. */
  readonly damping?: number | undefined;
  /** The trust region's radius for the next step. */
  readonly radius?: number | undefined;
  /** α in x + α d, for a line search. */
  readonly stepLength?: number | undefined;
  /** An estimate of the condition number of the matrix that was factorised. */
  readonly condition?: number | undefined;
  /** What the method carries from step to step: matrices, pairs, directions. */
  readonly state: Readonly<Record<string, unknown>>;
  /**
   * What `iterate` goes on from, at this x; without it nobody can go on where another one stood. Asked for before the next iteration, if
   * at all: most are never asked.
   */
  readonly memory?: (() => Memory) | undefined;
}

/**
 * All that the next iterations depend on, beside x and the problem: at x the same problem gives the same numbers, so values, gradients
 * and models are made again. Vectors are the minimizer's own, to be copied before it goes on.
 */
export type Memory = Readonly<Record<string, number | Float64Array>>;

/** When a minimization has converged. */
export interface Tolerances {
  /** Stop when ‖∇f‖∞ is at most this (default 0: only rounding ends it). */
  readonly gradient: number;
  /** Stop when the promised decrease is at most this share of |f| (default 0: only rounding ends it). */
  readonly objective: number;
}

/** A method that minimizes by asking for values, gradients and curvature, and carries a state. */
export interface Minimizer {
  readonly kind: "minimizer";
  readonly name: string;
  readonly needs: readonly Curvature[];
  /** Whether it keeps within bounds. */
  readonly bounded: boolean;
  /** Where n × n numbers are kept: the largest n, and what to use beyond it. */
  readonly most?: { readonly size: number; readonly instead: string };
  /** @param memory of an iteration that led to `start`: those that follow it are then the same, bit for bit */
  iterate(problem: Problem, start: Float64Array, tolerances: Tolerances, memory?: Memory): Generator<Iteration, Ending>;
}

const ENDINGS: readonly Ending[] = ["gradient", "step", "objective", "stalled"];

/** An ending that is decided already when an iteration is told, as a number. */
export const endingIn = (ending: Ending | undefined): { readonly ending: number } => ({
  ending: ending === undefined ? 0 : 1 + ENDINGS.indexOf(ending),
});

/** What `endingIn` was told. */
export const endingOf = (memory: Memory | undefined): Ending | undefined => ENDINGS[Number(memory?.ending ?? 0) - 1];

/** The next iteration's number. */
export const nextIteration = (memory: Memory | undefined): number => 1 + Number(memory?.iteration ?? 0);

/** Rounding of f is taken for this share of |f|. */
export const ROUNDING = 1e-13;

/** Tells when the objective has stopped falling: for so many steps in a row not below its lowest by more than rounding. */
export class Stillness {
  #lowest = Number.POSITIVE_INFINITY;
  #steps = 0;
  readonly #share: number;
  readonly #patience: number;

  constructor({ objective }: Tolerances, patience: number, memory: Memory = {}) {
    this.#share = Math.max(objective, 0.01 * ROUNDING);
    this.#patience = patience;
    const { lowest = this.#lowest, still = 0 } = memory as Readonly<Record<string, number>>;
    [this.#lowest, this.#steps] = [lowest, still];
  }

  get memory(): Memory {
    return { lowest: this.#lowest, still: this.#steps };
  }

  after(objective: number): boolean {
    this.#steps = objective < this.#lowest - this.#share * Math.abs(objective) ? 0 : this.#steps + 1;
    this.#lowest = Math.min(this.#lowest, objective);
    return this.#steps >= this.#patience;
  }
}

/** Whether a step is below the rounding of every parameter. */
export function isRounding(step: Float64Array, x: Float64Array): boolean {
  for (let i = 0; i < x.length; i++) if (!(Math.abs(step[i]) <= 0.5 * Number.EPSILON * Math.abs(x[i]))) return false;
  return true;
}

/** x within the bounds. */
export function project(x: Float64Array, bounds: Bounds | undefined): Float64Array {
  return bounds ? x.map((value, i) => Math.min(bounds.upper[i], Math.max(bounds.lower[i], value))) : x;
}

/** 1 for each parameter that is at a bound which −∇f points beyond. */
export function blocked(x: Float64Array, gradient: Float64Array, bounds: Bounds | undefined): Uint8Array {
  const result = new Uint8Array(x.length);
  if (bounds === undefined) return result;
  return result.map((_, i) =>
    Number((x[i] <= bounds.lower[i] && gradient[i] > 0) || (x[i] >= bounds.upper[i] && gradient[i] < 0)),
  );
}

/** A vector (a gradient, a step) with 0 for each parameter that is fixed; itself where none is. */
export function zeroed(v: Float64Array, fixed: Uint8Array): Float64Array {
  if (!fixed.includes(1)) return v;
  const result = v.slice();
  for (let i = 0; i < result.length; i++) if (fixed[i]) result[i] = 0;
  return result;
}
