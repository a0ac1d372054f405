/** Where the modules of kernels lie that suit this host. */
import { hasRelaxedSimd } from "../relaxed-simd.ts";
import type { ModuleName } from "./host.ts";

/**
 * Whole URLs, because bundlers that move files along follow only `new URL("a text", import.meta.url)`; the paths are the
 * same from src/ and from dist/.
 */
const PLAIN: Record<ModuleName, () => URL> = {
  kernels: () => new URL("../../../../dist/kernels.wasm", import.meta.url),
  "kernels.shared": () => new URL("../../../../dist/kernels.shared.wasm", import.meta.url),
  linalg: () => new URL("../../../../dist/linalg.wasm", import.meta.url),
};
const RELAXED: Record<ModuleName, () => URL> = {
  kernels: () => new URL("../../../../dist/kernels.relaxed.wasm", import.meta.url),
  "kernels.shared": () => new URL("../../../../dist/kernels.shared.relaxed.wasm", import.meta.url),
  linalg: () => new URL("../../../../dist/linalg.relaxed.wasm", import.meta.url),
};

export const moduleUrl = (name: ModuleName): URL => (hasRelaxedSimd() ? RELAXED : PLAIN)[name]();
