/** Worker threads of Node. */
import { Worker } from "node:worker_threads";
import type { StartFitWorker } from "./start-worker.ts";

export const startFitWorker: StartFitWorker = ({ told, ended }) => {
  // Without the options of this process, of which some (--input-type) do not go with a file.
  const worker = new Worker(new URL("../../dist/pool/fit-worker.node.js", import.meta.url), { execArgv: [] });
  worker.unref();
  worker.on("message", told);
  worker.on("error", (error) => ended(String(error)));
  worker.on("exit", (status) => ended(`it ended with status ${status}`));
  return {
    post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
    hold: (isWaitedFor) => (isWaitedFor ? worker.ref() : worker.unref()),
    terminate: () => {
      worker.terminate();
    },
  };
};
