/**
 * Our own entry: one engine, behind the benchmark's protocol.
 * node bench/ours.js --engine wasm|blas|native|bf16 --threads N; native takes libraries where those are faster, too.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { findBlas } from "@chaingrad/blas";
import { wasmEngine } from "@chaingrad/core";
import { findKernels } from "@chaingrad/native";
import { readProblem } from "./lib/data.js";
import { serve, timed } from "./lib/serve.js";
import { gemmSpeed } from "./ours/gemm.js";
import { predict } from "./ours/predict.js";
import { Training } from "./ours/training.js";

// As for the Python peers: work-arounds for old OpenBLAS builds slow a present one down.
delete process.env.OPENBLAS_CORETYPE;
delete process.env.OPENBLAS_L2_SIZE;
// As the command line does it: Node 20 has relaxed SIMD behind a flag.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

/** The one place that knows how engines are opened. Throws Error when this one is not to be had. */
async function openEngine({ engine, threads }) {
  if (engine === "wasm") return wasmEngine({ threads });
  // What was measured is not kept: every benchmark measures anew.
  const gemm = await findBlas({ cache: null });
  if (gemm === undefined && engine === "blas") throw new Error("not available: no BLAS library on this machine");
  if (engine === "blas") return wasmEngine({ threads, gemm });
  const kernels = await findKernels();
  if (kernels === undefined) throw new Error("not available: no native kernels for this machine");
  return wasmEngine({ threads, kernels, ...(gemm && { gemm }) });
}

const { values } = parseArgs({ options: { engine: { type: "string" }, threads: { type: "string" } } });
const engine = openEngine({ engine: values.engine, threads: Number(values.threads) });
// Whoever asks first is told when the engine is not to be had.
engine.catch(() => {});
const manifest = JSON.parse(readFileSync(new URL("../packages/core/package.json", import.meta.url), "utf8"));
let training;

await serve({
  prepare: async (request) => {
    const opened = await engine;
    const options = values.engine === "bf16" ? { products: "bf16" } : {};
    training = new Training(opened, { ...request, ...readProblem(request.dir, request.sizes) }, options);
    training.reset();
    return { ready: true, version: `${manifest.version}, ${opened.name}` };
  },
  check: ({ steps }) => {
    training.reset();
    return { loss: training.run(steps) };
  },
  run: ({ steps }) => timed(steps, () => training.run(steps)),
  gemm: async (size) => ({ gflops: gemmSpeed(await engine, size), version: (await engine).name }),
  predict: async (request) => predict(await engine, request),
});
