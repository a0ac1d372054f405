/** Matrices with known properties, plain products, and norms, all written without the library. */
import { generator } from "../support/numbers.ts";

export const SIZES = [1, 2, 3, 5, 17, 64, 97, 130] as const;
export const EPSILON = Number.EPSILON;

/** A matrix as a function of row and column, row-major. */
export function matrix(m: number, n: number, element: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: m * n }, (_, p) => element(Math.floor(p / n), p % n));
}

/** Uniform in [−1, 1). */
export function random(m: number, n: number, seed: number): Float64Array {
  const next = generator(seed);
  return matrix(m, n, () => 2 * next() - 1);
}

export function symmetric(n: number, seed: number): Float64Array {
  const a = random(n, n, seed);
  return matrix(n, n, (i, j) => a[Math.max(i, j) * n + Math.min(i, j)]);
}

export const identity = (n: number): Float64Array => matrix(n, n, (i, j) => (i === j ? 1 : 0));
export const diagonal = (values: ArrayLike<number>): Float64Array =>
  matrix(values.length, values.length, (i, j) => (i === j ? values[i] : 0));
export const hilbert = (n: number): Float64Array => matrix(n, n, (i, j) => 1 / (i + j + 1));

export function transpose(a: Float64Array, m: number, n: number): Float64Array {
  return matrix(n, m, (i, j) => a[j * n + i]);
}

/** A B for A [m, k], B [k, n]. */
export function product(a: Float64Array, b: Float64Array, m: number, k: number, n: number): Float64Array {
  return matrix(m, n, (i, j) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum += a[i * k + p] * b[p * n + j];
    return sum;
  });
}

/** Xᵀ D X for X [k, n] and a diagonal of k numbers, exactly symmetric. */
export function congruent(x: Float64Array, d: ArrayLike<number>, n: number): Float64Array {
  return matrix(n, n, (i, j) => {
    let sum = 0;
    for (let p = 0; p < d.length; p++) sum += d[p] * (x[p * n + i] * x[p * n + j]);
    return sum;
  });
}

/** Orthonormal by the product of n reflections of random vectors. */
export function orthogonal(n: number, seed: number): Float64Array {
  const q = identity(n);
  for (let k = 0; k < Math.min(n, 5); k++) {
    const v = random(n, 1, seed + k);
    const squared = v.reduce((sum, x) => sum + x * x, 0);
    for (let i = 0; i < n; i++) {
      let along = 0;
      for (let j = 0; j < n; j++) along += q[i * n + j] * v[j];
      for (let j = 0; j < n; j++) q[i * n + j] -= (2 * along * v[j]) / squared;
    }
  }
  return q;
}

/** D A D with d from 10^from to 10^to, as evenly as they go: rows and columns of very different scale. */
export function graded(a: Float64Array, n: number, from: number, to: number): Float64Array {
  const scale = (i: number): number => 10 ** (from + ((to - from) * i) / Math.max(1, n - 1));
  return matrix(n, n, (i, j) => scale(i) * a[i * n + j] * scale(j));
}

/** The Frobenius norm. */
export function size(a: Float64Array): number {
  return Math.hypot(
    ...Array.from({ length: Math.ceil(a.length / 1000) }, (_, i) =>
      Math.hypot(...a.subarray(1000 * i, 1000 * i + 1000)),
    ),
  );
}

/** ‖A − B‖ */
export function distance(a: Float64Array, b: Float64Array): number {
  return size(a.map((x, i) => x - b[i]));
}
