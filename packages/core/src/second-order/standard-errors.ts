/**
 * How well the data determine each parameter:
 *   s² = ‖r‖²/(m − n),   Cov = s² (JᵀJ)⁻¹,   stderrᵢ = √Covᵢᵢ
 * over the n parameters that are free. One that ended on its bound or has no influence is held where it is: it has no
 * standard error, its column leaves J, and the errors of the others are those given its value.
 * Bates & Watts, "Nonlinear regression analysis and its applications", 1988, section 2.1
 */
import type { LinearAlgebra } from "../linalg/linear-algebra.ts";
import { rankOf } from "../linalg/qr.ts";
import { solveUpperTransposed } from "../linalg/triangular.ts";
import { norm } from "../linalg/vector.ts";
import { columnNorms, withoutInfluence } from "../optim/minimizers/stationarity.ts";
import type { CompiledProblem } from "./problem.ts";

/** Whether a parameter is estimated, or what holds it. */
export type Standing = "free" | "on lower bound" | "on upper bound" | "no influence";

export interface Errors {
  readonly standing: readonly Standing[];
  /** s; NaN without degrees of freedom. */
  readonly residualStandardDeviation: number;
  /** m − how many are free */
  readonly degreesOfFreedom: number;
  /** Rank of the free columns of J, scaled to length 1. */
  readonly rank: number;
  /** [n, n]; NaN where it is not determined. */
  readonly covariance: Float64Array;
}

export function errorsAt(problem: CompiledProblem, x: Float64Array): Errors {
  const { count, value, jacobian } = problem.residuals as NonNullable<CompiledProblem["residuals"]>;
  const n = x.length;
  const standing = standings(problem, x);
  const free = standing.flatMap((state, i) => (state === "free" ? [i] : []));
  const J = jacobian(x);
  const columns = Float64Array.from({ length: count * free.length }, (_, at) => {
    const row = Math.floor(at / free.length);
    return J[row * n + free[at % free.length]];
  });
  const degreesOfFreedom = count - free.length;
  const length = norm(value(x), 0, count);
  const residualStandardDeviation = degreesOfFreedom > 0 ? length / Math.sqrt(degreesOfFreedom) : Number.NaN;
  const { rank, inverse } = invertedGram(columns, count, free.length, problem.linearAlgebra);
  const covariance = new Float64Array(n * n).fill(Number.NaN);
  free.forEach((i, row) => {
    free.forEach((j, column) => {
      covariance[i * n + j] = inverse[row * free.length + column] * residualStandardDeviation ** 2;
    });
  });
  return { standing, residualStandardDeviation, degreesOfFreedom, rank, covariance };
}

function standings(problem: CompiledProblem, x: Float64Array): Standing[] {
  const { bounds } = problem;
  const without = withoutInfluence(problem, x);
  return Array.from(x, (value, i) => {
    if (bounds && value <= bounds.lower[i]) return "on lower bound";
    if (bounds && value >= bounds.upper[i]) return "on upper bound";
    return without[i] ? "no influence" : "free";
  });
}

/** (JᵀJ)⁻¹ by QR of J with its columns scaled to length 1: D⁻¹ P R⁻¹ R⁻ᵀ Pᵀ D⁻¹. NaN where the rank is not full. */
function invertedGram(J: Float64Array, m: number, n: number, algebra: LinearAlgebra) {
  const lengths = columnNorms(J, m, n).map((length) => length || 1);
  const qr = algebra.qr(
    J.map((value, at) => value / lengths[at % n]),
    m,
    n,
  );
  const rank = rankOf(qr);
  if (rank < n) return { rank, inverse: new Float64Array(n * n).fill(Number.NaN) };
  const rows = Array.from({ length: n }, (_, i) => {
    const row = new Float64Array(n);
    row[qr.permutation.indexOf(i)] = 1 / lengths[i];
    solveUpperTransposed(qr.factor, n, row);
    return row;
  });
  const inverse = rows.flatMap((a) => rows.map((b) => a.reduce((total, value, k) => total + value * b[k], 0)));
  return { rank, inverse: Float64Array.from(inverse) };
}
