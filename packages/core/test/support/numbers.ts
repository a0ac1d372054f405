/** Plain numbers for tests: repeatable random ones, inner products, and comparison by norm. */
import { expect } from "vitest";

/** Repeatable uniform numbers in [0, 1) (mulberry32). Independent of the library's own generator, which is under test. */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `length` numbers in [−1, 1): tangents and cotangents. */
export function direction(length: number, seed: number): Float64Array {
  const next = generator(seed);
  return Float64Array.from({ length }, () => 2 * next() - 1);
}

/** ⟨a, b⟩ over lists of tensors. */
export function inner(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number {
  return a.reduce((total, x, i) => total + Array.from(x).reduce((sum, value, j) => sum + value * b[i][j], 0), 0);
}

/** |a − b| ≤ tolerance · max(1, largest |b|), for whole tensors. NaN never passes. */
export function expectNear(
  actual: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  tolerance: number,
): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((values, i) => {
    expect(actual[i].length).toBe(values.length);
    const scale = Array.from(values).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
    const error = Array.from(values).reduce(
      (largest, value, j) => Math.max(largest, Math.abs(actual[i][j] - value)),
      0,
    );
    expect(error, `tensor ${i}: error against scale ${scale}`).toBeLessThanOrEqual(tolerance * scale);
  });
}
