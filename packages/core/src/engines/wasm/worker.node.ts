/** A worker thread of the engine in Node. */
import { type MessagePort, parentPort } from "node:worker_threads";
import { attend } from "./worker.ts";

const port = parentPort as MessagePort;
port.on("message", (attachment) => attend(attachment));
