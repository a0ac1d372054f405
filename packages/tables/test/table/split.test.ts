import { type Split, shuffle, splitRows } from "@chaingrad/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeTarget, fitTarget } from "../../src/table/target.ts";
import { columnOf, example, range } from "./tables.ts";

const sorted = (rows: ArrayLike<number>): number[] => Array.from(rows).sort((a, b) => a - b);
const sizes = ({ train, validation, test }: Split): number[] => [train, validation, test].map((part) => part.length);
const usual = { seed: 1, validation: 0.15, test: 0.15 };

/** Rows of each class in each part; a row is its own index into labels. */
function countsOf(split: Split, labels: ArrayLike<number>, classes: number): Record<keyof Split, number[]> {
  const count = (rows: Int32Array): number[] =>
    range(classes).map((label) => rows.filter((row) => labels[row] === label).length);
  return { train: count(split.train), validation: count(split.validation), test: count(split.test) };
}

test("shuffle: the same indices in another order, decided by seed and stream", () => {
  const indices = range(50, 100);
  const once = shuffle(indices, 7, 0);
  expect(indices).toEqual(range(50, 100));
  expect(sorted(once)).toEqual(indices);
  expect([...once]).not.toEqual(indices);
  expect(shuffle(indices, 7, 0)).toEqual(once);
  for (const [seed, stream] of [
    [8, 0],
    [7, 1],
    [-7, 0],
    [7 + 2 ** 32, 0],
  ]) {
    expect(shuffle(indices, seed, stream)).not.toEqual(once);
  }
  expect(shuffle([], 0, 0)).toEqual(new Int32Array());
});

