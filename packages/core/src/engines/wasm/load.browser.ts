/** The prebuilt kernels in a browser: fetched from beside the script. */
import { kernelsFile } from "./relaxed.ts";

let module: Promise<WebAssembly.Module> | undefined;

export function loadKernels(): Promise<WebAssembly.Module> {
  module ??= fetchKernels().catch((error) => {
    module = undefined; // so that the next call tries again
    throw error;
  });
  return module;
}

async function fetchKernels(): Promise<WebAssembly.Module> {
  // Two whole URLs, because bundlers that move files along follow only `new URL("a text", import.meta.url)`.
  const url =
    kernelsFile() === "kernels.wasm"
      ? new URL("../../../dist/kernels.wasm", import.meta.url)
      : new URL("../../../dist/kernels.relaxed.wasm", import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the kernels are not at ${url} (${response.status}): pass wasmEngine a module`);
  // Not compileStreaming, which needs the server to say application/wasm: the kernels are small.
  return WebAssembly.compile(await response.arrayBuffer());
}
