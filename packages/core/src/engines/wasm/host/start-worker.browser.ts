/** Web Workers. */
import type { StartWorker } from "./host.ts";
import { refusals } from "./policy.ts";

export const startWorker: StartWorker = (onEnd) => {
  const refused = refusals();
  const worker = new Worker(new URL("../../../../dist/engines/wasm/worker.browser.js", import.meta.url), {
    type: "module",
  });
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = async ({ message }) => {
      const error = new Error(`a worker could not be started${message ? `: ${message}` : ""}`);
      reject(await refused.explain(error));
      onEnd(message);
    };
  }).finally(() => refused.end());
  return {
    ready,
    postMessage: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
  };
};