test("shuffle: every order is equally likely", () => {
  const counts = new Map<string, number>();
  for (const stream of range(6000)) {
    const order = shuffle([0, 1, 2], 3, stream).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  // χ² with 5 degrees of freedom exceeds 20.5 once in a thousand seeds.
  const chiSquared = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(counts.size).toBe(6);
  expect(chiSquared).toBeLessThan(20.5);
});

test("a seed is a whole number", () => {
  for (const seed of [0.5, Number.NaN, 2 ** 60])
    expect(() => shuffle([1], seed, 0)).toThrow("the seed must be a whole");
});

test("the parts hold every row once, in the sizes asked for", () => {
  const rows = range(101, 1000);
  const split = splitRows({ rows, ...usual });
  expect(sizes(split)).toEqual([71, 15, 15]);
  expect(sorted([...split.train, ...split.validation, ...split.test])).toEqual(rows);
  expect(splitRows({ rows, ...usual })).toEqual(split);
  expect(splitRows({ rows, ...usual, seed: 2 })).not.toEqual(split);
  expect(sorted(split.train)).not.toEqual(range(71, 1000));
});

test("a part that is asked for has a row, one that is not has none", () => {
  expect(sizes(splitRows({ rows: range(3), ...usual }))).toEqual([1, 1, 1]);
  expect(sizes(splitRows({ rows: range(20), seed: 1, validation: 0, test: 0.2 }))).toEqual([16, 0, 4]);
  expect(sizes(splitRows({ rows: range(20), seed: 1, validation: 0.25, test: 0 }))).toEqual([15, 5, 0]);
  expect(sizes(splitRows({ rows: range(1), seed: 1, validation: 0, test: 0 }))).toEqual([1, 0, 0]);
});

test("impossible splits are refused", () => {
  expect(() => splitRows({ rows: range(2), ...usual })).toThrow("2 rows are too few to split");
  for (const [validation, test] of [
    [0.5, 0.5],
    [-0.1, 0.2],
    [Number.NaN, 0.1],
  ]) {
    expect(() => splitRows({ rows: range(9), seed: 1, validation, test })).toThrow(
      `validation and test must be fractions ≥ 0, together below 1; got ${validation} and ${test}`,
    );
  }
});

test("classes are spread in proportion by largest remainder", () => {
  const labels = range(100).map((i) => (i < 50 ? 0 : i < 83 ? 1 : 2));
  const split = splitRows({ rows: range(100), labels, ...usual });
  // Of 15 rows: 7.5, 4.95 and 2.55.
  const part = [7, 5, 3];
  expect(countsOf(split, labels, 3)).toEqual({ train: [36, 23, 11], validation: part, test: part });
});

test("a class of three has one row in each part, a class of two none but in train and one part at most", () => {
  const labels = [...range(95).map(() => 0), 1, 1, 1, 2, 2];
  for (const seed of range(20)) {
    const counts = countsOf(splitRows({ rows: range(100), labels, ...usual, seed }), labels, 3);
    expect(counts).toEqual({ train: [67, 1, 2], validation: [14, 1, 0], test: [14, 1, 0] });
  }
});

test("a small class is in every part even where its share is below half a row", () => {
  const share = (classes: readonly number[], options: { validation: number; test: number }) => {
    const labels = classes.flatMap((size, label) => new Array<number>(size).fill(label));
    return countsOf(splitRows({ rows: range(labels.length), labels, seed: 1, ...options }), labels, classes.length);
  };
  const fractions = { validation: 0.15, test: 0.15 };
  expect(share([197, 3], fractions)).toEqual({ train: [139, 1], validation: [29, 1], test: [29, 1] });
  // Its place comes from the large class, not from another small one.
  const part = [10, 1, 1, 1, 1, 1];
  expect(share([85, 3, 3, 3, 3, 3], fractions)).toEqual({ train: [65, 1, 1, 1, 1, 1], validation: part, test: part });
  // A share of one row and a half in test leaves one for validation and one for train.
  expect(share([3, 7], { validation: 0.2, test: 0.5 })).toEqual({ train: [1, 2], validation: [1, 1], test: [1, 4] });
});

test("labels go with rows by position, not by index", () => {
  const rows = [90, 80, 70, 60, 50, 40];
  const split = splitRows({ rows, labels: [0, 1, 0, 1, 0, 1], seed: 3, validation: 1 / 3, test: 1 / 3 });
  for (const part of Object.values(split)) {
    expect(part.filter((row: number) => [90, 70, 50].includes(row))).toHaveLength(1);
    expect(part.filter((row: number) => [80, 60, 40].includes(row))).toHaveLength(1);
  }
});

test("with fewer places than classes the largest classes have them", () => {
  const labels = [...range(10).map(() => 0), ...range(9).map(() => 1), 2, 2, 2];
  const counts = countsOf(splitRows({ rows: range(22), labels, seed: 1, validation: 0.1, test: 0.1 }), labels, 3);
  expect(counts).toEqual({ train: [8, 7, 3], validation: [1, 1, 0], test: [1, 1, 0] });
});

test("every class stays in train even where that leaves a part short", () => {
  const labels = [0, 1, 2, 3, 4, 5];
  expect(sizes(splitRows({ rows: range(6), labels, ...usual }))).toEqual([6, 0, 0]);
});

test("any split holds every row once and every class in train, within one row of its share where it has room", () => {
  const classSizes = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 8 });
  const fraction = fc.double({ min: 0, max: 0.45, noNaN: true });
  fc.assert(
    fc.property(classSizes, fraction, fraction, fc.integer(), (classes, validation, test, seed) => {
      const labels = classes.flatMap((size, label) => new Array<number>(size).fill(label));
      const rows = range(labels.length);
      const places = (part: number): number => (part > 0 ? Math.max(1, Math.round(part * rows.length)) : 0);
      fc.pre(places(validation) + places(test) < rows.length);
      const split = splitRows({ rows, labels, seed, validation, test });
      expect(sorted([...split.train, ...split.validation, ...split.test])).toEqual(rows);
      const counts = countsOf(split, labels, classes.length);
      classes.forEach((size, label) => {
        if (size > 0) expect(counts.train[label]).toBeGreaterThan(0);
      });
      expect(split.validation.length).toBeLessThanOrEqual(places(validation));
      expect(split.test.length).toBeLessThanOrEqual(places(test));
      const roomy = classes.every((size) => size === 0 || (size * Math.min(validation, test) >= 1 && size >= 20));
      if (!roomy || places(validation) === 0) return;
      expect(sizes(split).slice(1)).toEqual([places(validation), places(test)]);
      classes.forEach((size, label) => {
        for (const part of ["validation", "test"] as const) {
          expect(Math.abs(counts[part][label] - (size * split[part].length) / rows.length)).toBeLessThan(1);
        }
      });
    }),
    { seed: 20, numRuns: 500 },
  );
});

test("digits and cars, as training splits them", () => {
  const digits = example("digits");
  const digit = columnOf(digits, "digit");
  const { target, rows } = fitTarget(digit, range(1797));
  const labels = encodeTarget(target, digit, rows);
  const split = splitRows({ rows, labels, ...usual });
  expect(sizes(split)).toEqual([1257, 270, 270]);
  for (const counts of Object.values(countsOf(split, labels, 10))) {
    const share = counts.reduce((sum, count) => sum + count, 0) / 10;
    for (const count of counts) expect(Math.abs(count - share)).toBeLessThanOrEqual(0.05 * share + 1);
  }
  const cars = fitTarget(columnOf(example("cars"), "miles_per_gallon"), range(406));
  const parts = splitRows({ rows: cars.rows, ...usual });
  expect(sizes(parts)).toEqual([278, 60, 60]);
  const used = [...parts.train, ...parts.validation, ...parts.test];
  expect(cars.missing).toHaveLength(8);
  expect(used.filter((row) => cars.missing.includes(row))).toEqual([]);
});
