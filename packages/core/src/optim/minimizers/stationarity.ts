/**
 * How far a point is from a minimum, in a number without units, so that an ending can be held to what it says.
 *   least squares   max_j |J_jᵀ r| / (‖J_j‖ ‖r‖)                   the cosine between r and each column that counts
 *   else            max_i |∂f/∂xᵢ| typ(xᵢ) / typ(f),   typ(v) = max(|v|, min(1, |v at the start|))
 * Moré, "The Levenberg-Marquardt algorithm: implementation and theory", 1978; Dennis & Schnabel, "Numerical methods for
 * unconstrained optimization", 1983, section 7.2
 *
 * A column does not count where its parameter is at a bound that −∇f points beyond, or has no influence.
 */
import { norm as partNorm } from "../../linalg/vector.ts";
import { blocked, type Ending, type Problem, type Tolerances, zeroed } from "./minimizer.ts";
import { norm, plus } from "./vector.ts";

/** A scaled gradient of this size leaves at most about its square, 10⁻¹², of the objective to be gained. */
const STATIONARY = 1e-6;
/** What moves r by less than this share of its terms cannot be told from rounding. */
const VISIBLE = 1e-11;
/** A step of so many times the parameter's size is no longer a change of it. */
const ABSURD = 1e100;

/** @param start where the minimizer began: it tells what size is typical */
export function scaledGradient(problem: Problem, x: Float64Array, start: Float64Array): number {
  const full = problem.gradient(x);
  const gradient = zeroed(full, blocked(x, full, problem.bounds));
  if (problem.residuals) return largestCosine(problem, x, gradient);
  const size = typical(problem.value(x), problem.value(start));
  return gradient.reduce((most, slope, i) => Math.max(most, (Math.abs(slope) * typical(x[i], start[i])) / size), 0);
}

const typical = (value: number, first: number): number => Math.max(Math.abs(value), Math.min(1, Math.abs(first) || 1));

function largestCosine(problem: Problem, x: Float64Array, gradient: Float64Array): number {
  const { count, value, jacobian } = problem.residuals as NonNullable<Problem["residuals"]>;
  const r = value(x).slice();
  const J = jacobian(x);
  const columns = columnNorms(J, count, x.length);
  const size = norm(r);
  const without = withoutInfluence(problem, x);
  let most = 0;
  for (let j = 0; j < x.length; j++) {
    if (gradient[j] !== 0 && !without[j]) most = Math.max(most, Math.abs(gradient[j]) / columns[j] / size);
  }
  return most;
}

/**
 * What an ending at x may say. One that tells a minimum is held to it (but for a gradient as small as was asked); where no
 * step helps and the gradient is small, what is left to gain is below rounding.
 * @param scaled the scaled gradient at x
 */
export function judgedEnding(
  problem: Problem,
  x: Float64Array,
  scaled: number,
  ending: Ending,
  { gradient, objective }: Tolerances,
): Ending {
  if (ending === "gradient" && gradient > 0) return ending;
  if (!isStationary(problem, x, scaled, objective)) return "stalled";
  return ending === "stalled" ? "objective" : ending;
}

/**
 * The scaled gradient is small, or, in least squares, r is no more than its terms' own rounding.
 * @param objective the tolerance that was given: T allows a scaled gradient of √T
 */
function isStationary(problem: Problem, x: Float64Array, scaled: number, objective: number): boolean {
  if (scaled <= Math.max(STATIONARY, Math.sqrt(objective))) return true;
  if (problem.residuals === undefined) return false;
  const { count, value, jacobian } = problem.residuals;
  return scaled * norm(value(x)) <= 4 * Number.EPSILON * termsOf(jacobian(x), count, x);
}

/** ‖J_j‖ for each column of J [m, n]. */
export const columnNorms = (J: Float64Array, m: number, n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, j) => partNorm(J, j, m, n));

/** Σ ‖J_k‖ |x_k| for J [m, n]: the size of what r is the sum of. */
export const termsOf = (J: Float64Array, m: number, x: Float64Array): number =>
  columnNorms(J, m, x.length).reduce((total, length, k) => total + length * Math.abs(x[k]), 0);

/**
 * 1 for each parameter that r does not depend on here: its column of J is so short that a change of it by its own size
 * would drown in rounding, and a change that should show does not move r as the column says (as where a sigmoid or an
 * exponential is saturated; a parameter that merely is small moves r in proportion). Only where residuals are given.
 */
export function withoutInfluence(problem: Problem, x: Float64Array): Uint8Array {
  const result = new Uint8Array(x.length);
  if (problem.residuals === undefined) return result;
  const { count, value, jacobian } = problem.residuals;
  const J = jacobian(x).slice();
  const r = value(x).slice();
  const columns = columnNorms(J, count, x.length);
  const visible = VISIBLE * (norm(r) + termsOf(J, count, x));
  const changed = (j: number, by: number): Float64Array => {
    const moved = x.slice();
    moved[j] += by;
    return plus(value(moved), r, -1);
  };
  for (let j = 0; j < x.length; j++) {
    const size = Math.abs(x[j]) || 1;
    if (!(columns[j] * size <= visible)) continue;
    const by = visible / columns[j];
    const answers =
      columns[j] === 0
        ? [0.1 * size, -0.1 * size].some((step) => norm(changed(j, step)) > visible)
        : by < ABSURD * size &&
          [by, -by].some((step) => {
            const column = Float64Array.from({ length: count }, (_, i) => J[i * x.length + j]);
            return norm(plus(changed(j, step), column, -step)) <= 0.5 * visible;
          });
    result[j] = Number(!answers);
  }
  return result;
}
