/**
 * Small tables like those in public reports of other tools, which one or the other reads wrong without a word: what each
 * column becomes, and what is said.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { prepareTable } from "@chaingrad/tables";
import type { FileTable } from "@chaingrad/tables/read";
import { describe, expect, it } from "vitest";
import { readTable, withTable } from "../src/read.ts";
import { writeTable } from "../src/write.ts";
import { folder, types } from "./fixtures.ts";

const REPORTS = join(import.meta.dirname, "fixtures/reports");
const read = (name: string): Promise<FileTable> => readTable(join(REPORTS, `${name}.csv`));

describe("the numbers of a file", () => {
  it.each<[string, string[], number[]]>([
    ["de_int", ["area:number", "price:number", "kind:text"], [384.2, 1666661]],
    ["de_mixed", ["Umsatz:number", "Quote:number", "Gewinn:number"], [2149, 0.593, 127.36]],
    ["us", ["area:number", "price:number", "kind:text"], [384.2, 1666661.64]],
    ["dollar", ["area:number", "price:number", "kind:text"], [384.2, 1666661.64]],
    ["percent", ["area:number", "rate:number", "price:number"], [384.2, 95, 1666661.6]],
    ["paren", ["x:number", "y:number"], [6.06, 12.12]],
    ["uminus", ["x:number", "y:number"], [-0.97, -1.941]],
    ["dash_int", ["x1:number", "x2:number", "score:number"], [7.933, 8.22, 16]],
    ["delimiter_tie", ["Name:text", "Gewicht, kg:number", "Größe, cm:number"], []],
    ["comment", ["x:number", "y:number"], [0.225, 0.45]],
    ["preamble", ["x:number", "y:number"], [0.159, 0.317]],
    ["crlf_quoted_header", ["a\nb:number", "c:number", "t:number"], [1, 2, 3]],
    ["zip", ["codgeo:text", "surface:number", "prix:number"], []],
  ])("%s", async (name, columns, first) => {
    const table = await read(name);
    expect(types(table)).toEqual(columns);
    expect(first).toEqual(table.columns.slice(0, first.length).map(({ values }) => values[0]));
  });

  it("is said where something was read into it", async () => {
    expect((await read("de_mixed")).notes).toEqual([
      "numbers are read with decimal commas, as '0,593' in 'Quote'",
      "column 'Umsatz': '2.149' is read as 2149, as the other columns show; with decimal '.' it is 2.149",
    ]);
    expect((await read("preamble")).notes).toEqual([
      "lines 1 to 3 stand above the header and are skipped: 'Report of sales' …",
    ]);
    expect((await read("dash_int")).columns[2].note).toMatch(/^'-' \(\d+×, first in row \d+\) counts as missing$/);
    expect((await read("percent")).columns[1].note).toBe("in '%', as written ('95.0%')");
    expect((await read("paren")).columns[0].note).toBe("'(92.91)' is read as -92.91");
  });

  it("is as the user says", async () => {
    const table = await readTable(join(REPORTS, "de_mixed.csv"), { decimal: "." });
    expect(types(table)).toEqual(["Umsatz:number", "Quote:text", "Gewinn:text"]);
    expect(table.columns[0].values[0]).toBe(2.149);
    expect(types(await readTable(join(REPORTS, "preamble.csv"), { skip: 3 }))).toEqual(["x:number", "y:number"]);
  });
});

describe("cells that spoil a column are named", () => {
  const refusal = (table: FileTable, target: string): string => {
    try {
      prepareTable(table, { target });
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };

  it.each([
    [
      "units",
      "y",
      /the target 'y' must be a number .* 120 of 121 values are numbers; not '\[kg\]' \(row 1, to be deleted if it holds units\)/,
    ],
    [
      "total",
      "y",
      /no column is left to learn from: 'x' \(free text.*120 of 121 values are numbers; not 'Total' \(row 121, to be deleted if it holds totals\)/,
    ],
    [
      "total",
      "x",
      /the target 'x' must be a number in each row.*not 'Total' \(row 121, to be deleted if it holds totals\): correct these cells or leave them/,
    ],
  ])("%s, target %s", async (name, target, message) => expect(refusal(await read(name), target)).toMatch(message));
});

describe("predict gives the same cells back", () => {
  it.each(["cells_as_written", "zip", "id", "de_mixed", "dollar", "crlf_quoted_header", "uminus"])(
    "%s",
    async (name) => {
      const path = join(REPORTS, `${name}.csv`);
      const out = join(folder, "out.csv");
      await withTable(path, {}, (open) => {
        const values = Array.from({ length: open.table.rows }, () => "p");
        return writeTable(open, [{ name: "p", type: "text", values }], { path: out });
      });
      const text = readFileSync(path, "utf8");
      const [, sign, end] = /([,;])[^\r\n]*(\r?\n)/.exec(text.replace(/"[^"]*"/g, "")) as RegExpExecArray;
      const expected = text
        .replace(/(?:\r?\n)?$/, end)
        .replace(/(?=\r\n|(?<!\r)\n)(?=(?:[^"]*"[^"]*")*[^"]*$)/g, `${sign}p`);
      expect(readFileSync(out, "utf8")).toBe(expected);
    },
  );
});
