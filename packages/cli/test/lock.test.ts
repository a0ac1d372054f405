/** The lock names every platform's binaries: `npm ci` refuses one that does not, and other machines would miss theirs. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

test("every optional dependency in the lock has an entry", () => {
  const lock = JSON.parse(readFileSync(new URL("../../../package-lock.json", import.meta.url), "utf8"));
  const entries: Record<string, { optionalDependencies?: Record<string, string> }> = lock.packages;
  const known = new Set(Object.keys(entries).map((path) => path.split("node_modules/").at(-1)));
  const wanted = Object.values(entries).flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies));
  expect(wanted).toContain("@duckdb/node-bindings-darwin-arm64");
  expect(wanted.filter((name) => !known.has(name))).toEqual([]);
});
