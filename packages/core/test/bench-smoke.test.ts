import { test } from "vitest";
import { wasmEngine } from "../src/engines/wasm/wasm.ts";
import { softmaxCrossEntropy } from "../src/nn/losses.ts";
import { initialParameters } from "../src/nn/network.ts";
import { adam } from "../src/optim/adam.ts";
import { trainStep } from "../src/train/step.ts";
const nets: [number[], number, number][] = [[[4, 16, 3], 32, 20000], [[64, 128, 64, 10], 64, 1000], [[784, 128, 10], 64, 300], [[784, 512, 512, 10], 128, 40]];
test("bench", async () => {
  const engine = await wasmEngine();
  for (const [sizes, batch, steps] of nets) {
    const network = { inputs: sizes[0], layers: sizes.slice(1).map((units, i) => ({ units, activation: i === sizes.length - 2 ? "identity" as const : "relu" as const })) };
    const rows = batch * 4;
    const step = trainStep({ network, loss: softmaxCrossEntropy(), optimizer: adam(), batch, rows, dtype: "f32", l1: undefined, l2: undefined, clip: undefined });
    const t0 = performance.now();
    const exe = engine.compile(step.program, { donate: step.carried, sequences: { rows: steps, rate: steps, step: steps, key: steps }, records: { loss: steps } });
    const compile = performance.now() - t0;
    if (sizes.length === 3 && sizes[0] === 4) console.log(exe.describe());
    for (const [n, v] of Object.entries(initialParameters(network, 1))) exe.write(n, v);
    exe.write("data/x", Float64Array.from({ length: rows * sizes[0] }, (_, i) => Math.sin(i * 12.9898) ));
    exe.write("data/y", Float64Array.from({ length: rows }, (_, i) => i % sizes.at(-1)!));
    exe.write("data/weight", new Float64Array(rows).fill(1));
    exe.write("rows", Int32Array.from({ length: steps * batch }, (_, i) => i % rows));
    exe.write("rate", new Float64Array(steps).fill(0.001));
    exe.write("step", Float64Array.from({ length: steps }, (_, i) => i + 1));
    exe.run(steps);
    let best = Infinity;
    for (let r = 0; r < 5; r++) { const t = performance.now(); exe.run(steps); best = Math.min(best, (performance.now() - t) / steps); }
    const losses = exe.read("loss");
    let flops = 0; for (let l = 1; l < sizes.length; l++) flops += 2 * batch * sizes[l] * sizes[l - 1] * (l === 1 ? 2 : 3);
    console.log(sizes.join("-"), batch, `${(best * 1000).toFixed(2)} µs`, `${(flops / best / 1e6).toFixed(1)} GFLOP/s`, `compile ${compile.toFixed(1)} ms`, losses[0], losses.at(-1));
  }
});
