/** The prebuilt kernels in a browser: fetched from beside the script. */
import { kernelsFile } from "./relaxed.ts";

let module: Promise<WebAssembly.Module> | undefined;

export function loadKernels(): Promise<WebAssembly.Module> {
  // Two whole URLs, because bundlers follow only `new URL("a text", import.meta.url)`.
  const url =
    kernelsFile() === "kernels.wasm"
      ? new URL("../../../dist/kernels.wasm", import.meta.url)
      : new URL("../../../dist/kernels.relaxed.wasm", import.meta.url);
  module ??= WebAssembly.compileStreaming(fetch(url));
  return module;
}
