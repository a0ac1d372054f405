/** Which numbers are so far from all others that they are likely mistakes, and which spreads are none. */
import { expect, test } from "vitest";
import { findOutliers } from "../../src/table/outliers.ts";
import { allRows } from "../../src/table/table.ts";
import { randomNumbers } from "../random-numbers.ts";

const find = (values: readonly number[]) =>
  findOutliers({ name: "x", type: "number", values: Float64Array.from(values) }, allRows({ rows: values.length }));
/** Numbers from 0 to 1. */
const shares = (count: number, seed = 1): number[] => Array.from(randomNumbers(count, 0, seed), (x) => Math.abs(x) % 1);
const normal = (count: number, seed: number): number[] => {
  const [a, b] = [shares(count, 2 * seed), shares(count, 2 * seed + 1)];
  return a.map((x, i) => Math.sqrt(-2 * Math.log(x || 0.5)) * Math.cos(2 * Math.PI * b[i]));
};

test.each<[string, number[]]>([
  ["one", [1e12]],
  ["one below", [-1e12]],
  ["a decimal point forgotten three times over", [1500]],
  ["three at once", [1e12, 2e12, -3e12]],
  ["of different size", [1e12, 1e9, 1e6]],
  ["as large as numbers are", [1.7e308, -1.7e308]],
  ["a mark for missing values", [-999, -999, -999, -999]],
])("outliers among 99 numbers from 0 to 1: %s", (_, far) => {
  const outliers = find([...shares(99), ...far]);
  expect(outliers?.found.map(({ value }) => value).toSorted((a, b) => a - b)).toEqual(far.toSorted((a, b) => a - b));
  expect(outliers?.found.every(({ row }) => row >= 99)).toBe(true);
  expect(outliers?.most).toBeLessThanOrEqual(1);
});

test.each<[string, (x: number, share: number) => number]>([
  ["normal", (x) => x],
  ["log-normal", (x) => Math.exp(x)],
  ["log-normal over six orders", (x) => Math.exp(2 * x)],
  ["zero for nine in ten", (x, share) => (share < 0.9 ? 0 : Math.exp(x))],
  ["one or zero", (_, share) => (share < 0.99 ? 0 : 1)],
  ["counts", (_, share) => Math.floor(1 / Math.sqrt(1 - share))],
  ["far from zero", (x) => 1.7e9 + Math.round(1e5 * x)],
])("no outliers among numbers that are %s", (_, of) => {
  for (let seed = 1; seed <= 20; seed++) {
    for (const rows of [20, 100, 1000]) {
      const u = shares(rows, 1000 + seed);
      expect(find(normal(rows, seed).map((x, i) => of(x, u[i])))).toBeUndefined();
    }
  }
});

test("few numbers, or a twentieth apart, are no outliers", () => {
  expect(find([0.1, 0.2, 0.3, 1e12])).toBeUndefined();
  expect(find([...shares(90), ...shares(10).map((x) => 1e6 + x)])).toBeUndefined();
});
