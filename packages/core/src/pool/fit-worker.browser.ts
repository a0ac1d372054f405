/**
 * A Web Worker of a pool. It loads nothing later, because bundlers that make one file of a worker have no place for more: what
 * that is needed for is the page's own.
 */
import { attend, type Port } from "./fit-worker.ts";

const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent) => void;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
};
const port: Port = {
  post: (messages, transfer) => scope.postMessage(messages, transfer),
  listen: (take) => {
    scope.onmessage = ({ data }) => take(data);
  },
};
const refuse = (): Promise<never> => Promise.reject(new Error("the page's own thread has it"));
attend(port, { trainers: refuse, methods: refuse, algebra: refuse });
