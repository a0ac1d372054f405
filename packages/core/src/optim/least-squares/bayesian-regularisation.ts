/**
 * Bayesian regularisation: how strong (λ/2)‖θ‖² should be, told by the data themselves. With E_D the sum of squared errors
 * of M observations, E_W = ‖θ‖² and B = H/(βM) the Gauss-Newton matrix of  f = E_D/M + (λ/2)‖θ‖²:
 *   γ = n − λ tr B⁻¹          the effective number of parameters: what the data determine, of all n
 *   α = γ/(2 E_W),  β = (M − γ)/(2 E_D),  λ = 2α/(βM) = 2γ f_D/((M − γ) E_W)          f_D = E_D/M
 * MacKay, "Bayesian interpolation", Neural Computation 4 (1992); Foresee & Hagan, "Gauss-Newton approximation to Bayesian
 * learning", 1997 (MATLAB's trainbr)
 */
import { solveLower } from "../../linalg/triangular.ts";
import type { AdjustablePenalty, Memory, Problem } from "../minimizers/minimizer.ts";
import { dot } from "../minimizers/vector.ts";

export class Evidence {
  readonly #problem: Problem;
  readonly #penalty: AdjustablePenalty;
  /** γ */
  #effective: number;

  /** Throws RangeError where the objective has no penalty to adjust. */
  constructor(problem: Problem) {
    if (problem.penalty === undefined) throw new RangeError("Bayesian regularisation trains networks: use it in fit");
    this.#problem = problem;
    this.#penalty = problem.penalty;
    this.#effective = problem.size;
  }

  /** Sets λ for the point x. */
  update(x: Float64Array): void {
    const n = x.length;
    const { strength, observations } = this.#penalty;
    const matrix = this.#problem.gaussNewton?.(x) as Float64Array;
    const factor = matrix.slice(); // the problem keeps its matrix for who asks again
    const trace = strength > 0 && this.#problem.linearAlgebra.cholesky(factor, n) < 0 ? inverseTrace(factor, n) : 0;
    this.#effective = Math.min(n, Math.max(0, n - strength * trace));
    const free = Math.max(1, observations - this.#effective);
    const size = Math.max(dot(x, x), Number.MIN_VALUE);
    this.#penalty.strength = (2 * this.#effective * this.#penalty.withoutPenalty(x)) / (free * size);
  }

  get memory(): Memory {
    return { effective: this.#effective, strength: this.#penalty.strength };
  }

  recall({ effective, strength }: Memory): void {
    [this.#effective, this.#penalty.strength] = [Number(effective), Number(strength)];
  }

  get state(): { readonly effectiveParameters: number; readonly regularisation: number } {
    return { effectiveParameters: this.#effective, regularisation: this.#penalty.strength };
  }
}

/** tr (L Lᵀ)⁻¹ = ‖L⁻¹‖²_F */
function inverseTrace(l: Float64Array, n: number): number {
  let total = 0;
  for (let j = 0; j < n; j++) {
    const column = new Float64Array(n);
    column[j] = 1;
    solveLower(l, n, column);
    total += dot(column, column);
  }
  return total;
}
