/** Counting without a text for each number gives what counting texts does. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { allRows, type Column, countValues } from "../../src/index.ts";
import { countDifferent, knownRows } from "../../src/table/table.ts";

const numbers = fc.array(
  fc.oneof(
    fc.double({ noDefaultInfinity: true }),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(Number.NaN, -0, 5e-324),
  ),
  { maxLength: 60 },
);
const texts = fc.array(fc.option(fc.constantFrom("a", "b", "B", "10")), { maxLength: 60 });
const columns: fc.Arbitrary<Column> = fc.oneof(
  numbers.map((values) => ({ name: "x", type: "number" as const, values: Float64Array.from(values) })),
  texts.map((values) => ({ name: "x", type: "text" as const, values })),
);

/** Each row's value as a text, counted by that. */
function byText({ values }: Column): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values)
    if (value !== null && !Number.isNaN(value)) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  return counts;
}

it("counts the values of any column", () => {
  fc.assert(
    fc.property(columns, (column) => {
      const rows = allRows({ rows: column.values.length });
      const expected = byText(column);
      const known = [...expected.values()].reduce((sum, count) => sum + count, 0);
      const { counts, missing } = countValues(column, rows);
      expect(new Map(counts)).toEqual(expected);
      expect(missing).toBe(rows.length - known);
      expect(counts).toEqual([...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)));
      expect(countDifferent(column, rows)).toEqual({
        different: expected.size,
        most: Math.max(0, ...expected.values()),
        missing,
      });
      expect(knownRows(column, rows).known).toHaveLength(known);
    }),
  );
});

it("counts the rows given, and only those", () => {
  const x: Column = { name: "x", type: "number", values: Float64Array.of(4, Number.NaN, 4, 2, 0, -0) };
  expect(countDifferent(x, [1, 3, 4, 5])).toEqual({ different: 2, most: 2, missing: 1 });
  expect(knownRows(x, [5, 1, 3])).toEqual({ known: Int32Array.of(5, 3), missing: [1] });
});

it("counts many numbers that differ in few bits", () => {
  const rows = 100_000;
  const whole: Column = {
    name: "x",
    type: "number",
    values: Float64Array.from({ length: rows }, (_, row) => 1024 * row),
  };
  expect(countDifferent(whole, allRows({ rows }))).toEqual({ different: rows, most: 1, missing: 0 });
});

it("calls values by how they are written", () => {
  const written = new Map([[1, "1.0"]]);
  const x: Column = { name: "x", type: "number", values: Float64Array.of(1, 2, 1), written };
  expect(countValues(x, [0, 1, 2]).counts).toEqual([
    ["1.0", 2],
    ["2", 1],
  ]);
});
