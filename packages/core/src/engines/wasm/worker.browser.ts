/** A Web Worker of the engine. */
import { attend } from "./worker.ts";

const port = globalThis as unknown as { onmessage: unknown; postMessage(message: unknown): void };
port.onmessage = (event: MessageEvent) => attend(event.data);
// The page, which may not block, waits for this before it needs the worker.
port.postMessage("ready");
