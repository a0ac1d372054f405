/**
 * A = Vᵀ Λ V for symmetric A, with orthonormal rows of V: A becomes tridiagonal (tridiagonal.ts), and the implicit QL
 * iteration takes T to diagonal form. One sweep with the shift σ is, in effect, T − σI = Q L, T ← L Q + σI, done as plane
 * rotations that chase one element up along T; with Wilkinson's shift the element beside the diagonal goes cubically.
 * Golub & Van Loan, "Matrix computations", 4th ed., §8.3; Dubrulle, Martin & Wilkinson, "The implicit QL algorithm",
 * Numer. Math. 12 (1968)
 *
 * Eigenvalues are right to a few ε ‖A‖, however small they are.
 */
import { type Tridiagonal, tridiagonalise } from "./tridiagonal.ts";
import { hypotenuse } from "./vector.ts";

export interface SymmetricEigen {
  /** [n], ascending. */
  readonly values: Float64Array;
  /** [n, n], row-major: row k is the unit eigenvector of values[k]. */
  readonly vectors: Float64Array;
}

/** Sweeps for one eigenvalue; 2 are usual. */
const MOST_SWEEPS = 50;

/**
 * Eigenvalues and eigenvectors of A [n, n], row-major, of which only the lower triangle is read; A is left as it was.
 * Throws Error when an element is not finite or the iteration does not converge.
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const vectors = a.slice(0, n * n);
  const scale = normalise(vectors, n);
  const t = tridiagonalise(vectors, n);
  for (let l = 0; l < n; l++) {
    for (let sweeps = 0; ; sweeps++) {
      const end = endOfBlock(t, l, n);
      if (end === l) break;
      if (sweeps === MOST_SWEEPS) throw new Error(`symmetricEigen: no convergence in ${MOST_SWEEPS} sweeps`);
      sweep(t, l, end, vectors, n);
    }
  }
  return ascending(t.diagonal, vectors, n, scale);
}

/**
 * Divides by a power of two, which is exact, so that the largest element is near 1 and no product overflows.
 * @returns that power. Throws Error when an element of the lower triangle is not finite.
 */
export function normalise(a: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    for (let p = i * n; p <= i * n + i; p++) {
      if (!Number.isFinite(a[p])) throw new Error("symmetricEigen: the matrix has an element that is not finite");
      largest = Math.max(largest, Math.abs(a[p]));
    }
  }
  if (largest === 0) return 1;
  // The quotient may not overflow either, where the largest element is subnormal.
  const scale = 2 ** Math.max(-1000, Math.floor(Math.log2(largest)));
  for (let p = 0; p < n * n; p++) a[p] /= scale;
  return scale;
}

/** Where the unreduced block that starts at l ends: the first element beside the diagonal that is negligible. */
function endOfBlock({ diagonal, beside }: Tridiagonal, l: number, n: number): number {
  for (let m = l; m < n - 1; m++) {
    const size = Math.abs(diagonal[m]) + Math.abs(diagonal[m + 1]);
    if (Math.abs(beside[m]) <= Number.EPSILON * size) return m;
  }
  return n - 1;
}

/** One implicit QL sweep of the block from l to `end`; rotates the rows of `vectors` along. */
function sweep(
  { diagonal: d, beside: e }: Tridiagonal,
  l: number,
  end: number,
  vectors: Float64Array,
  n: number,
): void {
  // Wilkinson's shift: the eigenvalue of the leading 2×2 that is nearer to d[l].
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = hypotenuse(half, 1);
  let g = d[end] - d[l] + e[l] / (half + (half < 0 ? -root : root));
  let [c, s, p] = [1, 1, 0];
  for (let i = end - 1; i >= l; i--) {
    const [bulge, b] = [s * e[i], c * e[i]];
    const r = hypotenuse(bulge, g);
    e[i + 1] = r;
    if (r === 0) {
      // The block falls apart here by itself.
      d[i + 1] -= p;
      e[end] = 0;
      return;
    }
    s = bulge / r;
    c = g / r;
    g = d[i + 1] - p;
    const t = (d[i] - g) * s + 2 * c * b;
    p = s * t;
    d[i + 1] = g + p;
    g = c * t - b;
    rotate(vectors, i * n, n, c, s);
  }
  d[l] -= p;
  e[l] = g;
  e[end] = 0;
}

/** The row x at `at` and the row y after it: x ← c x − s y, y ← s x + c y. */
function rotate(a: Float64Array, at: number, n: number, c: number, s: number): void {
  for (let x = at; x < at + n; x++) {
    const y = a[x + n];
    a[x + n] = s * a[x] + c * y;
    a[x] = c * a[x] - s * y;
  }
}

/** Eigenvalues, multiplied by `scale`, in order, and their vectors with them. */
export function ascending(values: Float64Array, vectors: Float64Array, n: number, scale: number): SymmetricEigen {
  const order = Uint32Array.from({ length: n }, (_, k) => k).sort((i, j) => values[i] - values[j]);
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, from * n + n), to * n);
  });
  return { values: Float64Array.from(order, (k) => scale * values[k]), vectors: sorted };
}
