import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { hasRelaxedSimd } from "../../src/engines/wasm/relaxed-simd.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { conformance } from "./conformance.ts";

// Node 20 has relaxed SIMD behind this flag; later versions just have it.
if (!hasRelaxedSimd()) setFlagsFromString("--experimental-wasm-relaxed-simd");

for (const build of ["kernels", "kernels.relaxed"]) {
  const bytes = readFileSync(resolve(import.meta.dirname, `../../dist/${build}.wasm`));
  conformance(`wasm, ${build}`, () => wasmEngine({ module: new WebAssembly.Module(bytes) }), { f32: 2e-6, f64: 1e-13 });
}
