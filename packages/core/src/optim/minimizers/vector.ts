/** Vectors of n numbers on the host: what a minimizer does between two evaluations. */
import { dot as dotOfParts, norm as normOfPart } from "../../linalg/vector.ts";

/** aᵀ b */
export const dot = (a: Float64Array, b: Float64Array): number => dotOfParts(a, 0, b, 0, a.length);

/** ‖a‖₂, without overflow or underflow of the squares. */
export const norm = (a: Float64Array): number => normOfPart(a, 0, a.length);

/** ‖a‖∞; NaN if any element is. */
export function maxNorm(a: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const size = Math.abs(a[i]);
    if (!(size <= largest)) largest = size;
    if (Number.isNaN(size)) return size;
  }
  return largest;
}

/** Whether no element is NaN or infinite. */
export function isFiniteVector(a: Float64Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] - a[i] !== 0) return false;
  return true;
}

/** a + s b */
export function plus(a: Float64Array, b: Float64Array, s = 1): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = a[i] + s * b[i];
  return result;
}

/** s a */
export function scaled(a: Float64Array, s: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = s * a[i];
  return result;
}

/** A x for a square matrix, row-major [n, n]. Four rows at a time: a single sum waits for each of its additions. */
export function matVec(a: Float64Array, x: Float64Array): Float64Array {
  const n = x.length;
  const result = new Float64Array(n);
  for (let i = 0; i < n; i += 4) {
    const p = i * n;
    const [q, r, s] = [Math.min(i + 1, n - 1) * n, Math.min(i + 2, n - 1) * n, Math.min(i + 3, n - 1) * n];
    let [t0, t1, t2, t3] = [0, 0, 0, 0];
    for (let j = 0; j < n; j++) {
      t0 += a[p + j] * x[j];
      t1 += a[q + j] * x[j];
      t2 += a[r + j] * x[j];
      t3 += a[s + j] * x[j];
    }
    result[i] = t0;
    if (i + 1 < n) result[i + 1] = t1;
    if (i + 2 < n) result[i + 2] = t2;
    if (i + 3 < n) result[i + 3] = t3;
  }
  return result;
}
