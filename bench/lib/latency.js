/** Quantiles of the time of a call, in microseconds, and the first outputs so that entries can be compared. */

/** Outputs that are sent back. */
const COMPARED = 64;

/** `predict` gives all outputs, row by row, or a promise of them. */
export async function latencies(calls, predict) {
  const outputs = Array.from((await predict()).slice(0, COMPARED));
  const times = [];
  for (let i = 0; i < calls; i++) {
    const before = process.hrtime.bigint();
    await predict();
    times.push(Number(process.hrtime.bigint() - before) / 1e3);
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  return { p50: at(0.5), p99: at(0.99), outputs };
}
