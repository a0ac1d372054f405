/** TensorFlow.js as an entry: node tfjs.js wasm|cpu THREADS [own]; what `own` is stands in tfjs-training.js. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { readProblem } from "../lib/data.js";
import { serve, timed } from "../lib/serve.js";
import { TfjsTraining } from "./tfjs-training.js";

const [backend, threads, gradient] = process.argv.slice(2);
const wasm = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
setWasmPaths(`${join(dirname(wasm))}/`);
if (backend === "wasm") setThreadsCount(Number(threads));

let net;

await serve({
  prepare: async (request) => {
    await tf.setBackend(backend);
    await tf.ready();
    net?.dispose();
    net = new TfjsTraining(tf, gradient === "own", { ...request, ...readProblem(request.dir, request.sizes) });
    return { ready: true, version: tf.version.tfjs };
  },
  check: ({ steps }) => ({ loss: net.run(steps) }),
  run: ({ steps }) => timed(steps, () => net.run(steps)),
});
