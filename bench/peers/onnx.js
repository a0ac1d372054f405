/** ONNX Runtime as an entry, prediction only: node onnx.js THREADS. */
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { readProblem } from "../lib/data.js";
import { latencies } from "../lib/latency.js";
import { serve } from "../lib/serve.js";

const threads = Number(process.argv[2]);
const sessions = new Map();

async function session(dir) {
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: "all" };
  if (!sessions.has(dir)) sessions.set(dir, await ort.InferenceSession.create(join(dir, "net.onnx"), options));
  return sessions.get(dir);
}

await serve({
  predict: async ({ dir, sizes, batch, calls }) => {
    const net = await session(dir);
    const rows = readProblem(dir, sizes).x.slice(0, batch * sizes[0]);
    const [output] = net.outputNames;
    const measured = await latencies(calls, async () => {
      const x = new ort.Tensor("float32", rows, [batch, sizes[0]]);
      return (await net.run({ x }))[output].data;
    });
    return { ...measured, version: ort.env.versions.node };
  },
});
