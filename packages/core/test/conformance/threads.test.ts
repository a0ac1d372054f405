/** Every op on several threads, on both builds of the shared kernels: the same suite, the same tolerances. */
import { setFlagsFromString } from "node:v8";
import { hasRelaxedSimd } from "../../src/engines/wasm/relaxed-simd.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { conformance } from "./conformance.ts";

const plain = await wasmEngine({ threads: 2 });
conformance("wasm, 2 threads", async () => plain, { f32: 2e-6, f64: 1e-13 });

// Node 20 has relaxed SIMD behind this flag; later versions just have it.
if (!hasRelaxedSimd()) setFlagsFromString("--experimental-wasm-relaxed-simd");
const relaxed = await wasmEngine({ threads: 3 });
conformance("wasm, relaxed, 3 threads", async () => relaxed, { f32: 2e-6, f64: 1e-13 });
