/** Which numbers are so far from all others that they are likely mistakes, and which spreads are none. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readTable } from "../../src/read.ts";
import { tableOf } from "../../src/rows.ts";
import { findOutliers } from "../../src/table/outliers.ts";
import { prepareTable } from "../../src/table/prepare.ts";
import { allRows } from "../../src/table/table.ts";
import { trainTable } from "../../src/train-table.ts";
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

describe("a table with one x that is a billion times too large", async () => {
  const path = join(import.meta.dirname, "../../../duckdb/test/fixtures/cases/outlier.csv");
  const { columns, rows } = await readTable(readFileSync(path));
  const [xs, ys] = columns.map(({ values }) => Array.from(values as Float64Array));
  const all = xs.map((x, i) => ({ x, y: ys[i] }));
  const wrong = all.findIndex(({ x }) => x === 1e9);
  const others = all.filter((_, i) => i !== wrong);
  const held = others.filter((_, i) => i % 5 === 0);
  const learnt = others.filter((_, i) => i % 5 !== 0);

  test("says row, column and value, and that the row is left out", () => {
    const { notes, aside } = prepareTable(tableOf(all), { target: "y" });
    expect([wrong, aside]).toEqual([rows - 1, [wrong]]);
    expect(notes).toEqual([
      "column 'x': row 201 holds 1000000000; all others lie between -3.129 and 3.82: the row is left out, as one row cannot teach what such a value means; correct it, or leave it empty, if it is a mistake",
    ]);
  });

  test.each(["fast", "default"] as const)("gives the same model as without that row: recipe %s", async (recipe) => {
    const scores = async (rows: typeof all) =>
      (await trainTable(rows, { target: "y", recipe, seed: 3 })).evaluate(held).scores;
    const without = await scores(learnt);
    expect(await scores([...learnt, all[wrong]])).toEqual(without);
    expect(Number(without.r2)).toBeGreaterThan(0.9);
  });

  test("learns from all rows where there are several, or classes", async () => {
    const two = [...learnt, all[wrong], { x: -2e9, y: 0 }];
    const { aside, notes } = prepareTable(tableOf(two), { target: "y" });
    expect(aside).toEqual([]);
    expect(notes[0]).toMatch(/row 162 holds -2000000000, row 161 holds 1000000000; all others lie between .*: correct/);
    const model = await trainTable(two, { target: "y", recipe: "fast" });
    // Standardised, the other rows would be one point, and the score about 0.
    expect(Number(model.evaluate(held).scores.r2)).toBeGreaterThan(0.9);
    const classes = all.map(({ x, y }) => ({ x, y: y > 0 ? "up" : "down" }));
    expect(prepareTable(tableOf(classes), { target: "y" }).aside).toEqual([]);
  });

  test("is none of rows to leave out where they would be many", () => {
    const wide = learnt.slice(0, 10).map((row, i) => ({ ...row, z: i === 2 ? 1e9 : Math.sin(i) }));
    wide[4].x = 1e9;
    const { aside, notes } = prepareTable(tableOf(wide), { target: "y" });
    expect(aside).toEqual([]);
    expect(notes.filter((note) => note.includes("holds 1000000000;"))).toHaveLength(2);
    expect(notes.join()).not.toContain("left out");
  });
});
