import { expect, test } from "vitest";
import type { LinearAlgebra } from "../../src/linalg/linear-algebra.ts";
import { applyTransposedQ, leastSquaresSolve, type Qr, rankOf } from "../../src/linalg/qr.ts";
import {
  distance,
  EPSILON,
  graded,
  hilbert,
  identity,
  matrix,
  orthogonal,
  product,
  random,
  SIZES,
  size,
  transpose,
} from "./matrices.ts";

/** Qᵀ [m, m], column by column. */
function transposedQ(f: Qr): Float64Array {
  const columns = Array.from({ length: f.m }, (_, j) => {
    const unit = Float64Array.from({ length: f.m }, (_, i) => (i === j ? 1 : 0));
    applyTransposedQ(f, unit);
    return unit;
  });
  return matrix(f.m, f.m, (i, j) => columns[j][i]);
}

const upperPart = ({ m, n, factor }: Qr): Float64Array => matrix(m, n, (i, j) => (j >= i ? factor[i * n + j] : 0));

export function qrContract(algebra: LinearAlgebra): void {
  function expectProduct(a: Float64Array, m: number, n: number): Qr {
    const before = a.slice();
    const f = algebra.qr(a, m, n);
    expect(a).toEqual(before);
    expect([f.m, f.n, f.tau.length]).toEqual([m, n, Math.min(m, n)]);
    expect([...f.permutation].sort((i, j) => i - j)).toEqual(Array.from({ length: n }, (_, j) => j));
    const bound = 5 * (m + n) * EPSILON;
    const qt = transposedQ(f);
    expect(distance(product(qt, transpose(qt, m, m), m, m, m), identity(m))).toBeLessThanOrEqual(bound);
    const ap = matrix(m, n, (i, j) => a[i * n + f.permutation[j]]);
    expect(distance(product(qt, ap, m, m, n), upperPart(f))).toBeLessThanOrEqual(bound * size(a));
    const diagonal = Array.from({ length: Math.min(m, n) }, (_, k) => Math.abs(f.factor[k * n + k]));
    diagonal.slice(1).forEach((value, k) => {
      // Lengths are known to a few digits only where they come from differences; below the rank, they are rounding.
      expect(value).toBeLessThanOrEqual(diagonal[k] * (1 + 1e-6) + bound * size(a));
    });
    return f;
  }

  test.each(SIZES)("square, n = %i", (n) => {
    expect(rankOf(expectProduct(random(n, n, n), n, n))).toBe(n);
  });

  test.each([
    [1, 4],
    [4, 1],
    [7, 3],
    [3, 7],
    [130, 40],
    [40, 130],
    [65, 64],
  ])("[%i, %i]", (m, n) => {
    expect(rankOf(expectProduct(random(m, n, 2), m, n))).toBe(Math.min(m, n));
  });

  test("nothing at all", () => {
    for (const [m, n] of [
      [0, 0],
      [0, 3],
      [3, 0],
    ]) {
      const f = algebra.qr(new Float64Array(0), m, n);
      expect(rankOf(f)).toBe(0);
      expect(leastSquaresSolve(f, new Float64Array(m))).toEqual(new Float64Array(n));
    }
  });

  test.each([
    [20, 20, 7],
    [97, 50, 13],
    [50, 97, 13],
    [130, 64, 1],
  ])("[%i, %i] of rank %i", (m, n, rank) => {
    const a = product(random(m, rank, 1), random(rank, n, 2), m, rank, n);
    const f = expectProduct(a, m, n);
    expect(rankOf(f)).toBe(rank);
    const b = product(a, random(n, 1, 3), m, n, 1);
    const x = leastSquaresSolve(f, b);
    expect(x.filter((value) => value !== 0).length).toBe(rank);
    expect(distance(product(a, x, m, n, 1), b)).toBeLessThanOrEqual(1e-10 * size(b));
  });

  test("zero, and columns of zeros", () => {
    expect(rankOf(expectProduct(new Float64Array(12), 4, 3))).toBe(0);
    const a = matrix(5, 4, (i, j) => (j === 1 || j === 2 ? 0 : (i * i + j) % 5));
    expect(rankOf(expectProduct(a, 5, 4))).toBe(2);
  });

  test("the residual of least squares is orthogonal to the columns", () => {
    for (const [m, n] of [
      [10, 3],
      [130, 64],
    ]) {
      const [a, b] = [random(m, n, 4), random(m, 1, 5)];
      const x = leastSquaresSolve(algebra.qr(a, m, n), b);
      const residual = product(a, x, m, n, 1).map((value, i) => b[i] - value);
      expect(size(product(transpose(a, m, n), residual, n, m, 1))).toBeLessThanOrEqual(1e-12 * size(a));
    }
  });

  test("graded columns, where lengths lose their digits", () => {
    for (const n of [17, 64]) {
      expectProduct(graded(random(n, n, 6), n, -12, 12), n, n);
      expectProduct(graded(random(n, n, 6), n, 12, -12), n, n);
    }
    expectProduct(hilbert(30), 30, 30);
  });

  test("Kahan's matrix, whose columns shrink alike at every step", () => {
    const [n, s] = [97, Math.sin(1.2)];
    const c = Math.cos(1.2);
    expectProduct(
      matrix(n, n, (i, j) => s ** i * (i === j ? 1 : j > i ? -c : 0)),
      n,
      n,
    );
  });

  test("the rank at a gap, with a tolerance of one's own", () => {
    const n = 40;
    const d = Float64Array.from({ length: n }, (_, i) => (i < 10 ? 1 : 1e-6));
    const scaled = orthogonal(n, 7).map((value, p) => d[p % n] * value);
    const f = algebra.qr(product(scaled, orthogonal(n, 8), n, n, n), n, n);
    expect(rankOf(f)).toBe(n);
    expect(rankOf(f, 1e-3)).toBe(10);
  });

  test("NaN is not negligible", () => {
    const a = random(6, 4, 9);
    a[13] = Number.NaN;
    const f = algebra.qr(a, 6, 4);
    expect(rankOf(f)).toBe(4);
    expect(leastSquaresSolve(f, new Float64Array(6).fill(1)).some(Number.isNaN)).toBe(true);
  });

  test("scales near the ends of the range", () => {
    for (const scale of [1e-300, 1e-160, 1e160, 1e300]) {
      const [a, x] = [random(17, 17, 3), random(17, 1, 4)];
      const b = product(a, x, 17, 17, 1).map((value) => value * scale);
      const f = algebra.qr(
        a.map((value) => value * scale),
        17,
        17,
      );
      expect(distance(leastSquaresSolve(f, b), x)).toBeLessThan(1e-11);
    }
  });
}
