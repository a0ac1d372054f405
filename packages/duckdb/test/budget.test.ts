import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { file, folder } from "./fixtures.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const modules = resolve(here, "../../../node_modules");

/** Reads a table in a process of its own; returns what that took. */
async function measure(path: string): Promise<{ rows: number; mb: number }> {
  const outfile = join(folder, "read.mjs");
  const contents = `import { readTable } from "../src/read.ts";
    const { rows } = await readTable(process.argv[2]);
    console.log(JSON.stringify({ rows, mb: process.resourceUsage().maxRSS / 1024 }));`;
  await build({
    stdin: { contents, resolveDir: here },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
  });
  // DuckDB is no part of the bundle, which looks for it beside itself.
  if (!existsSync(join(folder, "node_modules"))) symlinkSync(modules, join(folder, "node_modules"));
  return JSON.parse(execFileSync(process.execPath, [outfile, path], { encoding: "utf8" }));
}

it("reads 100 000 rows of 20 columns within 250 MB", async () => {
  const header = Array.from({ length: 20 }, (_, i) => `c${i}`).join();
  const row = (r: number) => Array.from({ length: 19 }, (_, c) => Math.sin(r * 19 + c).toFixed(6)).join();
  const lines = Array.from({ length: 100_000 }, (_, r) => `${row(r)},category ${r % 9}\n`);
  const { rows, mb } = await measure(file("large.csv", `${header}\n${lines.join("")}`));
  expect(rows).toBe(100_000);
  // Measured: 170 MB (and 1.0 s).
  expect(mb).toBeLessThan(250);
});

it("starts, reads a small table and ends within 150 MB", async () => {
  const { mb } = await measure(file("small.csv", `a,b\n${"1,x\n".repeat(400)}`));
  // Measured: 105 MB (and 0.2 s).
  expect(mb).toBeLessThan(150);
});
