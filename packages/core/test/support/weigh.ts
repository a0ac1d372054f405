/** What a browser downloads for entry points of ours, minified, with core's kernels, gzipped. */
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const CORE = resolve(import.meta.dirname, "../..");

const gzipped = (bytes: Uint8Array): number => gzipSync(bytes, { level: 9 }).length;

interface Weight {
  /** Bytes of these entry points, what they need at once, and the kernels. */
  readonly atOnce: number;
  /** Bytes that are loaded only where there are several threads, the worker's script included. */
  readonly threads: number;
  /** Bytes of the next that are loaded before a minimizer trains. */
  readonly minimizer: number;
  /** Bytes that are loaded only where a minimizer or K-FAC trains, the gradient's flow is told or NaN was met; the method itself not included. */
  readonly secondOrder: number;
}

/** @param entries files, from core's src on */
export async function weigh(...entries: readonly string[]): Promise<Weight> {
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
  /** The chunks that come only with this module. */
  const later = (module: string): string[] => {
    const chunk = chunks.find(([, { inputs }]) => Object.keys(inputs).some((path) => path.endsWith(module)));
    return needed(basename((chunk as (typeof chunks)[number])[0])).filter((name) => !first.has(name));
  };
  const sum = (names: Iterable<string>): number => [...names].reduce((total, name) => total + (size.get(name) ?? 0), 0);
  const kernels = gzipped(readFileSync(resolve(CORE, "dist/kernels.wasm")));
  const weight = {
    atOnce: sum(first) + kernels,
    threads: sum([...later("wasm/threads.ts"), "worker.js"]),
    minimizer: sum(later("second-order/full-batch.ts")),
    secondOrder: sum(new Set([...later("second-order/full-batch.ts"), ...later("second-order/beside.ts")])),
  };
  const { threads, minimizer, secondOrder } = weight;
  console.log(`${entries.join(" + ")}: ${weight.atOnce} bytes gzipped, with kernels`);
  console.log(
    `later: threads ${threads}, second order in fit ${secondOrder}, ${minimizer} of it before a minimizer trains`,
  );
  return weight;
}
