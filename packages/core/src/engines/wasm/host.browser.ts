/** The engine's surroundings in a browser: kernels fetched from beside the script, Web Workers where memory may be shared. */
import type { Host } from "./host.ts";
import { kernelsUrl } from "./kernels-url.ts";

const modules = new Map<string, Promise<WebAssembly.Module>>();

export const host: Host = {
  threads: globalThis.crossOriginIsolated ? navigator.hardwareConcurrency : 1,
  mayBlock: false,
  loadKernels(shared) {
    const url = kernelsUrl(shared);
    const module =
      modules.get(url.href) ??
      fetchKernels(url).catch((error) => {
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

async function fetchKernels(url: URL): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  // Not compileStreaming, which needs the server to say application/wasm: the kernels are small.
  return WebAssembly.compile(await response.arrayBuffer());
}
