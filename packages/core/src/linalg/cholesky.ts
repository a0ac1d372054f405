/**
 * A = L Lᵀ for symmetric positive definite A, row by row:
 *   L[i, j] = (A[i, j] − Σ_{k<j} L[i, k] L[j, k]) / L[j, j]      L[i, i] = √(A[i, i] − Σ_{k<i} L[i, k]²)
 * No pivoting is needed: ‖L‖² = ‖A‖. What is under the root, the pivot, is > 0 for every i exactly when A is positive
 * definite (up to rounding), so this is also the cheapest test of it.
 * Golub & Van Loan, "Matrix computations", 4th ed., §4.2
 */
import { solveLower, solveLowerTransposed } from "./triangular.ts";
import { dot } from "./vector.ts";

/**
 * Overwrites the lower triangle of A [n, n], row-major, with L; the upper triangle is neither read nor written.
 * @returns −1, or the first pivot that is not > 0 (NaN is not); then only the rows before it are rows of L
 */
export function cholesky(a: Float64Array, n: number): number {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j < i; j++) a[row + j] = (a[row + j] - dot(a, row, a, j * n, j)) / a[j * n + j];
    const pivot = a[row + i] - dot(a, row, a, row, i);
    if (!(pivot > 0)) return i;
    a[row + i] = Math.sqrt(pivot);
  }
  return -1;
}

/** b ← A⁻¹ b = L⁻ᵀ L⁻¹ b, given L [n, n] in the lower triangle. */
export function choleskySolve(l: Float64Array, n: number, b: Float64Array): void {
  solveLower(l, n, b);
  solveLowerTransposed(l, n, b);
}
