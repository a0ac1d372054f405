/** A budget is a test: what a browser downloads for the whole of core, minified, with its kernels, gzipped. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const CORE = resolve(import.meta.dirname, "..");

const gzipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;

/** Bytes of these entry points in one bundle, and of the kernels beside it. */
async function weigh(...entries: readonly string[]): Promise<number> {
  const { outputFiles } = await build({
    stdin: {
      contents: entries.map((entry) => `export * from "${resolve(CORE, "src", entry)}";`).join("\n"),
      resolveDir: CORE,
    },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    conditions: ["@chaingrad/source"],
    write: false,
  });
  const bytes = gzipped(outputFiles[0].contents) + gzipped(readFileSync(resolve(CORE, "dist/kernels.wasm")));
  console.log(`${entries.join(" + ")}: ${bytes} bytes gzipped, with kernels`);
  return bytes;
}

/** 45 KB for all of `@chaingrad/core`: a page may train a network for less than the weight of one photograph. */
test("core and its kernels stay under the ceiling", async () => {
  expect(await weigh("index.ts")).toBeLessThan(45_000);
});

/** 6.5 KB more for `@chaingrad/core/explain`, which a page that shows derivations loads on top (mostly its words). */
test("explanation stays under its own", async () => {
  expect(await weigh("index.ts", "explain.ts")).toBeLessThan(51_000);
});
