/**
 * The machine's memory bandwidth: a worker for each core copies arrays, all at once: by default such as are far larger than its
 * caches. Bytes read and bytes written count, as in an optimizer's pass over its parameters.
 */
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** Of both arrays of a worker. */
const BYTES = 1 << 28;
/** Copied between two looks at the clock, at least. */
const BETWEEN_LOOKS = 1 << 20;
/** Smaller ones would time the call and not the copy. */
const FEWEST_BYTES = 1 << 14;
const SECONDS = 0.4;
const REPEATS = 3;

/**
 * In GB/s: the best of some repeats, since whatever disturbs can only take away.
 * @param options `bytes` that all workers' arrays have together, `seconds` of a repeat, `repeats`
 */
export async function memoryBandwidth(threads, { bytes = BYTES * threads, seconds = SECONDS, repeats = REPEATS } = {}) {
  const copying = { floats: Math.ceil(Math.max(FEWEST_BYTES, bytes / threads) / 8), seconds };
  let best = 0;
  for (let i = 0; i < repeats; i++) {
    const rates = await Promise.all(Array.from({ length: threads }, () => copyInWorker(copying)));
    best = Math.max(
      best,
      rates.reduce((sum, rate) => sum + rate, 0),
    );
  }
  return best;
}

function copyInWorker(copying) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { copying } });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

function copy({ floats, seconds }) {
  const [from, to] = [new Float32Array(floats).fill(1), new Float32Array(floats)];
  const together = Math.ceil(BETWEEN_LOOKS / from.byteLength);
  to.set(from);
  const before = performance.now();
  let copies = 0;
  while (performance.now() - before < 1000 * seconds) {
    for (let i = 0; i < together; i++) to.set(from);
    copies += together;
  }
  return (copies * 2 * from.byteLength) / (performance.now() - before) / 1e6;
}

if (!isMainThread && workerData?.copying) parentPort.postMessage(copy(workerData.copying));
