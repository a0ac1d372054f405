/** What a symmetric eigenvalue problem begins and ends with, whoever solves it: a scale that is safe, and order. */

export interface SymmetricEigen {
  /** [n], ascending. */
  readonly values: Float64Array;
  /** [n, n], row-major: row k is the unit eigenvector of values[k]. */
  readonly vectors: Float64Array;
}

/**
 * The power of two to divide by, which is exact, so that the largest element is near 1 and no product overflows.
 * Throws Error when an element of the lower triangle is not finite.
 */
export function scaleOf(a: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) {
    for (let p = i * n; p <= i * n + i; p++) {
      if (!Number.isFinite(a[p])) throw new Error("symmetricEigen: the matrix has an element that is not finite");
      largest = Math.max(largest, Math.abs(a[p]));
    }
  }
  // Not so small that the quotient overflows, where the largest element is subnormal.
  return largest === 0 ? 1 : 2 ** Math.max(-1000, Math.floor(Math.log2(largest)));
}

/** Eigenvalues, multiplied by `scale`, in order; `copyVector` writes the unit vector of value k to an array [n]. */
export function ascending(
  values: Float64Array,
  scale: number,
  copyVector: (k: number, to: Float64Array) => void,
): SymmetricEigen {
  const n = values.length;
  const order = Uint32Array.from({ length: n }, (_, k) => k).sort((i, j) => values[i] - values[j]);
  const vectors = new Float64Array(n * n);
  order.forEach((from, to) => {
    copyVector(from, vectors.subarray(to * n, to * n + n));
  });
  return { values: Float64Array.from(order, (k) => scale * values[k]), vectors };
}
