/** Worker threads of Node. */
import { Worker } from "node:worker_threads";
import type { StartWorker } from "./host.ts";

export const startWorker: StartWorker = (onEnd) => {
  // Without the options of this process, of which some (--input-type) do not go with a file.
  const worker = new Worker(new URL("../../../../dist/engines/wasm/worker.node.js", import.meta.url), { execArgv: [] });
  worker.unref();
  worker.on("error", (error) => onEnd(String(error)));
  worker.on("exit", (status) => onEnd(`it ended with status ${status}`));
  return {
    ready: Promise.resolve(),
    postMessage: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
  };
};
