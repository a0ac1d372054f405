import { expect, test } from "vitest";
import { choleskySolve } from "../../src/linalg/cholesky.ts";
import type { LinearAlgebra } from "../../src/linalg/linear-algebra.ts";
import {
  congruent,
  distance,
  EPSILON,
  graded,
  hilbert,
  matrix,
  product,
  random,
  SIZES,
  size,
  symmetric,
  transpose,
} from "./matrices.ts";

/** XᵀX + I: positive definite. */
function definite(n: number, seed: number): Float64Array {
  const a = congruent(random(n, n, seed), new Float64Array(n).fill(1), n);
  return matrix(n, n, (i, j) => a[i * n + j] + (i === j ? 1 : 0));
}

const lowerPart = (a: Float64Array, n: number): Float64Array => matrix(n, n, (i, j) => (j <= i ? a[i * n + j] : 0));

export function choleskyContract(algebra: LinearAlgebra): void {
  /** L, with the upper triangle checked to be as it was. */
  function factorise(a: Float64Array, n: number): Float64Array {
    const work = matrix(n, n, (i, j) => (j > i ? Number.NaN : a[i * n + j]));
    expect(algebra.cholesky(work, n)).toBe(-1);
    work.forEach((value, p) => {
      if (p % n > Math.floor(p / n)) expect(value).toBeNaN();
    });
    return lowerPart(work, n);
  }

  const expectProduct = (a: Float64Array, l: Float64Array, n: number): void =>
    expect(distance(product(l, transpose(l, n, n), n, n, n), a)).toBeLessThanOrEqual(2 * (n + 1) * EPSILON * size(a));

  test.each([...SIZES, 0, 32, 33, 65, 128, 200])("L Lᵀ = A, n = %i", (n) => {
    const a = definite(n, n);
    expectProduct(a, factorise(a, n), n);
  });

  test.each([5, 97, 130])("graded, n = %i: each element is right for its own scale", (n) => {
    const a = graded(definite(n, 3), n, -12, 12);
    const l = factorise(a, n);
    const back = product(l, transpose(l, n, n), n, n, n);
    a.forEach((value, p) => {
      const scale = Math.sqrt(a[Math.floor(p / n) * (n + 1)] * a[(p % n) * (n + 1)]);
      expect(Math.abs(back[p] - value)).toBeLessThanOrEqual(2 * (n + 1) * EPSILON * scale);
    });
  });

  test("Hilbert's matrix: definite to n = 12, and the product is right however ill it is conditioned", () => {
    for (const n of [2, 5, 12]) expectProduct(hilbert(n), factorise(hilbert(n), n), n);
  });

  test.each([5, 64, 130])("the first pivot that is not positive, n = %i", (n) => {
    for (const at of [0, 1, Math.floor(n / 2), n - 1]) {
      for (const pivot of [-1, 0, Number.NaN]) {
        // L unit lower triangular of small whole numbers: pivots are exactly those of D.
        const l = matrix(n, n, (i, j) => (i === j ? 1 : j < i ? ((3 * i + 5 * j) % 3) - 1 : 0));
        const d = Float64Array.from({ length: n }, (_, i) => (i === at ? pivot : 4));
        const a = congruent(
          transpose(l, n, n),
          d.map((x) => (Number.isNaN(x) ? 4 : x)),
          n,
        );
        if (Number.isNaN(pivot)) a[at * n + at] = pivot;
        expect(algebra.cholesky(a, n)).toBe(at);
      }
    }
  });

  test("a NaN beside the diagonal is found in its row", () => {
    const n = 97;
    const a = definite(n, 1);
    a[80 * n + 3] = Number.NaN;
    expect(algebra.cholesky(a, n)).toBe(80);
  });

  test("in room of its own it gives the same, time after time, also where the room is larger", () => {
    const room = algebra.square?.(40) ?? new Float64Array(1600);
    expect(room).toHaveLength(1600);
    for (const n of [40, 33, 40]) {
      const a = definite(n, n);
      const expected = a.slice();
      expect(algebra.cholesky(expected, n)).toBe(-1);
      room.set(a);
      expect(algebra.cholesky(room, n)).toBe(-1);
      expect(room.subarray(0, n * n)).toEqual(expected);
      room[7 * n + 7] = -1;
    }
  });

  test("indefinite and semidefinite matrices are refused", () => {
    expect(algebra.cholesky(symmetric(64, 2), 64)).toBeGreaterThanOrEqual(0);
    expect(algebra.cholesky(new Float64Array(9), 3)).toBe(0);
    expect(
      algebra.cholesky(
        matrix(3, 3, () => 1),
        3,
      ),
    ).toBe(1);
  });

  test.each([1, 17, 130])("solves, n = %i", (n) => {
    const [a, x] = [definite(n, 7), random(n, 1, 8)];
    const b = product(a, x, n, n, 1);
    choleskySolve(factorise(a, n), n, b);
    expect(distance(product(a, b, n, n, 1), product(a, x, n, n, 1))).toBeLessThanOrEqual(
      4 * n * EPSILON * size(a) * size(x),
    );
  });
}
