/** What lets a model look better than it is: found where it is planted, not said where it is not. */
import { describe, expect, test } from "vitest";
import { toldAmounts, toldClasses } from "../../src/leaks/giveaway.ts";
import { leakNotes } from "../../src/leaks/leak-notes.ts";
import { prepareTable } from "../../src/table/prepare.ts";
import type { Table } from "../../src/table/table.ts";
import { randomNumbers } from "../random-numbers.ts";
import { column, example, range, table } from "../table/tables.ts";

const ROWS = 200;
const [a, b, noise] = [0, 1, 2].map((stream) => randomNumbers(ROWS, stream, 9));
const amounts = Array.from(a, (value, i) => 3 * value + b[i] + noise[i]);
const plain = table(column("y", amounts), column("a", [...a]), column("b", [...b]));
const notes = (one: Table, target = "y"): string[] => leakNotes(one, prepareTable(one, { target }));

test("nothing is said of tables without a leak", () => {
  expect(notes(plain)).toEqual([]);
  for (const [name, target] of [
    ["cars", "miles_per_gallon"],
    ["iris", "species"],
    ["diabetes", "progression"],
  ])
    expect(notes(example(name), target)).toEqual([]);
});

describe("rows on two sides", () => {
  test("are counted and named, also where they differ by a rounding", () => {
    const { rows } = prepareTable(plain, { target: "y" });
    const [from, to] = [rows.train[5], rows.test[3]];
    const copied = (values: ArrayLike<number>): number[] =>
      Array.from(values, (value, i) => (i === to ? values[from] + 1e-7 : value));
    const one = table(column("y", copied(amounts)), column("a", copied(a)), column("b", copied(b)));
    expect(notes(one)).toEqual([
      `1 of 30 test rows stand among the training rows as well (row ${to + 1} as row ${from + 1}): the scores say in part how well rows are remembered`,
    ]);
  });

  test("another target is another row", () => {
    const { rows } = prepareTable(plain, { target: "y" });
    const [from, to] = [rows.train[5], rows.test[3]];
    const copied = (values: ArrayLike<number>): number[] =>
      Array.from(values, (value, i) => (i === to ? values[from] : value));
    expect(notes(table(column("y", amounts), column("a", copied(a)), column("b", copied(b))))).toEqual([]);
  });
});

describe("a column that gives the target away", () => {
  const SAYS = /^column 'z' alone tells 'y' \((?:R²|accuracy) [\d.]+\): is it known when a prediction is due\?/;

  test("an amount, bent", () => {
    const one = table(
      ...plain.columns,
      column(
        "z",
        amounts.map((y) => Math.exp(y / 4)),
      ),
    );
    expect(notes(one)).toEqual([expect.stringMatching(SAYS)]);
  });

  test("classes, as numbers and as other names", () => {
    const classes = amounts.map((y) => (y > 0 ? "up" : "down"));
    const numbers = table(
      column("y", classes),
      ...plain.columns.slice(1),
      column(
        "z",
        classes.map((c) => Number(c === "up")),
      ),
    );
    expect(notes(numbers)).toEqual([expect.stringMatching(SAYS)]);
    const names = table(
      column("y", classes),
      ...plain.columns.slice(1),
      column(
        "z",
        classes.map((c) => (c === "up" ? "p" : "q")),
      ),
    );
    expect(notes(names)).toEqual([expect.stringMatching(SAYS)]);
  });

  test("the only feature is none: it is all there is to learn from", () => {
    expect(
      notes(
        table(
          column(
            "y",
            range(50).map((i) => 2 * i),
          ),
          column(
            "z",
            range(50).map((i) => i * i),
          ),
        ),
      ),
    ).toEqual([]);
  });
});

test("each row is told by the others of its value, or by its neighbours", () => {
  // 10 is told by 30 alone, 30 by (10 + 50)/2, 50 by 30; the mean is 30.
  expect(toldAmounts(Float64Array.of(1, 2, 3), [10, 30, 50])).toBeCloseTo(1 - (400 + 0 + 400) / 800, 14);
  // Both of value 1 are told by the other; 40 at 4 by their mean 15.
  const total = [10, 40, 20].reduce((sum, y) => sum + (y - 70 / 3) ** 2, 0);
  expect(toldAmounts(Float64Array.of(1, 4, 1), [10, 40, 20])).toBeCloseTo(1 - (100 + 625 + 100) / total, 12);
  expect(toldAmounts(Float64Array.of(1, 2), [3, 3])).toBeNull();
  // Of two 0s and a 1 at one value: the 0s are told by one of each (the first wins), the 1 by 0s; the 1 beside by 0.
  expect(toldClasses(Float64Array.of(5, 5, 5, 9), [0, 0, 1, 1])).toBe(0.5);
  expect(toldClasses(Float64Array.of(1, 1, 2, 2), [0, 0, 1, 1])).toBe(1);
});
