/** The engine's surroundings in Node: kernels from the files beside the build, worker threads. */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Host } from "./host.ts";
import { hasRelaxedSimd } from "./relaxed-simd.ts";

/** The path is the same from src/ and from dist/. */
const dist = (file: string): URL => new URL(`../../../dist/${file}`, import.meta.url);
const modules = new Map<string, Promise<WebAssembly.Module>>();

export const host: Host = {
  threads: availableParallelism(),
  mayBlock: true,
  load(name) {
    const file = `${name}${hasRelaxedSimd() ? ".relaxed" : ""}.wasm`;
    const module = modules.get(file) ?? readFile(dist(file)).then((bytes) => WebAssembly.compile(bytes));
    modules.set(file, module);
    module.catch(() => modules.delete(file)); // so that the next call tries again
    return module;
  },
  startWorker(onEnd) {
    // Without the options of this process, of which some (--input-type) do not go with a file.
    const worker = new Worker(dist("engines/wasm/worker.node.js"), { execArgv: [] });
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
