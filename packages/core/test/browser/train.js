/** What threads.test.ts runs on its pages: trains a small network, and tells how, or why it could not. */
import { fit, losses, wasmEngine } from "/dist/index.js";

const NETWORK = {
  inputs: 20,
  layers: [
    { units: 64, activation: "tanh" },
    { units: 3, activation: "identity" },
  ],
};

export async function train(threads) {
  const x = Float64Array.from({ length: 256 * 20 }, (_, i) => Math.sin(i));
  const y = Float64Array.from({ length: 256 }, (_, i) => i % 3);
  try {
    const engine = await wasmEngine(threads === undefined ? {} : { threads });
    const told = { threads: 0, losses: [] };
    const options = { engine, loss: losses["softmax-cross-entropy"](), epochs: 3 };
    for await (const event of fit(NETWORK, { train: { x, y } }, options)) {
      if (event.type === "start") told.threads = event.threads;
      if (event.type === "epoch") told.losses.push(event.loss);
    }
    return told;
  } catch (error) {
    return error.message;
  }
}
