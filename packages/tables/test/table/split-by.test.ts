/** Splits by what columns say: no group on two sides, nothing judged that came before what was learnt, parts as they are given. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { foldsFor } from "../../src/automatic/folds.ts";
import { joinedTables } from "../../src/table/joined.ts";
import { prepareTable } from "../../src/table/prepare.ts";
import { type SplitBy, splitTable } from "../../src/table/split/split-by.ts";
import { column, dates, range, table, thrown } from "./tables.ts";

const shares = { validation: 0.2, test: 0.2, seed: 3 };
const parts = ["train", "validation", "test"] as const;

describe("by group", () => {
  test("no group stands on two sides, every row on one, shares are kept as far as groups allow", () => {
    const groups = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 60, maxLength: 120 });
    fc.assert(
      fc.property(groups, fc.integer({ min: 0, max: 50 }), (numbers, seed) => {
        fc.pre(new Set(numbers).size > 4);
        const one = table(column("g", numbers.map(String)));
        const rows = Int32Array.from(range(numbers.length));
        const split = splitTable({ group: "g" }, { table: one, rows, ...shares, seed });
        const sides = parts.map((part) => new Set(Array.from(split[part], (row) => numbers[row])));
        expect(sides.reduce((sum, { size }) => sum + size, 0)).toBe(new Set(numbers).size);
        expect(parts.flatMap((part) => [...split[part]]).sort((a, b) => a - b)).toEqual(range(numbers.length));
        const largest = Math.max(...range(10).map((g) => numbers.filter((number) => number === g).length));
        for (const part of ["validation", "test"] as const)
          expect(Math.abs(split[part].length - 0.2 * numbers.length)).toBeLessThanOrEqual(largest);
      }),
    );
  });

  test("folds keep groups together, and are nearly alike in size", () => {
    const together = Int32Array.from(range(60), (i) => i % 12);
    const data = { x: new Float64Array(60), y: new Float64Array(60) };
    const folds = foldsFor(data, 60, { target: "values" } as never, { most: 5, seed: 1, together });
    expect(folds.map(({ length }) => length).sort()).toEqual([10, 10, 10, 15, 15]);
    const sides = folds.map((fold) => new Set(Array.from(fold, (row) => together[row])));
    expect(sides.reduce((sum, { size }) => sum + size, 0)).toBe(12);
  });

  test("refused: too few groups, a row without one", () => {
    const rows = Int32Array.from(range(4));
    const two = table(column("g", ["a", "a", "b", "b"]));
    expect(String(thrown(() => splitTable({ group: "g" }, { table: two, rows, ...shares })))).toMatch(
      "column 'g' has 2 groups, and 3 parts need one each",
    );
    const gap = table(column("g", ["a", "b", null, "c"]));
    expect(String(thrown(() => splitTable({ group: "g" }, { table: gap, rows, ...shares })))).toMatch(
      "column 'g', row 3: no group is given",
    );
    expect(String(thrown(() => splitTable({ group: "h" }, { table: gap, rows, ...shares })))).toMatch(
      "the table has no column 'h', which groups the rows",
    );
  });
});

describe("by time", () => {
  const days = (count: number): string[] =>
    range(count).map((i) => new Date(Date.UTC(2020, 0, 1 + i)).toISOString().slice(0, 10));

  test("the earliest rows train, later ones validate, the latest test, in whatever order they stand", () => {
    const order = range(20).map((i) => (i * 7) % 20);
    const one = table(
      dates(
        "day",
        order.map((i) => days(20)[i]),
      ),
    );
    const {
      train,
      validation,
      test: last,
    } = splitTable({ time: "day" }, { table: one, rows: Int32Array.from(range(20)), ...shares });
    const times = (rows: Int32Array): number[] => Array.from(rows, (row) => order[row]).sort((a, b) => a - b);
    expect([times(train), times(validation), times(last)]).toEqual([range(12), range(4, 12), range(4, 16)]);
  });

  test("equal times stay on one side; without a validation part there is none", () => {
    const one = table(column("t", [1, 1, 1, 1, 1, 1, 1, 2, 2, 2]));
    const rows = Int32Array.from(range(10));
    const split = splitTable({ time: "t" }, { table: one, rows, seed: 0, validation: 0, test: 0.2 });
    expect(parts.map((part) => split[part].length)).toEqual([7, 0, 3]);
    const same = table(column("t", new Array(10).fill(4)));
    expect(String(thrown(() => splitTable({ time: "t" }, { table: same, rows, ...shares })))).toMatch(
      "column 't' has 1 different time, and 3 parts need one each",
    );
    const gap = table(column("t", [1, null, 3, 4, 5, 6, 7, 8, 9, 10]));
    expect(String(thrown(() => splitTable({ time: "t" }, { table: gap, rows, ...shares })))).toMatch(
      "column 't', row 2: no time is given",
    );
  });
});

describe("by given parts", () => {
  test("a column says them, by any of their names", () => {
    const one = table(column("part", ["train", "Test", "valid", "training", " dev "]));
    const split = splitTable({ part: "part" }, { table: one, rows: Int32Array.from(range(5)), ...shares });
    expect(parts.map((part) => [...split[part]])).toEqual([[0, 3], [2, 4], [1]]);
    const bad = table(column("part", ["train", "tset"]));
    expect(
      String(thrown(() => splitTable({ part: "part" }, { table: bad, rows: Int32Array.of(0, 1), ...shares }))),
    ).toMatch("column 'part', row 2: expected 'train', 'validation', 'test'; got 'tset'");
  });

  test("rows that are named; the rest is split by chance", () => {
    const one = table(column("x", range(20)));
    const rows = Int32Array.from(range(20));
    const split = splitTable({ rows: { test: range(5, 15) } }, { table: one, rows, ...shares });
    expect([...split.test]).toEqual(range(5, 15));
    expect(split.validation.length).toBe(3);
    expect(split.train.length).toBe(12);
  });

  test("two ways at once, and a share of what is named, are refused", () => {
    const one = table(column("y", range(20)), column("x", range(20)), column("g", range(20).map(String)));
    const prepare = (split: SplitBy, more = {}) => thrown(() => prepareTable(one, { target: "y", split, ...more }));
    expect(String(prepare({ group: "g", time: "x" }))).toMatch("split by group or by time, not by both");
    expect(String(prepare({ part: "g" }, { test: 0.2 }))).toMatch("the test rows are named: leave their share out");
    expect(String(prepare({ group: "y" }))).toMatch(
      "the column 'y' cannot decide how rows are split: it is the target",
    );
    expect(String(prepare({ rows: { validation: [3], test: [3] } }))).toMatch("split: row 3 (from 0) is named twice");
    expect(String(prepare({ rows: { test: [20] } }))).toMatch("split: rows are counted from 0 to 19, got 20");
    const twice = thrown(() => prepareTable(one, { target: "y", rows: [1, 1] }));
    expect(String(twice)).toMatch("rows: row 1 (from 0) is named twice");
    expect(String(prepare({ group: "z" }))).toMatch("split: the table has no column 'z'");
  });
});

test("a column that groups rows or says their parts is no feature; one of times is", () => {
  const one = table(
    column(
      "y",
      range(40).map((i) => i % 7),
    ),
    column(
      "x",
      range(40).map((i) => (i * 13) % 17),
    ),
    column(
      "g",
      range(40).map((i) => `g${i % 8}`),
    ),
  );
  const grouped = prepareTable(one, { target: "y", split: { group: "g" } });
  expect(grouped.roles.find(({ name }) => name === "g")).toMatchObject({ role: "aside" });
  expect(grouped.together?.train.length).toBe(grouped.rows.train.length);
  const timed = prepareTable(one, { target: "y", task: "regression", split: { time: "x" } });
  expect(timed.roles.find(({ name }) => name === "x")).toMatchObject({ role: "number" });
});

test("only the rows that are asked for are taken", () => {
  const one = table(
    column(
      "y",
      range(40).map((i) => i / 3),
    ),
    column("x", range(40)),
  );
  const { rows } = prepareTable(one, { target: "y", rows: range(10, 20), test: 0, validation: 0 });
  expect([...rows.train].sort((a, b) => a - b)).toEqual(range(10, 20));
});

test("tables one below the other: by names, in the first one's types", () => {
  const first = table(column("a", [1, 2]), column("b", ["x", "y"]));
  const second = table(column("b", [7, 8]), column("c", [0, 0]), column("a", ["3", "4"]));
  const { columns, rows } = joinedTables(first, second);
  expect(rows).toBe(4);
  const [numbers, texts] = joinedTables(first, table(column("b", ["z"])), ["a"]).columns;
  expect([...numbers.values, ...texts.values]).toEqual([1, 2, Number.NaN, "x", "y", "z"]);
  expect(columns.map(({ name, values }) => [name, ...values])).toEqual([
    ["a", 1, 2, 3, 4],
    ["b", "x", "y", "7", "8"],
  ]);
  expect(String(thrown(() => joinedTables(first, table(column("a", ["p", "q"]), column("b", ["x", "y"])))))).toMatch(
    "column 'a', row 1: expected a number, got 'p'",
  );
  expect(String(thrown(() => joinedTables(first, table(column("a", [1])))))).toMatch(
    "no column 'b', which the first one has",
  );
});
