/**
 * What wrangler does by itself: one script, with the kernels as modules beside it. The condition "workerd" makes
 * @chaingrad/core import them, as a worker may not compile WebAssembly at run time.
 */
import { build } from "esbuild";

await build({
  entryPoints: ["worker.js"],
  outdir: "dist",
  bundle: true,
  format: "esm",
  conditions: ["workerd", "worker", "browser"],
  loader: { ".wasm": "copy" },
  assetNames: "[name]",
});
