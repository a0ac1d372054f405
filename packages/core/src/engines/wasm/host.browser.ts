/** The engine's surroundings in a browser: kernels fetched from beside the script, Web Workers where memory may be shared. */
import type { Host, ModuleName } from "./host.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";

const modules = new Map<string, Promise<WebAssembly.Module>>();

/** Whole URLs, because bundlers that move files along follow only `new URL("a text", import.meta.url)`. */
const PLAIN: Record<ModuleName, () => URL> = {
  kernels: () => new URL("../../../dist/kernels.wasm", import.meta.url),
  "kernels.shared": () => new URL("../../../dist/kernels.shared.wasm", import.meta.url),
  linalg: () => new URL("../../../dist/linalg.wasm", import.meta.url),
};
const RELAXED: Record<ModuleName, () => URL> = {
  kernels: () => new URL("../../../dist/kernels.relaxed.wasm", import.meta.url),
  "kernels.shared": () => new URL("../../../dist/kernels.shared.relaxed.wasm", import.meta.url),
  linalg: () => new URL("../../../dist/linalg.relaxed.wasm", import.meta.url),
};

export const host: Host = {
  threads: globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1,
  mayBlock: false,
  load(name) {
    const url = (hasRelaxedSimd() ? RELAXED : PLAIN)[name]();
    const module =
      modules.get(url.href) ??
      fetchModule(url).catch((error) => {
        modules.delete(url.href); // so that the next call tries again
        throw error;
      });
    modules.set(url.href, module);
    return module;
  },
  startWorker(onEnd) {
    const worker = new Worker(new URL("../../../dist/engines/wasm/worker.browser.js", import.meta.url), {
      type: "module",
    });
    const ready = new Promise<void>((resolve, reject) => {
      worker.onmessage = () => resolve();
      worker.onerror = (event) => {
        reject(new Error(`a worker could not be started: ${event.message}`));
        onEnd(event.message);
      };
    });
    return {
      ready,
      postMessage: (message) => worker.postMessage(message),
      terminate: () => worker.terminate(),
    };
  },
};

async function fetchModule(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  // Not compileStreaming, which needs the server to say application/wasm: the kernels are small.
  return WebAssembly.compile(await response.arrayBuffer());
}
