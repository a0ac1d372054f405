/** Lines that are rows beyond doubt are taken as they stand; of all others nothing is claimed. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordsOf } from "@chaingrad/tables/rules";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { areRows, plainLines } from "../src/plain-lines.ts";
import { folder } from "./fixtures.ts";

const path = join(folder, "lines.csv");

async function linesOf(text: string, fields: number): Promise<string[] | undefined> {
  writeFileSync(path, text);
  const all: string[] = [];
  for await (const lines of plainLines(path, ",", fields)) {
    if (lines === undefined) return undefined;
    all.push(...lines);
  }
  return all;
}

it("gives the records that are found field by field, or none", async () => {
  const piece = fc.constantFrom("a", "ü", " ", ",", ",", "\n", "\n", "\r\n", "\r", '"', '""', '"x,\n"');
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
      const text = pieces.join("");
      const lines = await linesOf(text, 2);
      if (lines === undefined) return;
      taken++;
      const records = recordsOf(text, 0, ",", Number.POSITIVE_INFINITY)
        .map(({ start, end, lineEnd }) => text.slice(start, end - lineEnd.length))
        .filter((line) => line !== "");
      expect(lines).toEqual(records);
    }),
    { numRuns: 500 },
  );
  expect(taken).toBeGreaterThan(50);
});

it("reads on where a chunk ends, wherever that is", async () => {
  const line = `"${"é".repeat(997)}\n""x""",1\r\n`;
  const lines = await linesOf(line.repeat(700), 2);
  expect(lines).toHaveLength(700);
  expect(new Set(lines)).toEqual(new Set([line.trimEnd()]));
});

describe("claims nothing of", () => {
  it.each([
    ["a row of another length", "a,b\n1,2,3\n"],
    ["a line break of a carriage return", "a,b\r1,2\r"],
    ["characters behind a closing quote", 'a,b\n"1"x,2\n'],
    ["quotes that do not close", 'a,b\n"1,2\n'],
  ])("%s", async (_, text) => {
    expect(await linesOf(text, 2)).toBeUndefined();
    expect(await areRows(path, ",", 2, 1)).toBe(false);
  });

  it("fewer or more lines than rows, and one column", async () => {
    writeFileSync(path, "a,b\n\n1,2\n3,4");
    expect(await areRows(path, ",", 2, 2)).toBe(true);
    expect(await areRows(path, ",", 2, 1)).toBe(false);
    expect(await areRows(path, ",", 2, 3)).toBe(false);
    writeFileSync(path, "a\n1\n\n3\n");
    expect(await areRows(path, ",", 1, 2)).toBe(false);
  });
});
