/** The prebuilt kernels in a browser: fetched from beside the script (bundlers follow `new URL(…, import.meta.url)`). */

let module: Promise<WebAssembly.Module> | undefined;

export function loadKernels(): Promise<WebAssembly.Module> {
  module ??= WebAssembly.compileStreaming(fetch(new URL("../../../dist/kernels.wasm", import.meta.url)));
  return module;
}
