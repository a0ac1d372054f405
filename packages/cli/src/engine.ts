/** The engine that the commands train and predict on. */
import { setFlagsFromString } from "node:v8";
import { type Engine, wasmEngine } from "@chaingrad/core";

export function openEngine(): Promise<Engine> {
  // Node 20 has relaxed SIMD behind a flag that may be set until the kernels are compiled; later versions just have it.
  if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
  return wasmEngine();
}
