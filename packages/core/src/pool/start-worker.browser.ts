/** Web Workers. */
import type { StartFitWorker } from "./start-worker.ts";

export const startFitWorker: StartFitWorker = ({ told, ended }) => {
  const worker = new Worker(new URL("../../dist/pool/fit-worker.browser.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => told(data);
  worker.onerror = (event) => {
    event.preventDefault();
    ended(event.message);
  };
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    hold: () => undefined,
    terminate: () => worker.terminate(),
  };
};
