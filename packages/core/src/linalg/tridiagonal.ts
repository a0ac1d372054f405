/**
 * Qᵀ A Q = T, tridiagonal, for symmetric A: from the last row upward, a reflection H of the coordinates before row i
 * takes that row to a single element beside the diagonal. What is before it becomes, with p = τ A v,
 *   H A H = A − v qᵀ − q vᵀ,   q = p − ½ τ (pᵀv) v
 * Golub & Van Loan, "Matrix computations", 4th ed., §8.3.1; upward as in EISPACK's tred2, so that every v is a row
 */
import { reflector } from "./householder.ts";
import { addScaled, dot } from "./vector.ts";

export interface Tridiagonal {
  /** [n] */
  readonly diagonal: Float64Array;
  /** Shape [n]: element k is at [k + 1, k] of T; the last one is 0. */
  readonly beside: Float64Array;
}

/** Reads the lower triangle of A [n, n], row-major, and overwrites A with Qᵀ. */
export function tridiagonalise(a: Float64Array, n: number): Tridiagonal {
  const [diagonal, beside, tau, work] = Array.from({ length: 4 }, () => new Float64Array(n));
  for (let i = n - 1; i > 0; i--) {
    const row = i * n;
    tau[i] = reflector(a, row + i - 1, row, i - 1, 1);
    beside[i - 1] = a[row + i - 1];
    diagonal[i] = a[row + i];
    a[row + i - 1] = 1;
    if (tau[i] !== 0) reflectBefore(a, n, i, tau[i], work);
  }
  if (n > 0) diagonal[0] = a[0];
  accumulate(a, n, tau);
  return { diagonal, beside };
}

/** A ← H A H for the leading [i, i] of A, lower triangle, with v in row i. */
function reflectBefore(a: Float64Array, n: number, i: number, tau: number, q: Float64Array): void {
  const v = i * n;
  for (let j = 0; j < i; j++) {
    // Row j is column j, too: it gives element j an inner product and the elements before j a multiple of itself.
    q[j] = dot(a, j * n, a, v, j + 1);
    addScaled(q, 0, a[v + j], a, j * n, j);
  }
  for (let j = 0; j < i; j++) q[j] *= tau;
  addScaled(q, 0, -0.5 * tau * dot(q, 0, a, v, i), a, v, i);
  for (let j = 0; j < i; j++) {
    addScaled(a, j * n, -a[v + j], q, 0, j + 1);
    addScaled(a, j * n, -q[j], a, v, j + 1);
  }
}

/** Qᵀ = H₁ H₂ … Hₙ₋₁ in place: H_i changes the leading [i, i], its v is in row i, which comes into play after it. */
function accumulate(a: Float64Array, n: number, tau: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const v = i * n;
    for (let p = 0; tau[i] !== 0 && p < v; p += n) addScaled(a, p, -tau[i] * dot(a, p, a, v, i), a, v, i);
    for (let p = i; p < v; p += n) a[p] = 0;
    a.fill(0, v, v + i);
    a[v + i] = 1;
  }
}
