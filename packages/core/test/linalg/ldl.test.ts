import { describe, expect, test } from "vitest";
import { inertia, type Ldl, ldl, ldlSolve } from "../../src/linalg/ldl.ts";
import {
  congruent,
  diagonal,
  distance,
  EPSILON,
  graded,
  hilbert,
  matrix,
  orthogonal,
  product,
  random,
  SIZES,
  size,
  symmetric,
  transpose,
} from "./matrices.ts";

/** Pᵀ L D Lᵀ P from the encoding as documented. */
function multiply({ n, factor, pivots }: Ldl): Float64Array {
  const l = matrix(n, n, (i, j) => (i === j ? 1 : j < i ? factor[i * n + j] : 0));
  const starts = new Set<number>();
  for (let k = 0; k < n; k += pivots[k] < 0 ? 2 : 1) if (pivots[k] < 0) starts.add(k);
  const d = matrix(n, n, (i, j) => {
    if (i === j) return factor[i * n + i];
    const [low, high] = [Math.min(i, j), Math.max(i, j)];
    return high === low + 1 && starts.has(low) ? factor[low * n + high] : 0;
  });
  const all = product(product(l, d, n, n, n), transpose(l, n, n), n, n, n);
  const place = new Int32Array(n);
  pivots.forEach((row, k) => {
    place[row < 0 ? ~row : row] = k;
  });
  return matrix(n, n, (i, j) => all[place[i] * n + place[j]]);
}

/** As only the lower triangle may be read. */
const poisoned = (a: Float64Array, n: number): Float64Array =>
  matrix(n, n, (i, j) => (j > i ? Number.NaN : a[i * n + j]));

function expectProduct(a: Float64Array, n: number): Ldl {
  const f = ldl(poisoned(a, n), n);
  expect(distance(multiply(f), a)).toBeLessThanOrEqual(20 * (n + 1) * EPSILON * size(a));
  return f;
}

const counts = (d: ArrayLike<number>): object => ({
  positive: Array.from(d).filter((x) => x > 0).length,
  negative: Array.from(d).filter((x) => x < 0).length,
  zero: Array.from(d).filter((x) => x === 0).length,
});

describe.each([...SIZES, 0])("n = %i", (n) => {
  test("P A Pᵀ = L D Lᵀ, and A is left as it was", () => {
    const a = symmetric(n, n + 1);
    const before = a.slice();
    expectProduct(a, n);
    ldl(a, n);
    expect(a).toEqual(before);
  });

  test("a zero diagonal needs 2×2 blocks", () => {
    const a = symmetric(n, n + 2).map((x, p) => (p % (n + 1) === 0 ? 0 : x));
    const f = expectProduct(a, n);
    if (n > 1) expect(f.pivots.some((row) => row < 0)).toBe(true);
  });

  test("solves", () => {
    const [a, x] = [symmetric(n, n + 3), random(n, 1, 4)];
    const b = product(a, x, n, n, 1);
    const solved = b.slice();
    ldlSolve(ldl(poisoned(a, n), n), solved);
    expect(distance(product(a, solved, n, n, 1), b)).toBeLessThanOrEqual(100 * (n + 1) * EPSILON * size(a) * size(x));
  });

  test("inertia is that of a congruent diagonal (Sylvester)", () => {
    for (const share of [0, 0.3, 0.5, 1]) {
      const d = Float64Array.from({ length: n }, (_, i) => (i < share * n ? -1 - i : 1 + i));
      const x = orthogonal(n, 5).map((value, p) => (1 + (p % n) / n) * value);
      expect(inertia(ldl(congruent(x, d, n), n))).toEqual(counts(d));
    }
  });
});

test("inertia with zeros, which small whole numbers keep exact", () => {
  expect(inertia(ldl(new Float64Array(16), 4))).toEqual({ positive: 0, negative: 0, zero: 4 });
  expect(
    inertia(
      ldl(
        matrix(5, 5, () => 1),
        5,
      ),
    ),
  ).toEqual({ positive: 1, negative: 0, zero: 4 });
  expect(inertia(ldl(diagonal([0, -3, 0, 2, 7]), 5))).toEqual({ positive: 2, negative: 1, zero: 2 });
  expect(inertia(ldl(Float64Array.of(0, 1, 1, 0), 2))).toEqual({ positive: 1, negative: 1, zero: 0 });
  // [B I; I 0] of n variables and n constraints has n of each sign, whatever B is.
  const saddle = matrix(6, 6, (i, j) => (i < 3 && j < 3 ? 2 : Math.abs(i - j) === 3 ? 1 : 0));
  expect(inertia(ldl(saddle, 6))).toEqual({ positive: 3, negative: 3, zero: 0 });
});

test("graded and ill-conditioned matrices", () => {
  for (const n of [5, 64]) {
    expectProduct(graded(symmetric(n, 8), n, -12, 12), n);
    expectProduct(graded(symmetric(n, 8), n, 12, -12), n);
  }
  expectProduct(hilbert(12), 12);
});

test("scales near the ends of the range", () => {
  for (const scale of [1e-150, 1e150, 1e-300, 1e300]) {
    const a = symmetric(17, 9).map((x) => x * scale);
    const x = random(17, 1, 3);
    const b = product(a, x, 17, 17, 1);
    ldlSolve(ldl(a, 17), b);
    expect(distance(b, x)).toBeLessThan(1e-11);
  }
});

test("NaN spreads, counts nowhere, and is no endless loop", () => {
  for (const at of [0, 12, 24]) {
    const a = symmetric(5, 1);
    a[at] = Number.NaN;
    const f = ldl(a, 5);
    const { positive, negative, zero } = inertia(f);
    expect(positive + negative + zero).toBeLessThan(5);
    const b = new Float64Array(5).fill(1);
    ldlSolve(f, b);
    expect(b.some(Number.isNaN)).toBe(true);
  }
});
