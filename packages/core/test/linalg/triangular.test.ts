import { describe, expect, test } from "vitest";
import { solveLower, solveLowerTransposed, solveUpper, solveUpperTransposed } from "../../src/linalg/triangular.ts";
import { distance, EPSILON, matrix, product, random, SIZES, size, transpose } from "./matrices.ts";

/** Well conditioned, with NaN in the other triangle, which nobody may read. */
function lower(n: number, leading: number): Float64Array {
  const a = random(n, leading, 5);
  return matrix(n, leading, (i, j) => (j > i ? Number.NaN : j === i ? 2 + a[i * leading + j] : a[i * leading + j] / n));
}

/** Columns of a triangle alone, zeros elsewhere. */
const clean = (a: Float64Array, n: number, leading: number, keep: (i: number, j: number) => boolean): Float64Array =>
  matrix(n, n, (i, j) => (keep(i, j) ? a[i * leading + j] : 0));

describe.each([...SIZES, 0])("n = %i", (n) => {
  const x = random(n, 1, 9);
  const near = (solved: Float64Array): void =>
    expect(distance(solved, x)).toBeLessThanOrEqual(20 * EPSILON * n * size(x));

  test.each([0, 3])("lower, rows %i longer than needed", (more) => {
    const leading = n + more;
    const l = lower(n, leading);
    const full = clean(l, n, leading, (i, j) => j <= i);
    const b = product(full, x, n, n, 1);
    solveLower(l, n, b, { leading });
    near(b);
    const bt = product(transpose(full, n, n), x, n, n, 1);
    solveLowerTransposed(l, n, bt, { leading });
    near(bt);
  });

  test("unit lower: what is on the diagonal is not read", () => {
    const l = lower(n, n);
    for (let i = 0; i < n; i++) l[i * n + i] = Number.NaN;
    const full = clean(l, n, n, (i, j) => j < i).map((value, p) => (p % (n + 1) === 0 ? 1 : value));
    const b = product(full, x, n, n, 1);
    solveLower(l, n, b, { unit: true });
    near(b);
    const bt = product(transpose(full, n, n), x, n, n, 1);
    solveLowerTransposed(l, n, bt, { unit: true });
    near(bt);
  });

  test.each([0, 3])("upper, rows %i longer than needed", (more) => {
    const leading = n + more;
    const l = lower(n, n);
    const r = matrix(n, leading, (i, j) => (j < n ? l[j * n + i] : Number.NaN));
    const full = clean(r, n, leading, (i, j) => j >= i);
    const b = product(full, x, n, n, 1);
    solveUpper(r, n, b, leading);
    near(b);
    const bt = product(transpose(full, n, n), x, n, n, 1);
    solveUpperTransposed(r, n, bt, leading);
    near(bt);
  });
});
