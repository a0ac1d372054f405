/** Where the kernels lie that suit this host. */
import { hasRelaxedSimd } from "./relaxed-simd.ts";

/**
 * Whole URLs, because bundlers that move files along follow only `new URL("a text", import.meta.url)`; the paths are the
 * same from src/ and from dist/.
 */
export function kernelsUrl(shared: boolean): URL {
  if (hasRelaxedSimd()) {
    return shared
      ? new URL("../../../dist/kernels.shared.relaxed.wasm", import.meta.url)
      : new URL("../../../dist/kernels.relaxed.wasm", import.meta.url);
  }
  return shared
    ? new URL("../../../dist/kernels.shared.wasm", import.meta.url)
    : new URL("../../../dist/kernels.wasm", import.meta.url);
}
