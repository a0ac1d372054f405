/** Columns that DuckDB reads as numbers are those that `@chaingrad/tables` would, with the same values. */
import { CellCollector, inferColumns } from "@chaingrad/tables";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readTable } from "../src/read.ts";
import { file } from "./fixtures.ts";

const number = fc.oneof(
  fc.constantFrom(
    ...[
      "0",
      "-0",
      "1",
      "12",
      " 7",
      "+1",
      "1.5",
      "-2.25",
      "1.234",
      "12.345",
      "0.593",
      "1.",
      ".5",
      "2E7",
      "1e-5",
      "1.5e+3",
    ],
    ...[
      "\t007",
      "1.0\t",
      "\v1.234",
      "\f",
      "1.234e5",
      "-1.234",
      "+01",
      "+-1.5",
      "1e5 ",
      "1e-400",
      "\u00a01",
      "1_0",
      "Infinity",
      "007",
      "00.5",
      "9007199254740991",
      "9007199254740992",
      "1234567890123456001",
      "1_000",
      "−1",
      "$5",
      "5%",
      "1,5",
    ],
    ...["NA", "", "-", "nan", "?", "x", "true", "2024-01-02", "0x10", "1 000", "1.234.567", "(5)", "1e999", "inf"],
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
  fc.string({ unit: fc.constantFrom(..."0123456789..,eE+-_ 'x\t"), minLength: 1, maxLength: 9 }),
);

it("gives the same columns, or the same refusal", async () => {
  const columns = fc.array(fc.tuple(fc.array(number, { minLength: 1, maxLength: 4 }), fc.nat(50)), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(columns, async (drawn) => {
      // Most columns draw from few different cells, so that many are numbers throughout.
      const cells = drawn.map(([pool, start]) =>
        Array.from({ length: 6 }, (_, row) => pool[(start + row * 7) % pool.length]),
      );
      const collected = cells.map((column, index) => {
        const collector = new CellCollector(`c${index}`, column.length);
        for (const [row, cell] of column.entries()) collector.set(row, cell === "" ? null : cell);
        return collector.cells();
      });
      const expected = await attempt(async () => inferColumns(collected).columns);
      const lines = [0, 1, 2, 3, 4, 5].map(
        (row) => `${row},${cells.map((column) => (/,/.test(column[row]) ? `"${column[row]}"` : column[row])).join()}\n`,
      );
      const path = file("same.csv", `row,${cells.map((_, index) => `c${index}`).join()}\n${lines.join("")}`);
      const read = await attempt(async () => (await readTable(path)).columns.slice(1));
      expect(read).toEqual(expected);
    }),
    { numRuns: 120 },
  );
});

/** The columns, or which column and row are refused. */
async function attempt<T>(work: () => Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    return /column '\w+', row \d+/.exec((error as Error).message)?.[0] ?? String(error);
  }
}
