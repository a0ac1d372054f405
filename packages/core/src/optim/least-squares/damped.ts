/**
 * Damped normal equations (JᵀJ + λI) q = −Jᵀr, and the λ for which ‖q‖ = Δ: Newton's method on the secular equation
 *   φ(λ) = ‖q(λ)‖ − Δ,   λ ← λ − ((φ + Δ)/Δ) φ/φ′
 * within the bounds of Moré, "The Levenberg-Marquardt algorithm: implementation and theory", 1978, section 5. Two ways to
 * solve: by Cholesky of the matrix, which needs no J, or by QR of J, which keeps twice the digits where J is ill-conditioned.
 */
import { choleskySolve } from "../../linalg/cholesky.ts";
import type { LinearAlgebra } from "../../linalg/linear-algebra.ts";
import { leastSquaresSolve, type Qr, rankOf } from "../../linalg/qr.ts";
import { solveLower, solveUpperTransposed } from "../../linalg/triangular.ts";
import type { TrustStep } from "../minimizers/trust-region.ts";
import { isFiniteVector, norm, scaled } from "../minimizers/vector.ts";

/** Holds until the system is asked again. */
interface DampedSolve {
  /** q(λ) */
  readonly step: Float64Array;
  /** ‖factor⁻ᵀ v‖ of the factorised matrix: what φ′ needs. */
  halfSolve(v: Float64Array): number;
  readonly condition: number;
}

/** q(λ); undefined where the matrix is singular. */
export type DampedSystem = (damping: number) => DampedSolve | undefined;

const ROUNDS = 20;
/** The least share of the last λ that is tried first: the secular equation is convex, and its tangent falls short. */
const LEAST_SHARE = 0.1;

/** A λ, and the secular equation there: ‖q(λ)‖ and φ′(λ); size 0 where nothing was solved. */
export interface Secular {
  readonly damping: number;
  readonly size: number;
  readonly slope: number;
}

/** Which lengths of a step are near enough, in radii. */
export interface Near {
  readonly least: number;
  readonly most: number;
}

/** A step, and where the next one may begin. */
export interface DampedStep extends TrustStep {
  readonly secular: Secular;
}

/** What the last step, made for another radius and mostly from another matrix, lets expect for this one. */
export function expectedDamping({ damping, size, slope }: Secular, radius: number): number {
  if (!(size > 0) || !(slope < 0)) return damping;
  return Math.max(damping - (size / radius) * ((size - radius) / slope), LEAST_SHARE * damping);
}

/**
 * @param gradient Jᵀr
 * @param guess a λ to begin with: mostly it is near, and nothing else needs to be factorised
 */
export function dampedStep(
  system: DampedSystem,
  gradient: Float64Array,
  radius: number,
  guess: number,
  near: Near,
): DampedStep {
  let low = 0;
  let high = norm(gradient) / radius;
  let damping = Math.min(guess, high);
  let isZeroKnown = false;
  for (let round = 0; ; round++) {
    isZeroKnown ||= damping === 0;
    const solved = system(damping);
    if (solved === undefined) {
      if (round >= ROUNDS)
        return { step: new Float64Array(gradient.length), damping, secular: { damping, size: 0, slope: 0 } };
      low = damping;
      damping = damping === 0 ? leastOf(high) : Math.max(2 * damping, Math.sqrt(damping * high));
      continue;
    }
    const size = norm(solved.step);
    const excess = size - radius;
    const isInside = damping === 0 && excess < 0;
    const slope = size > 0 ? -(solved.halfSolve(scaled(solved.step, 1 / size)) ** 2) * size : 0;
    const isNear = size >= near.least * radius && size <= near.most * radius;
    if (isInside || isNear || round >= ROUNDS) return { ...solved, damping, secular: { damping, size, slope } };
    if (excess > 0) low = Math.max(low, damping);
    else high = Math.min(high, damping);
    const next = damping - (size / radius) * (excess / slope);
    if (next > low && next < high) damping = next;
    else if (excess < 0 && !isZeroKnown) damping = 0;
    else damping = Math.max(leastOf(high), Math.sqrt(low * high));
  }
}

const leastOf = (high: number): number => Math.max(Number.MIN_VALUE, 1e-3 * high);

/** By Cholesky of B + λI, for a matrix B [n, n] that is given. `factor`, [n, n], is overwritten. */
export function normalSystem(
  matrix: Float64Array,
  gradient: Float64Array,
  algebra: LinearAlgebra,
  factor: Float64Array,
): DampedSystem {
  const n = gradient.length;
  return (damping) => {
    factor.set(matrix);
    for (let i = 0; i < n; i++) factor[i * n + i] += damping;
    if (algebra.cholesky(factor, n) >= 0) return undefined;
    const step = scaled(gradient, -1);
    choleskySolve(factor, n, step);
    if (!isFiniteVector(step)) return undefined;
    const halfSolve = (v: Float64Array): number => {
      const half = v.slice();
      solveLower(factor, n, half);
      return norm(half);
    };
    let [least, most] = [factor[0], factor[0]];
    for (let i = 1; i < n; i++) {
      least = Math.min(least, factor[i * n + i]);
      most = Math.max(most, factor[i * n + i]);
    }
    return { step, halfSolve, condition: (most / least) ** 2 };
  };
}

/** By QR of J ([m, n]) and, damped, of R over √λ I. `rhs`: Qᵀr, of which the first min(m, n) elements count. */
export function orthogonalSystem(qr: Qr, rhs: Float64Array, algebra: LinearAlgebra): DampedSystem {
  const n = qr.n;
  const rows = Math.min(qr.m, n);
  return (damping) => {
    // R in the columns' own order, over √λ I.
    const stacked = new Float64Array((rows + n) * n);
    for (let i = 0; i < rows; i++) {
      for (let j = i; j < n; j++) stacked[i * n + qr.permutation[j]] = qr.factor[i * n + j];
    }
    for (let j = 0; j < n; j++) stacked[(rows + j) * n + j] = Math.sqrt(damping);
    const damped = algebra.qr(stacked, rows + n, n);
    const right = new Float64Array(rows + n);
    for (let i = 0; i < rows; i++) right[i] = -rhs[i];
    const rank = rankOf(damped);
    if (rank < n && damping > 0) return undefined;
    const step = leastSquaresSolve(damped, right);
    if (!isFiniteVector(step)) return undefined;
    const halfSolve = (v: Float64Array): number => {
      const half = Float64Array.from(damped.permutation, (column) => v[column]);
      solveUpperTransposed(damped.factor, n, half);
      return norm(half);
    };
    const [first, last] = [Math.abs(damped.factor[0]), Math.abs(damped.factor[(n - 1) * n + n - 1])];
    return { step, halfSolve: rank < n ? () => Number.POSITIVE_INFINITY : halfSolve, condition: first / last };
  };
}
