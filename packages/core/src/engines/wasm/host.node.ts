/** The engine's surroundings in Node: kernels from the files beside the build, worker threads. */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Host } from "./host.ts";
import { kernelsUrl } from "./kernels-url.ts";

const modules = new Map<string, Promise<WebAssembly.Module>>();

export const host: Host = {
  threads: availableParallelism(),
  mayBlock: true,
  loadKernels(shared) {
    const url = kernelsUrl(shared);
    const module = modules.get(url.href) ?? readFile(url).then((bytes) => WebAssembly.compile(bytes));
    modules.set(url.href, module);
    module.catch(() => modules.delete(url.href)); // so that the next call tries again
    return module;
  },
  startWorker(onEnd) {
    // Without the options of this process, of which some (--input-type) do not go with a file.
    const worker = new Worker(new URL("../../../dist/engines/wasm/worker.node.js", import.meta.url), { execArgv: [] });
    worker.unref();
    worker.on("error", (error) => onEnd(String(error)));
    worker.on("exit", (status) => onEnd(`it ended with status ${status}`));
    return {
      ready: Promise.resolve(),
      postMessage: (message) => worker.postMessage(message),
      terminate: () => worker.terminate(),
    };
  },
};
