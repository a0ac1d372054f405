/**
 * Nonlinear least squares: the parameters that make ½‖r‖² small, and how well the data determine them.
 *   s² = ‖r‖²/(m − n),   Cov = s² (JᵀJ)⁻¹,   stderrᵢ = √Covᵢᵢ
 * Bates & Watts, "Nonlinear regression analysis and its applications", 1988, section 2.1
 */
import type { Expr } from "../graph/expr.ts";
import type { LinearAlgebra } from "../linalg/linear-algebra.ts";
import { rankOf } from "../linalg/qr.ts";
import { solveUpperTransposed } from "../linalg/triangular.ts";
import { norm } from "../linalg/vector.ts";
import { levenbergMarquardt } from "../optim/levenberg-marquardt.ts";
import {
  type MinimizeEvent,
  type MinimizeOptions,
  type Minimum,
  prepare,
  run,
  type SetUp,
  type Start,
} from "./minimize.ts";
import { halfSquares } from "./problem.ts";

export interface LeastSquaresMinimum extends Minimum {
  /** ‖r‖² */
  readonly residualSumOfSquares: number;
  /** s; NaN without degrees of freedom. */
  readonly residualStandardDeviation: number;
  /** m − n */
  readonly degreesOfFreedom: number;
  /** Rank of J with its columns scaled to length 1; below n the data do not determine all parameters. */
  readonly rank: number;
  /** [n, n], in the order of the start; NaN where it is not determined. */
  readonly covariance: Float64Array;
  /** Standard errors, shaped as the parameters. */
  readonly standardErrors: Readonly<Record<string, Float64Array>>;
}

/** First radii of the default method: the customary one, then more careful ones. */
const RADII = [100, 1, 0.1];

/**
 * Throws as `minimize`. residuals: a float64 tensor of any shape. Without a method, Levenberg-Marquardt starts again with a
 * smaller first step where it stalls or ends on a plateau (where some parameter no longer matters); the best end counts.
 */
export async function* leastSquares(
  residuals: Expr,
  start: Start,
  options: MinimizeOptions,
): AsyncGenerator<MinimizeEvent<LeastSquaresMinimum>, LeastSquaresMinimum, void> {
  const attempts = options.method
    ? [options]
    : RADII.map((firstRadius) => ({ ...options, method: levenbergMarquardt({ firstRadius }) }));
  let best: LeastSquaresMinimum | undefined;
  for (const attempt of attempts) {
    const setUp = prepare(halfSquares(residuals), start, attempt, residuals);
    const found = withErrors(setUp, yield* run(setUp, attempt));
    best = best ? better(best, found) : found;
    const isSettled = found.rank === setUp.x.length || residualCount(setUp) < setUp.x.length;
    if (found.stopped === "aborted" || (isSettled && found.stopped !== "stalled" && found.stopped !== "iterations"))
      break;
  }
  const minimum = best as LeastSquaresMinimum;
  yield { type: "end", minimum };
  return minimum;
}

const residualCount = ({ problem }: SetUp): number => problem.residuals?.count ?? 0;

/** The one with the smaller objective, with the work of both. */
function better(a: LeastSquaresMinimum, b: LeastSquaresMinimum): LeastSquaresMinimum {
  const sum = (key: "values" | "products" | "matrices"): number => a.evaluations[key] + b.evaluations[key];
  return {
    ...(b.objective < a.objective ? b : a),
    iterations: a.iterations + b.iterations,
    evaluations: { values: sum("values"), products: sum("products"), matrices: sum("matrices") },
    seconds: a.seconds + b.seconds,
  };
}

function withErrors({ problem, x: { length: n }, unpack }: SetUp, minimum: Minimum): LeastSquaresMinimum {
  const x = Float64Array.from(Object.values(minimum.parameters).flatMap((values) => Array.from(values)));
  const parts = problem.residuals as NonNullable<SetUp["problem"]["residuals"]>;
  const length = norm(parts.value(x), 0, parts.count);
  const degreesOfFreedom = parts.count - n;
  const residualStandardDeviation = degreesOfFreedom > 0 ? length / Math.sqrt(degreesOfFreedom) : Number.NaN;
  const { rank, inverse } = invertedGram(parts.jacobian(x), parts.count, n, problem.linearAlgebra);
  const covariance = inverse.map((value) => value * residualStandardDeviation ** 2);
  const errors = Float64Array.from({ length: n }, (_, i) => Math.sqrt(covariance[i * n + i]));
  return {
    ...minimum,
    residualSumOfSquares: length ** 2,
    residualStandardDeviation,
    degreesOfFreedom,
    rank,
    covariance,
    standardErrors: unpack(errors),
  };
}

/** (JᵀJ)⁻¹ by QR of J with its columns scaled to length 1: D⁻¹ P R⁻¹ R⁻ᵀ Pᵀ D⁻¹. NaN where the rank is not full. */
function invertedGram(J: Float64Array, m: number, n: number, algebra: LinearAlgebra) {
  const lengths = Float64Array.from({ length: n }, (_, j) => norm(J, j, m, n) || 1);
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
