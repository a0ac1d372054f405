/**
 * The largest and the smallest singular value of a matrix J from its Gram matrix on the smaller side (J Jᵀ or Jᵀ J), whose
 * eigenvalues are their squares. What is below √(n ε) of the largest is rounding, and given as 0.
 *
 * All eigenvalues take about 9 n³ operations. Where n is large, Lanczos' method finds the largest one of G, and of
 * (G + μI)⁻¹, by a Cholesky factor (n³/3), with μ = n ε λ₁: there the smallest of G stands far out. It stops when the value
 * settles, which gives three digits or more: of two that are close it may stop at the second.
 * Golub & Van Loan, "Matrix computations", 4th ed., §10.1 and §8.3
 */
import { choleskySolve } from "../../linalg/cholesky.ts";
import { symmetricEigen } from "../../linalg/eigen.ts";
import type { LinearAlgebra } from "../../linalg/linear-algebra.ts";
import { addScaled, dot, norm } from "../../linalg/vector.ts";
import { normalAt } from "../../ops/random.ts";
import type { SingularExtremes } from "../../train/events.ts";

/** Up to this side all eigenvalues are found. */
const DIRECT = 96;
/** Up to this one by plain code: an engine's takes longer to begin. */
const PLAIN = 24;
/** Most steps of Lanczos' method, each a product with a vector: the ends of a spectrum settle first. */
const STEPS = 48;
/** After so many steps each time it is asked whether the eigenvalue still moves by more than this share of it. */
const STRIDE = 6;
const SETTLED = 1e-5;

/** Of the matrix with the Gram matrix G [n, n], row-major; G is left as it was. Throws Error unless G is finite. */
export function singularExtremes(gram: Float64Array, n: number, algebra: LinearAlgebra): SingularExtremes {
  if (n <= DIRECT) {
    const { values } = n <= PLAIN ? symmetricEigen(gram, n) : algebra.eigen(gram, n);
    return fromEigenvalues(values[n - 1], values[0], n);
  }
  const largest = largestEigenvalue((v) => product(gram, n, v), n);
  if (largest === 0) return { largest: 0, smallest: 0 };
  const shift = n * Number.EPSILON * largest;
  const factor = gram.slice();
  for (let i = 0; i < n; i++) factor[i * n + i] += shift;
  if (algebra.cholesky(factor, n) >= 0) return fromEigenvalues(largest, 0, n);
  const inverse = (v: Float64Array): Float64Array => {
    const solved = v.slice();
    choleskySolve(factor, n, solved);
    return solved;
  };
  return fromEigenvalues(largest, 1 / largestEigenvalue(inverse, n) - shift, n);
}

/** ‖J‖₂ of J [rows, columns], row-major, by products with vectors alone. */
export function largestSingularValue(j: Float64Array, rows: number, columns: number): number {
  const squared = (v: Float64Array): Float64Array => {
    const result = new Float64Array(columns);
    for (let i = 0; i < rows; i++) addScaled(result, 0, dot(j, i * columns, v, 0, columns), j, i * columns, columns);
    return result;
  };
  return Math.sqrt(largestEigenvalue(squared, columns));
}

function fromEigenvalues(largest: number, smallest: number, n: number): SingularExtremes {
  const floor = n * Number.EPSILON * largest;
  return { largest: Math.sqrt(Math.max(0, largest)), smallest: smallest > floor ? Math.sqrt(smallest) : 0 };
}

function product(a: Float64Array, n: number, v: Float64Array): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => dot(a, i * n, v, 0, n));
}

/**
 * The largest eigenvalue of a symmetric positive semidefinite operator: of its projection T on the Krylov space of a random
 * vector, until it settles. Every new direction is made orthogonal to all others, twice, as rounding would else bring old
 * ones back.
 */
function largestEigenvalue(apply: (v: Float64Array) => Float64Array, n: number): number {
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const beside: number[] = [];
  let next: Float64Array = Float64Array.from({ length: n }, (_, i) => normalAt([1, 2], 0, i));
  let length = norm(next, 0, n);
  let found = 0;
  while (basis.length < Math.min(n, STEPS)) {
    const v = next.map((value) => value / length);
    basis.push(v);
    next = apply(v);
    diagonal.push(dot(v, 0, next, 0, n));
    for (let pass = 0; pass < 2; pass++)
      for (const other of basis) addScaled(next, 0, -dot(other, 0, next, 0, n), other, 0, n);
    length = norm(next, 0, n);
    const isWhole = length <= Number.EPSILON * Math.max(...diagonal) || basis.length === Math.min(n, STEPS);
    if (isWhole || basis.length % STRIDE === 0) {
      const before = found;
      found = largestOf(diagonal, beside);
      if (isWhole || found - before <= SETTLED * found) break;
    }
    beside.push(length);
  }
  return Math.max(0, found);
}

/** Of a tridiagonal matrix. */
function largestOf(diagonal: readonly number[], beside: readonly number[]): number {
  const n = diagonal.length;
  const t = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    t[i * n + i] = diagonal[i];
    if (i > 0) t[i * n + i - 1] = beside[i - 1];
  }
  return symmetricEigen(t, n).values[n - 1];
}
