/** Arrow IPC, as other libraries write it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { columnFromArray, decimal, decimal128, tableFromColumns, tableToIPC } from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { readTable } from "../../src/read/read-table.ts";

const bytesOf = (name: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(join(import.meta.dirname, "fixtures", name)));
const read = (name: string) => readTable(new File([bytesOf(name)], name));

describe("columns of every type that is a cell", () => {
  it.each(["types.arrow", "types.arrows"])("%s", async (name) => {
    const { columns, rows, decimal } = await read(name);
    expect(rows).toBe(3);
    const cells = Object.fromEntries(columns.map(({ name, type, values }) => [name, [type, ...values]]));
    expect(cells).toEqual({
      i: ["number", 1, Number.NaN, 3],
      u8: ["number", 255, 0, Number.NaN],
      b: ["number", 5e9, Number.NaN, -1],
      id: ["text", "1234567890123456001", "1234567890123456002", null],
      f: ["number", Math.fround(0.1), Number.NaN, 2.5],
      d: ["number", 0.1, Number.NaN, -2.5],
      nan: ["number", 1, Number.NaN, Number.NaN],
      yes: ["boolean", true, null, false],
      s: ["text", "x", null, "y"],
      n: ["number", 1.5, 2.25, Number.NaN],
      colour: ["text", "red", "blue", null],
      size: ["number", 7, 5000, Number.NaN],
      day: ["date", "2020-01-05", "1969-12-31", null],
      dms: ["date", "2020-01-05", null, null],
      t: ["date", "2020-01-05T10:00:00.500Z", "1969-12-31T23:59:59.999Z", null],
      tz: ["date", "2020-01-05T10:00:00.000Z", null, null],
      clock: ["number", 10, Number.NaN, 86_399 / 3600],
      nothing: ["text", null, null, null],
    });
    expect(decimal).toBe(",");
    expect(columns[6].note).toBe("NaN (row 2) counts as missing");
  });

  it("decimals", async () => {
    const money = columnFromArray([1.25, -0.5, null], decimal(9, 2));
    const whole = columnFromArray([12345678901234567890n, 1n, null], decimal128(38, 0));
    const bytes = tableToIPC(
      tableFromColumns([
        ["money", money],
        ["whole", whole],
      ]),
      { format: "file" },
    ) as Uint8Array;
    const { columns } = await readTable(bytes);
    expect(columns.map(({ values }) => [...values])).toEqual([
      [1.25, -0.5, Number.NaN],
      ["12345678901234567890", "1", null],
    ]);
  });
});

it.each([
  ["lists.arrow", "'lists.arrow': column 'l' holds lists, expected numbers, text, booleans or dates"],
  ["structs.arrow", "'structs.arrow': column 'x' holds structs, expected numbers"],
  ["twice.arrow", "'twice.arrow': more than one column is named 'x'"],
  ["empty.arrow", "'empty.arrow' has no rows, only column names"],
])("refuses %s", async (name, message) => {
  await expect(read(name)).rejects.toThrow(message);
});

it.each([10, 300, 2000, 3900])("refuses a file cut off after %i bytes", async (length) => {
  const cut = bytesOf("types.arrow").subarray(0, length);
  await expect(readTable(new File([cut], "cut.arrow"))).rejects.toThrow(
    "'cut.arrow': the Arrow file is damaged or cut off",
  );
});
