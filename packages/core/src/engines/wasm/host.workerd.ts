/**
 * The engine's surroundings in workerd (Cloudflare Workers), which compiles no WebAssembly at run time: kernels are imported
 * as modules, which its bundler (wrangler, or esbuild with the loader "copy") deploys beside the script. One thread.
 */

import relaxed from "../../../dist/kernels.relaxed.wasm";
import kernels from "../../../dist/kernels.wasm";
import type { Host } from "./host.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";

export const host: Host = {
  threads: 1,
  mayBlock: false,
  loadKernels: async () => (hasRelaxedSimd() ? relaxed : kernels),
};
