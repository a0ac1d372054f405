/** The README's program runs as it stands, against the build. */
import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import { readTable } from "../src/read.ts";
import { folder, types } from "./fixtures.ts";

test("the README's program reads a table and writes it with a column more", async () => {
  const cwd = resolve(import.meta.dirname, "..");
  const [[, code], ...others] = readFileSync(resolve(cwd, "README.md"), "utf8").matchAll(/```ts\n(.*?)```/gs);
  expect(others).toEqual([]);
  copyFileSync(resolve(cwd, "../../examples/data/cars.csv"), join(folder, "cars.csv"));
  // Imports are resolved before the program goes to another folder.
  const program = `process.chdir(${JSON.stringify(folder)});\n${transformSync(code, { loader: "ts" }).code}`;
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd, encoding: "utf8" });
  const cars = await readTable(join(folder, "cars.csv"));
  expect(output).toMatch(new RegExp(`^${cars.rows} \\[\n  '${cars.columns[0].name}: ${cars.columns[0].type}'`));
  const written = await readTable(join(folder, "cars.parquet"));
  expect(types(written)).toEqual([...types(cars), "place:number"]);
  expect(written.rows).toBe(cars.rows);
});
