/** Folders are concepts, and imports run downward only: no upward arrow, no cycle. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const SOURCE = resolve(import.meta.dirname, "../src");

/** What each folder may see besides itself. `engines/engine.ts` is the interface; the other engine files are not for train. */
const MAY_SEE: Record<string, readonly string[]> = {
  given: [],
  graph: [],
  linalg: [],
  ops: ["given", "graph"],
  autodiff: ["given", "graph", "ops"],
  nn: ["given", "graph", "ops", "autodiff"],
  optim: ["given", "graph", "ops", "autodiff", "nn", "linalg"],
  compile: ["given", "graph", "ops"],
  engines: ["given", "graph", "ops", "compile", "linalg"],
  explain: ["given", "graph", "ops", "autodiff", "compile"],
  check: ["given", "graph", "ops", "autodiff", "nn", "engines"],
  data: ["given", "graph", "ops"],
  train: ["given", "graph", "ops", "autodiff", "nn", "optim", "data", "engines/engine.ts", "linalg"],
};

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const importsOf = (file: string): string[] =>
  [...readFileSync(join(SOURCE, file), "utf8").matchAll(/^(?:import|export)[^"']*?from "(\.[^"]+)";$/gms)].map(
    ([, path]) => relative(SOURCE, resolve(SOURCE, dirname(file), path)),
  );
const graph = new Map(files.map((file) => [file, importsOf(file)]));
const folder = (file: string): string => file.split("/")[0];

test("the reader of imports sees them", () => {
  expect(graph.get("autodiff/reverse.ts")).toContain("graph/expr.ts");
  expect([...graph.values()].flat().every((file) => graph.has(file))).toBe(true);
});

test("no import points upward", () => {
  const wrong = [...graph].flatMap(([file, imports]) =>
    file.includes("/")
      ? imports
          .filter((other) => folder(other) !== folder(file))
          .filter((other) => !MAY_SEE[folder(file)].some((allowed) => allowed === other || allowed === folder(other)))
          .map((other) => `${file} → ${other}`)
      : [],
  );
  expect(wrong).toEqual([]);
});

test("no cycle", () => {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) throw new Error(`a cycle: ${[...path.slice(path.indexOf(file)), file].join(" → ")}`);
    if (done.has(file)) return;
    for (const other of graph.get(file) ?? []) visit(other, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(done.size).toBe(files.length);
});
