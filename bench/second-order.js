/**
 * Our own entry in the section on second-order methods, behind the benchmark's protocol.
 * node bench/second-order.js --threads N|default [--engine wasm|blas]
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { findBlas } from "@chaingrad/blas";
import { wasmEngine } from "@chaingrad/core";
import { serve } from "./lib/serve.js";
import { Curvature } from "./ours/curvature.js";
import { descend, descendOnDigits } from "./ours/descent.js";

// As the command line does it: Node 20 has relaxed SIMD behind a flag.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

const { values } = parseArgs({
  options: { threads: { type: "string", default: "default" }, engine: { type: "string", default: "wasm" } },
});
const options = values.threads === "default" ? {} : { threads: Number(values.threads) };
const manifest = JSON.parse(readFileSync(new URL("../packages/core/package.json", import.meta.url), "utf8"));
const curvature = new Curvature();
let engine;

/** The engine, and the milliseconds that opening it took: who asks first waits for that too. */
async function open() {
  if (engine !== undefined) return [engine, 0];
  const before = performance.now();
  const gemm = values.engine === "blas" ? await findBlas() : undefined;
  if (values.engine === "blas" && gemm === undefined) throw new Error("no BLAS was found");
  engine = await wasmEngine({ ...options, ...(gemm && { gemm }) });
  return [engine, performance.now() - before];
}

await serve({
  load: () => ({ version: `${manifest.version}, ${values.engine}` }),
  prepare: async (request) => curvature.prepare(...(await open()), request),
  run: (request) => curvature.run(request),
  descend: async (request) => descend(...(await open()), request),
  digits: async (request) => descendOnDigits((await open())[0], request),
});
