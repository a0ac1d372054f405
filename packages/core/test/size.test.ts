/** A budget is a test: what a browser downloads for the whole of core, minified, with its kernels, gzipped. */
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";

const CORE = resolve(import.meta.dirname, "..");

const gzipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;

interface Weight {
  /** Bytes of these entry points, what they need at once, and the kernels. */
  readonly atOnce: number;
  /** Bytes that are loaded only where there are several threads, the worker's script included. */
  readonly threads: number;
}

async function weigh(...entries: readonly string[]): Promise<Weight> {
  const { outputFiles, metafile } = await build({
    entryPoints: {
      entry: "entry",
      worker: resolve(CORE, "src/engines/wasm/worker.browser.ts"),
    },
    plugins: [
      {
        name: "entry",
        setup(plugin) {
          plugin.onResolve({ filter: /^entry$/ }, () => ({ path: "entry", namespace: "entry" }));
          plugin.onLoad({ filter: /.*/, namespace: "entry" }, () => ({
            contents: entries.map((entry) => `export * from "${resolve(CORE, "src", entry)}";`).join("\n"),
            resolveDir: CORE,
          }));
        },
      },
    ],
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    conditions: ["@chaingrad/source"],
    outdir: "out",
    write: false,
    metafile: true,
  });
  const size = new Map(outputFiles.map(({ path, contents }) => [basename(path), gzipped(contents)]));
  const chunks = Object.entries(metafile.outputs);
  const needed = (name: string): string[] => {
    const [, chunk] = chunks.find(([path]) => basename(path) === name) as (typeof chunks)[number];
    const imports = chunk.imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => basename(path));
    return [name, ...imports.flatMap(needed)];
  };
  const first = new Set(needed("entry.js"));
  const sum = (names: Iterable<string>): number => [...names].reduce((total, name) => total + (size.get(name) ?? 0), 0);
  const kernels = gzipped(readFileSync(resolve(CORE, "dist/kernels.wasm")));
  const weight = { atOnce: sum(first) + kernels, threads: sum([...size.keys()].filter((name) => !first.has(name))) };
  console.log(`${entries.join(" + ")}: ${weight.atOnce} bytes gzipped, with kernels; threads ${weight.threads}`);
  return weight;
}

/** 49 KB for all of `@chaingrad/core`: a page may train a network for less than the weight of one photograph. */
test("core and its kernels stay under the ceiling", async () => {
  expect((await weigh("index.ts")).atOnce).toBeLessThan(49_000);
});

/** 4.5 KB more where the page is cross-origin isolated, for the sharing of work and the workers' script. */
test("threads stay under theirs", async () => {
  expect((await weigh("index.ts")).threads).toBeLessThan(4500);
});

/** 6.5 KB more for `@chaingrad/core/explain`, which a page that shows derivations loads on top (mostly its words). */
test("explanation stays under its own", async () => {
  expect((await weigh("index.ts", "explain.ts")).atOnce).toBeLessThan(55_500);
});
