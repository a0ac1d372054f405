/**
 * The machine's memory bandwidth: a worker for each core copies arrays far larger than its caches, all at once. Bytes
 * read and bytes written count, as in an optimizer's pass over its parameters.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const FLOATS = 1 << 25;
const SECONDS = 0.4;
const REPEATS = 3;

/** In GB/s: the best of some repeats, since whatever disturbs can only take away. */
export async function memoryBandwidth(threads) {
  let best = 0;
  for (let i = 0; i < REPEATS; i++) {
    const rates = await Promise.all(Array.from({ length: threads }, copyInWorker));
    best = Math.max(
      best,
      rates.reduce((sum, rate) => sum + rate, 0),
    );
  }
  return best;
}

function copyInWorker() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: "copy" });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function copy() {
  const [from, to] = [new Float32Array(FLOATS).fill(1), new Float32Array(FLOATS)];
  to.set(from);
  const before = performance.now();
  let copies = 0;
  while (performance.now() - before < 1000 * SECONDS) {
    to.set(from);
    copies++;
  }
  return (copies * 2 * from.byteLength) / (performance.now() - before) / 1e6;
}

if (!isMainThread && workerData === "copy") parentPort.postMessage(copy());
