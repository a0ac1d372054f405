/**
 * The engine's surroundings in workerd (Cloudflare Workers), which compiles no WebAssembly at run time: kernels are imported
 * as modules, which its bundler (wrangler, or esbuild with the loader "copy") deploys beside the script. One thread.
 */

import relaxed from "../../../../dist/kernels.relaxed.wasm";
import kernels from "../../../../dist/kernels.wasm";
import linalgRelaxed from "../../../../dist/linalg.relaxed.wasm";
import linalg from "../../../../dist/linalg.wasm";
import { hasRelaxedSimd } from "../relaxed-simd.ts";
import type { Host } from "./host.ts";

export const host: Host = {
  threads: 1,
  cores: 1,
  mayBlock: false,
  load: async (name) => {
    if (name === "linalg") return hasRelaxedSimd() ? linalgRelaxed : linalg;
    return hasRelaxedSimd() ? relaxed : kernels;
  },
};
