import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readTable } from "../src/read.ts";
import { file, makeParquet, refusal, rows, types } from "./fixtures.ts";

describe("Parquet", () => {
  it("reads every type that is a cell", async () => {
    const path = await makeParquet(
      "types.parquet",
      `SELECT 1::TINYINT AS i, 5000000000::BIGINT AS b, 7::UINTEGER AS u, 1.25::DECIMAL(9, 3) AS "d c", 0.5::FLOAT AS f,
        DATE '2020-01-05' AS day, TIMESTAMP '2020-01-05 10:00:00.5' AS t, TIMESTAMPTZ '2020-01-05 10:00:00+02' AS tz,
        true AS yes, 'x' AS s, '12' AS digits, 'NA' AS na, TIME '10:00:00' AS clock
      UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL`,
    );
    const table = await readTable(path);
    expect(types(table)).toEqual([
      ...["i:number", "b:number", "u:number", "d c:number", "f:number", "day:date", "t:date", "tz:date"],
      ...["yes:boolean", "s:text", "digits:number", "na:text", "clock:number"],
    ]);
    expect(rows(table)).toEqual([
      [1, 5e9, 7, 1.25, 0.5, "2020-01-05", "2020-01-05T10:00:00.500Z", "2020-01-05T08:00:00.000Z"].concat([
        true as never,
        ...(["x", 12, null, 10] as never[]),
      ]),
      Array(13).fill(null),
    ]);
  });

  it("takes NaN as missing, and says so", async () => {
    const { columns } = await readTable(await makeParquet("nan.parquet", "SELECT unnest([1, 'nan'::DOUBLE]) AS a"));
    expect(columns[0].values).toEqual(new Float64Array([1, Number.NaN]));
    expect(columns[0].note).toBe("NaN (row 2) counts as missing");
  });

  it("refuses Infinity", async () => {
    const path = await makeParquet("inf.parquet", "SELECT unnest([1, '-inf'::DOUBLE]) AS a");
    expect(await refusal(path)).toContain("'inf.parquet', column 'a', row 2: expected a finite number, got -Infinity");
  });

  it("keeps whole numbers that a double cannot tell apart as text", async () => {
    const path = await makeParquet(
      "ids.parquet",
      "SELECT 1234567890123456000 + range AS id, (range::HUGEINT + 9) AS few, 5::BIGINT AS five FROM range(3)",
    );
    const { columns } = await readTable(path);
    expect(columns.map(({ type }) => type)).toEqual(["text", "number", "number"]);
    expect(columns[0].values).toEqual(["1234567890123456000", "1234567890123456001", "1234567890123456002"]);
    expect(columns[0].note).toMatch(/more digits than a number can hold/);
  });

  it("refuses nested values", async () => {
    const path = await makeParquet("nested.parquet", "SELECT 1 AS a, [1, 2] AS b");
    expect(await refusal(path)).toContain("column 'b' holds lists, expected numbers, text");
  });

  it("refuses a table without rows", async () => {
    expect(await refusal(await makeParquet("none.parquet", "SELECT 1 AS a WHERE false"))).toContain("has no rows");
  });

  it("refuses a broken file", async () => {
    const whole = readFileSync(
      await makeParquet("whole.parquet", "SELECT range AS a, 'x' || range AS b FROM range(9999)"),
    );
    const broken = {
      "cut.parquet": whole.subarray(0, whole.length - 50),
      "text.parquet": Buffer.from("a,b\n1,2\n3,4\n"),
      "footer.parquet": Buffer.from("PAR1aaaaaaaaaaaaaaaaaaaaaaaaaaaaPAR1"),
      "pages.parquet": Buffer.from(whole).fill(0x33, 4, 400),
    };
    for (const [name, bytes] of Object.entries(broken)) {
      expect(await refusal(file(name, bytes))).toBe(`'${name}': the Parquet file is damaged or cut off`);
    }
  });
});
