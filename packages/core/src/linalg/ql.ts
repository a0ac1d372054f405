/**
 * The implicit QL iteration: T, symmetric and tridiagonal, to diagonal form. One sweep with the shift σ is, in effect,
 *   T − σI = Q L,   T ← L Q + σI
 * done as plane rotations that chase one element up along T. With Wilkinson's shift, the element beside the diagonal goes
 * cubically.
 * Golub & Van Loan, "Matrix computations", 4th ed., §8.3; Dubrulle, Martin & Wilkinson, "The implicit QL algorithm",
 * Numer. Math. 12 (1968)
 */
import type { Tridiagonal } from "./tridiagonal.ts";
import { hypotenuse } from "./vector.ts";

/**
 * What a sweep asks of the vectors: for i from high − 1 down to low, rows x = i and y = i + 1 become
 *   x ← c[i] x − s[i] y,   y ← s[i] x + c[i] y
 */
export type RotateRows = (low: number, high: number, c: Float64Array, s: Float64Array) => void;

/** Sweeps for one eigenvalue; 2 are usual. */
const MOST_SWEEPS = 50;

/** T → its eigenvalues on the diagonal, in no order. Throws Error when the iteration does not converge. */
export function diagonalise(t: Tridiagonal, rotateRows: RotateRows): void {
  const n = t.diagonal.length;
  const [c, s] = [new Float64Array(n), new Float64Array(n)];
  const least = Number.EPSILON * largestOf(t);
  for (let l = 0; l < n; l++) {
    for (let sweeps = 0; ; sweeps++) {
      const end = endOfBlock(t, l, n, least);
      if (end === l) break;
      if (sweeps === MOST_SWEEPS) throw new Error(`symmetricEigen: no convergence in ${MOST_SWEEPS} sweeps`);
      rotateRows(sweep(t, l, end, c, s), end, c, s);
    }
  }
}

function largestOf({ diagonal, beside }: Tridiagonal): number {
  let largest = 0;
  for (let m = 0; m < diagonal.length; m++)
    largest = Math.max(largest, Math.abs(diagonal[m]), m < beside.length ? Math.abs(beside[m]) : 0);
  return largest;
}

/**
 * Where the unreduced block that starts at l ends: the first element beside the diagonal that is negligible, beside its neighbours or
 * beside the whole. Where many eigenvalues are rounding's remains of 0, their neighbours are as small as it is, and it would
 * never become so.
 */
function endOfBlock({ diagonal, beside }: Tridiagonal, l: number, n: number, least: number): number {
  for (let m = l; m < n - 1; m++) {
    const size = Math.abs(diagonal[m]) + Math.abs(diagonal[m + 1]);
    if (Math.abs(beside[m]) <= Math.max(least, Number.EPSILON * size)) return m;
  }
  return n - 1;
}

/**
 * One implicit QL sweep of the block from l to `end`.
 * @param c gets the cosines of its rotations, and `s` the sines
 * @returns the lowest row that takes part
 */
function sweep(
  { diagonal: d, beside: e }: Tridiagonal,
  l: number,
  end: number,
  c: Float64Array,
  s: Float64Array,
): number {
  // Wilkinson's shift: the eigenvalue of the leading 2×2 that is nearer to d[l].
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = hypotenuse(half, 1);
  let g = d[end] - d[l] + e[l] / (half + (half < 0 ? -root : root));
  let [cosine, sine, p] = [1, 1, 0];
  for (let i = end - 1; i >= l; i--) {
    const bulge = sine * e[i];
    const b = cosine * e[i];
    const r = hypotenuse(bulge, g);
    e[i + 1] = r;
    if (r === 0) {
      // The block falls apart here by itself.
      d[i + 1] -= p;
      e[end] = 0;
      return i + 1;
    }
    sine = bulge / r;
    cosine = g / r;
    g = d[i + 1] - p;
    const t = (d[i] - g) * sine + 2 * cosine * b;
    p = sine * t;
    d[i + 1] = g + p;
    g = cosine * t - b;
    c[i] = cosine;
    s[i] = sine;
  }
  d[l] -= p;
  e[l] = g;
  e[end] = 0;
  return l;
}
