/** Nothing is written past the places where text is made visible. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

/** Folders of sources, and what is put before the names of their files. */
const SOURCES = { "": "../../src", "@chaingrad/duckdb/": "../../../duckdb/src" };
const files = Object.entries(SOURCES).flatMap(([name, path]) => {
  const folder = resolve(import.meta.dirname, path);
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ file: name + file.replaceAll("\\", "/"), source: readFileSync(join(folder, file), "utf8") }));
});
const having = (pattern: RegExp): string[] =>
  files
    .filter(({ source }) => pattern.test(source))
    .map(({ file }) => file)
    .sort();

test("one file writes to the terminal", () => {
  expect(having(/process\.(stdout|stderr)\.(write|end)|console\.|fs\.writeSync|writeSync\(/)).toEqual([
    "output/conventions.ts",
  ]);
});

test.each(["core", "interchange", "tables", "view"])("@chaingrad/%s writes nowhere", (name) => {
  const source = resolve(import.meta.dirname, "../../..", name, "src");
  const typescript = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  expect(typescript.length).toBeGreaterThan(2);
  const writes = /process\.(stdout|stderr)|console\.|writeSync\(/;
  const own = typescript.filter((file) => writes.test(readFileSync(join(source, file), "utf8")));
  // To a page's console, why there is one thread: a text of our own.
  expect(own).toEqual(name === "core" ? ["engines/wasm/wasm.ts"] : []);
});

test("whoever else is given the terminal is known", () => {
  expect(having(/process\.(stdout|stderr)\b(?!\.(write|columns|hasColors))/)).toEqual([
    "@chaingrad/duckdb/write.ts", // the tables that predict writes: data, as they are
    "commands/search.ts", // the line of progress, whose text search-progress.ts makes visible
    "commands/train.ts", // the line of progress, whose text progress.ts makes visible
    "main.ts", // errors of the streams
    "output/failure.ts", // the same
    "output/pager.ts", // its size
    "train/by-folds.ts", // the line of progress, whose text fold-progress.ts makes visible
  ]);
  expect(having(/createLogUpdate/)).toEqual([
    "train/fold-progress.ts",
    "train/progress.ts",
    "train/search-progress.ts",
  ]);
});

test("lines that are taken for safe are made in a few places", () => {
  expect(having(/new Line\(/)).toEqual([
    "output/align.ts",
    "output/blocks.ts", // from core's printer
    "output/place.ts", // a part of a text under its message, made visible there
    "output/table.ts",
    "output/wrap.ts",
  ]);
});

test("only pages put markup round text that is not escaped", () => {
  expect(having(/printDocument\(/)).toEqual([
    "commands/check.ts",
    "commands/dependence.ts", // a table for other programs: data, as they are
    "commands/emit.ts",
    "commands/explain.ts",
    "output/blocks.ts", // core's printers
    "output/conventions.ts",
    "output/derivation.ts", // a page of the view
  ]);
});
