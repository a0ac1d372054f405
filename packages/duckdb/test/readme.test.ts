/** The README's programs run as they stand, against the build. */
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import { readTable } from "../src/read.ts";
import { folder, types } from "./fixtures.ts";

const cwd = resolve(import.meta.dirname, "..");
const programs = [...readFileSync(resolve(cwd, "README.md"), "utf8").matchAll(/```ts\n(.*?)```/gs)];
copyFileSync(resolve(cwd, "../../examples/data/cars.csv"), join(folder, "cars.csv"));

/** What a program prints. */
function run([, code]: RegExpMatchArray): string {
  // Imports are resolved before the program goes to another folder.
  const program = `process.chdir(${JSON.stringify(folder)});\n${transformSync(code, { loader: "ts" }).code}`;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd, encoding: "utf8" });
}

test("the second reads what a query gives", () => {
  expect(programs).toHaveLength(2);
  expect(run(programs[1])).toMatch(/^the query \d+\n$/);
});

test("the first reads a table and writes it with a column more", async () => {
  const output = run(programs[0]);
  const cars = await readTable(join(folder, "cars.csv"));
  expect(output).toMatch(new RegExp(`^${cars.rows} \\[\n  '${cars.columns[0].name}: ${cars.columns[0].type}'`));
  const written = await readTable(join(folder, "cars.parquet"));
  expect(types(written)).toEqual([...types(cars), "place:number"]);
  expect(written.rows).toBe(cars.rows);
});
