/**
 * A P = Q R for any A [m, n]: Householder reflections make one column after the other upper triangular, and the column
 * that is longest in the rows still open comes next, so |R[k, k]| falls and shows the rank.
 *   Q = H₀ H₁ …,   H_k = I − τ_k v_k v_kᵀ,   v_k zero above k and 1 at k
 * The lengths are not computed anew at each step: what leaves the open rows is subtracted, except where so much of the
 * length has gone that the difference would have no digits left.
 * Businger & Golub, "Linear least squares solutions by Householder transformations", Numer. Math. 7 (1965); Golub &
 * Van Loan, "Matrix computations", 4th ed., §5.4; Drmač & Bujanović, "On the failure of rank-revealing QR factorization
 * software", ACM TOMS 35 (2008), for the safe update of lengths (LAPACK's dlaqp2)
 */
import { reflector } from "./householder.ts";
import { solveUpper } from "./triangular.ts";
import { addScaled, norm } from "./vector.ts";

/** A matrix as Q R with its columns in another order, Q as Householder reflections. */
export interface Qr {
  readonly m: number;
  readonly n: number;
  /** Shape [m, n]: R on and above the diagonal, v_k below it in column k. */
  readonly factor: Float64Array;
  /** [min(m, n)] */
  readonly tau: Float64Array;
  /** Shape [n]: which column of A column k of A P is. */
  readonly permutation: Int32Array;
}

/** For each column its length in the open rows, by updates, and what it was when it was last computed anew. */
interface Lengths {
  readonly now: Float64Array;
  readonly computed: Float64Array;
}

const SAFE = Math.sqrt(Number.EPSILON);

/** Factorises a copy of A [m, n], row-major. NaN spreads and is no error. */
export function pivotedQr(a: Float64Array, m: number, n: number): Qr {
  const factor = a.slice(0, m * n);
  const tau = new Float64Array(Math.min(m, n));
  const permutation = Int32Array.from({ length: n }, (_, j) => j);
  const computed = Float64Array.from({ length: n }, (_, j) => norm(factor, j, m, n));
  const lengths: Lengths = { now: computed.slice(), computed };
  const work = new Float64Array(n);
  for (let k = 0; k < tau.length; k++) {
    const longest = indexOfMax(lengths.now, k);
    if (longest !== k) {
      [permutation[k], permutation[longest]] = [permutation[longest], permutation[k]];
      for (let p = 0; p < m * n; p += n) [factor[p + k], factor[p + longest]] = [factor[p + longest], factor[p + k]];
      lengths.now[longest] = lengths.now[k];
      lengths.computed[longest] = lengths.computed[k];
    }
    tau[k] = reflector(factor, k * n + k, (k + 1) * n + k, m - k - 1, n);
    if (tau[k] !== 0) reflectRest(factor, m, n, k, tau[k], work);
    shorten(lengths, factor, m, n, k);
  }
  return { m, n, factor, tau, permutation };
}

function indexOfMax(values: Float64Array, from: number): number {
  let best = from;
  for (let i = from + 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** H_k on the columns right of k, row by row: w = vᵀ A, then A −= τ v w. */
function reflectRest(a: Float64Array, m: number, n: number, k: number, tau: number, w: Float64Array): void {
  const count = n - k - 1;
  const first = k * n + k + 1;
  w.fill(0);
  addScaled(w, 0, 1, a, first, count);
  for (let i = k + 1, p = first + n; i < m; i++, p += n) addScaled(w, 0, a[p - 1], a, p, count);
  addScaled(a, first, -tau, w, 0, count);
  for (let i = k + 1, p = first + n; i < m; i++, p += n) addScaled(a, p, -tau * a[p - 1], w, 0, count);
}

/** Takes row k out of the lengths of the columns right of it. */
function shorten({ now, computed }: Lengths, a: Float64Array, m: number, n: number, k: number): void {
  for (let j = k + 1; j < n; j++) {
    if (now[j] === 0) continue;
    const left = Math.max(0, 1 - (a[k * n + j] / now[j]) ** 2);
    if (left * (now[j] / computed[j]) ** 2 > SAFE) {
      now[j] *= Math.sqrt(left);
    } else {
      computed[j] = norm(a, (k + 1) * n + j, m - k - 1, n);
      now[j] = computed[j];
    }
  }
}

/** b ← Qᵀ b, b [m]. */
export function applyTransposedQ({ m, n, factor, tau }: Qr, b: Float64Array): void {
  tau.forEach((t, k) => {
    let sum = b[k];
    for (let i = k + 1; i < m; i++) sum += factor[i * n + k] * b[i];
    sum *= t;
    b[k] -= sum;
    for (let i = k + 1; i < m; i++) b[i] -= factor[i * n + k] * sum;
  });
}

/**
 * How many diagonal elements of R are not negligible: larger than `tolerance` (default max(m, n) · ε · |R[0, 0]|). NaN is
 * not negligible.
 */
export function rankOf({ m, n, factor, tau }: Qr, tolerance?: number): number {
  const limit = tolerance ?? Math.max(m, n) * Number.EPSILON * Math.abs(factor[0] ?? 0);
  let rank = 0;
  while (rank < tau.length && !(Math.abs(factor[rank * n + rank]) <= limit)) rank++;
  return rank;
}

/**
 * x [n] that minimizes ‖A x − b‖, b [m]: the basic solution, which uses as many columns as the rank and is zero elsewhere
 * (where A has full column rank, the only one). b is left as it was.
 */
export function leastSquaresSolve(f: Qr, b: Float64Array, tolerance?: number): Float64Array {
  const rank = rankOf(f, tolerance);
  const y = b.slice(0, f.m);
  applyTransposedQ(f, y);
  solveUpper(f.factor, rank, y, f.n);
  const x = new Float64Array(f.n);
  for (let k = 0; k < rank; k++) x[f.permutation[k]] = y[k];
  return x;
}
