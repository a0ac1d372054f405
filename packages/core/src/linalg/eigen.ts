/**
 * A = Vᵀ Λ V for symmetric A, with orthonormal rows of V: A becomes tridiagonal, and the QL iteration takes that to
 * diagonal form. Eigenvalues are right to a few ε ‖A‖, however small they are.
 * Golub & Van Loan, "Matrix computations", 4th ed., §8.3
 */
import { diagonalise } from "./ql.ts";
import { ascending, type SymmetricEigen, scaleOf } from "./spectrum.ts";
import { tridiagonalise } from "./tridiagonal.ts";

export type { SymmetricEigen } from "./spectrum.ts";

/**
 * Eigenvalues and eigenvectors of A [n, n], row-major, of which only the lower triangle is read; A is left as it was.
 * Throws Error when an element is not finite or the iteration does not converge.
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const scale = scaleOf(a, n);
  const vectors = a.slice(0, n * n);
  for (let p = 0; p < n * n; p++) vectors[p] /= scale;
  const t = tridiagonalise(vectors, n);
  diagonalise(t, (low, high, c, s) => {
    for (let i = high - 1; i >= low; i--) rotate(vectors, i * n, n, c[i], s[i]);
  });
  return ascending(t.diagonal, scale, (k, to) => to.set(vectors.subarray(k * n, k * n + n)));
}

function rotate(a: Float64Array, at: number, n: number, c: number, s: number): void {
  for (let x = at; x < at + n; x++) {
    const y = a[x + n];
    a[x + n] = s * a[x] + c * y;
    a[x] = c * a[x] - s * y;
  }
}
