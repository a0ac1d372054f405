/**
 * What this machine could do at best: a step's arithmetic at the speed of the fastest large sgemm of the same run, and after it the
 * bytes that Adam moves, at the speed at which as many cores copy arrays of the same size. The formula stands in report/bounds.md.
 */
import { memoryBandwidth } from "../lib/bandwidth.js";
import { ADAM_BYTES, flopsPerStep, netName, parameterCount } from "../lib/nets.js";
import { peakOf } from "./gemm.js";

/** w, g, m and v: what an optimizer's pass goes through, in bytes a parameter. */
const STATE_BYTES = 16;

/** A list of nets, each with its floor in µs for every number of threads in `counts`; undefined without an sgemm of so many. */
export async function measureFloors(context, gemm) {
  context.log("floors: bandwidth at the size of each net");
  const counts = [...new Set([1, context.threads])];
  const floors = [];
  for (const net of context.nets) {
    const [flops, parameters] = [flopsPerStep(net), parameterCount(net)];
    const at = [];
    for (const threads of counts) {
      const bandwidth = await memoryBandwidth(threads, { ...context.copying, bytes: STATE_BYTES * parameters });
      const gflops = peakOf(gemm, threads);
      const us = gflops && flops / gflops / 1e3 + (ADAM_BYTES * parameters) / bandwidth / 1e3;
      at.push({ threads, gflops, bandwidth, us });
    }
    floors.push({ net: netName(net), flops, bytes: ADAM_BYTES * parameters, at });
  }
  return floors;
}
