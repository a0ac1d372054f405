/**
 * TensorFlow.js as an entry: node tfjs.js wasm|cpu THREADS [own]. Layers as its documentation writes them, with the fused
 * dense kernel (product, bias and relu in one), and its own Adam. Its wasm kernel is slow on transposed operands, which
 * its gradient of a product asks for: "own" gives the layers a gradient that transposes first, as a user could.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { BATCHES, readProblem, transposed } from "../lib/data.js";
import { serve, timed } from "../lib/serve.js";

const [backend, threads, gradient] = process.argv.slice(2);
const wasm = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
setWasmPaths(`${join(dirname(wasm))}/`);
if (backend === "wasm") setThreadsCount(Number(threads));

let net;

function load({ dir, sizes, batch }) {
  const { x, y, layers } = readProblem(dir, sizes);
  const classes = sizes[sizes.length - 1];
  const parameters = layers.map(({ W, b }, i) => {
    const shape = [sizes[i], sizes[i + 1]];
    return { W: tf.variable(tf.tensor2d(transposed(W, shape[1], shape[0]), shape)), b: tf.variable(tf.tensor1d(b)) };
  });
  const labels = tf.tidy(() => tf.oneHot(tf.tensor1d(y, "int32"), classes).toFloat());
  const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-8);
  return { x: tf.tensor2d(x, [y.length, sizes[0]]), labels, parameters, optimizer, batch, done: 0 };
}

const fused = (h, W, bias, activation) => tf.fused.matMul({ a: h, b: W, bias, activation });

/** ∂L/∂z of the layer, and from it ∂L/∂W and ∂L/∂b. */
function pullback(dy, y, h, activation) {
  const dz = activation === "relu" ? dy.mul(tf.step(y)) : dy;
  return { dz, parameters: [tf.matMul(tf.transpose(h), dz), dz.sum(0)] };
}

/** The first layer, whose input needs no gradient. */
const first = (x, activation) =>
  tf.customGrad((W, b, save) => {
    const value = fused(x, W, b, activation);
    save([x, value]);
    return { value, gradFunc: (dy, [x, y]) => pullback(dy, y, x, activation).parameters };
  });

const inner = (activation) =>
  tf.customGrad((h, W, b, save) => {
    const value = fused(h, W, b, activation);
    save([h, W, value]);
    const gradFunc = (dy, [h, W, y]) => {
      const { dz, parameters } = pullback(dy, y, h, activation);
      return [tf.matMul(dz, tf.transpose(W)), ...parameters];
    };
    return { value, gradFunc };
  });

function dense(h, { W, b }, i, activation) {
  if (gradient !== "own") return fused(h, W, b, activation);
  return i === 0 ? first(h, activation)(W, b) : inner(activation)(h, W, b);
}

function loss(start) {
  const { x, labels, parameters, batch } = net;
  let h = x.slice(start, batch);
  parameters.forEach((layer, i) => {
    h = dense(h, layer, i, i === parameters.length - 1 ? "linear" : "relu");
  });
  return tf.losses.softmaxCrossEntropy(labels.slice(start, batch), h);
}

function run(steps) {
  let last = Number.NaN;
  for (let i = 0; i < steps; i++) {
    const start = (net.done++ % BATCHES) * net.batch;
    tf.tidy(() => {
      const value = net.optimizer.minimize(() => loss(start), true);
      if (i === steps - 1) last = value.dataSync()[0];
    });
  }
  return last;
}

await serve({
  prepare: async (request) => {
    await tf.setBackend(backend);
    await tf.ready();
    tf.disposeVariables();
    net = load(request);
    return { ready: true, version: tf.version.tfjs };
  },
  check: ({ steps }) => ({ loss: run(steps) }),
  run: ({ steps }) => timed(steps, () => run(steps)),
});
