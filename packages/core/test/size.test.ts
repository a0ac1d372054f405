/** A budget is a test: what a browser downloads for the whole of core, minified, with its kernels, gzipped. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

/** 45 KB: a page may train a network for less than the weight of one photograph. */
const CEILING = 45_000;
const CORE = resolve(import.meta.dirname, "..");

test("core and its kernels stay under the ceiling", async () => {
  const { outputFiles } = await build({
    entryPoints: [resolve(CORE, "src/index.ts")],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    conditions: ["source"],
    write: false,
  });
  const script = gzipSync(outputFiles[0].contents, { level: 9 }).length;
  const kernels = gzipSync(readFileSync(resolve(CORE, "dist/kernels.wasm")), { level: 9 }).length;
  console.log(`core: ${script} bytes of script + ${kernels} bytes of kernels, gzipped`);
  expect(script + kernels).toBeLessThan(CEILING);
});
