/** The corrected test, worked by hand. */
import { expect, test } from "vitest";
import { averageOf, differenceOf } from "../../src/cross-validation/compare.ts";

test("of 0.1, 0.2, 0.3 over 0, 0.1, 0.05, with a quarter of the training rows left out", () => {
  // Differences 0.1, 0.1, 0.25: mean 0.15, variance 0.0075, (1/3 + 1/4) of it 0.004375.
  const { mean, standardError, t, freedom, p } = differenceOf([0.1, 0.2, 0.3], [0, 0.1, 0.05], 0.25);
  expect(mean).toBeCloseTo(0.15, 14);
  expect(standardError).toBeCloseTo(Math.sqrt(0.004375), 14);
  expect(t).toBeCloseTo(0.15 / Math.sqrt(0.004375), 12);
  expect(freedom).toBe(2);
  // Two degrees of freedom: 1 − t/√(2 + t²).
  expect(p).toBeCloseTo(1 - (t as number) / Math.sqrt(2 + (t as number) ** 2), 12);
});

test("folds on which a score is not defined do not count", () => {
  expect(averageOf([null, 1, null, 3], 0)).toEqual({ mean: 2, standardError: 1 });
  expect(averageOf([null, null], 0.25)).toEqual({ mean: null, standardError: null });
  expect(differenceOf([1, null], [0, 0], 0.25)).toEqual({ mean: 1, standardError: null, t: null, freedom: 0, p: null });
});

test("of scores that are always apart by the same nothing is said", () => {
  expect(differenceOf([0.5, 0.75], [0.25, 0.5], 0.25)).toMatchObject({
    mean: 0.25,
    standardError: 0,
    t: null,
    p: null,
  });
});
