import { expect, test } from "vitest";
import type { LinearAlgebra } from "../../src/linalg/linear-algebra.ts";
import {
  congruent,
  diagonal,
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
  symmetric,
  transpose,
} from "./matrices.ts";

export function eigenContract(algebra: LinearAlgebra): void {
  /** Checks A Vᵀ = Vᵀ Λ, V Vᵀ = I and the order; the upper triangle must not be read. */
  function eigen(a: Float64Array, n: number): Float64Array {
    const given = matrix(n, n, (i, j) => (j > i ? Number.NaN : a[i * n + j]));
    const before = given.slice();
    const { values, vectors } = algebra.eigen(given, n);
    expect(given).toEqual(before);
    const bound = 5 * (n + 5) * EPSILON;
    const columns = transpose(vectors, n, n);
    expect(distance(product(vectors, columns, n, n, n), identity(n))).toBeLessThanOrEqual(bound);
    const scaled = matrix(n, n, (i, j) => columns[i * n + j] * values[j]);
    expect(distance(product(a, columns, n, n, n), scaled)).toBeLessThanOrEqual(bound * size(a));
    expect([...values]).toEqual([...values].sort((x, y) => x - y));
    return values;
  }

  test.each([...SIZES, 0, 4, 31])("random, n = %i", (n) => {
    eigen(symmetric(n, n), n);
  });

  test.each([5, 17, 97])("values known by construction, n = %i", (n) => {
    const known = Float64Array.from({ length: n }, (_, i) => i - n / 3);
    const values = eigen(congruent(orthogonal(n, 1), known, n), n);
    expect(distance(values, known)).toBeLessThanOrEqual(20 * n * EPSILON * size(known));
  });

  test.each([3, 64, 130])("the second difference: 2 − 2 cos(kπ/(n + 1)), n = %i", (n) => {
    const a = matrix(n, n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0));
    const known = Float64Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
    expect(distance(eigen(a, n), known)).toBeLessThanOrEqual(20 * n * EPSILON);
  });

  test("diagonal, zero, ones, repeated values", () => {
    expect(eigen(diagonal([3, -1, 2]), 3)).toEqual(Float64Array.of(-1, 2, 3));
    expect(eigen(new Float64Array(25), 5)).toEqual(new Float64Array(5));
    expect(eigen(Float64Array.of(-7), 1)).toEqual(Float64Array.of(-7));
    const ones = matrix(64, 64, () => 1);
    const last = Float64Array.from({ length: 64 }, (_, i) => (i < 63 ? 0 : 64));
    expect(distance(eigen(ones, 64), last)).toBeLessThan(1e-12);
    const twice = Float64Array.from({ length: 64 }, (_, i) => (i < 32 ? -1 : 1));
    expect(distance(eigen(congruent(orthogonal(64, 2), twice, 64), 64), twice)).toBeLessThan(1e-12);
    expect(distance(eigen(Float64Array.of(0, 1, 1, 0), 2), Float64Array.of(-1, 1))).toBeLessThan(1e-15);
  });

  test("graded, either way; Hilbert's; low rank", () => {
    for (const n of [17, 64]) {
      eigen(graded(symmetric(n, 6), n, -12, 12), n);
      eigen(graded(symmetric(n, 6), n, 12, -12), n);
    }
    eigen(hilbert(40), 40);
    eigen(congruent(symmetric(97, 3), [1, -2, 3], 97), 97);
  });

  test("low rank and graded: what rounding leaves of 0 is as small as its neighbours", () => {
    const [m, n] = [200, 20];
    const rows = random(m, n, 9);
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) rows[i * n + j] *= 10 ** (((i * 37) % 21) - 10);
    eigen(product(rows, transpose(rows, m, n), m, n, m), m);
  });

  test("parts of very different scale stay orthonormal", () => {
    const [n, a] = [60, symmetric(60, 4)];
    const scale = [1, 1e-170, 1e-300];
    eigen(
      matrix(n, n, (i, j) => (i % 3 === j % 3 ? a[i * n + j] * scale[i % 3] : 0)),
      n,
    );
  });

  test("Wilkinson's W₂₁⁺, with pairs of values that nearly agree", () => {
    const values = eigen(
      matrix(21, 21, (i, j) => (i === j ? Math.abs(i - 10) : Math.abs(i - j) === 1 ? 1 : 0)),
      21,
    );
    expect(values[20]).toBeCloseTo(10.746194182903393, 13);
    expect(values[19]).toBeCloseTo(10.746194182903322, 13);
  });

  test("scales near the ends of the range", () => {
    const a = symmetric(17, 5);
    const values = eigen(a, 17);
    for (const scale of [2 ** -1070, 2 ** -1000, 2 ** 1000]) {
      const scaled = algebra.eigen(
        a.map((x) => x * scale),
        17,
      ).values;
      const precision = Math.max(20 * EPSILON, 2 ** -1070 / scale);
      scaled.forEach((x, i) => {
        expect(Math.abs(x / scale - values[i])).toBeLessThan(10 * precision);
      });
    }
  });

  test("what is not finite is refused", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const a = symmetric(5, 1);
      a[11] = bad;
      expect(() => algebra.eigen(a, 5)).toThrow("not finite");
    }
  });
}
