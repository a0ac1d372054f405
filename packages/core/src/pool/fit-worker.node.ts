/** A worker thread of a pool in Node. */
import { type MessagePort, parentPort } from "node:worker_threads";
import { attend } from "./fit-worker.ts";

const port = parentPort as MessagePort;
attend(
  {
    post: (messages, transfer) => port.postMessage(messages, [...transfer]),
    listen: (take) => port.on("message", take),
  },
  {
    trainers: () => import("../second-order/on-demand.ts"),
    methods: async () => (await import("../optim/minimizers.ts")).minimizers,
    algebra: async () => (await import("../engines/wasm/linalg.ts")).openLinearAlgebra(false),
  },
);
