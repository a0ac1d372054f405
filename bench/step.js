/**
 * Time of one training step (gather, forward, loss, backward, Adam) on one thread of the embedded engine, f32.
 * A benchmark, not a test: run it on a quiet machine with `npm run bench`.
 */
import { readFileSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { initialParameters, optimizers, softmaxCrossEntropy, trainStep, wasmEngine } from "@chaingrad/core";

const NETS = [
  { sizes: [4, 16, 3], batch: 32, steps: 20_000 },
  { sizes: [64, 128, 64, 10], batch: 64, steps: 1_000 },
  { sizes: [784, 128, 10], batch: 64, steps: 300 },
  { sizes: [784, 512, 512, 10], batch: 128, steps: 40 },
];
const ROUNDS = 7;

/** Multiply-adds count two; the first layer's ∂L/∂X is not needed and not computed. */
function flopsPerStep(sizes, batch) {
  return sizes.slice(1).reduce((sum, out, i) => sum + 2 * batch * out * sizes[i] * (i === 0 ? 2 : 3), 0);
}

function prepare(engine, { sizes, batch, steps }) {
  const last = sizes.length - 2;
  const layers = sizes.slice(1).map((units, i) => ({ units, activation: i === last ? "identity" : "relu" }));
  const network = { inputs: sizes[0], layers };
  const rows = 4 * batch;
  const step = trainStep({
    network,
    loss: softmaxCrossEntropy(),
    optimizer: optimizers.adam(),
    batch,
    rows,
    dtype: "f32",
  });
  const executable = engine.compile(step.program, {
    donate: step.carried,
    sequences: { rows: steps, rate: steps, step: steps, key: steps },
    records: { loss: steps },
  });
  for (const [name, values] of Object.entries(initialParameters(network, 1))) executable.write(name, values);
  const classes = sizes[sizes.length - 1];
  executable.write(
    "data/x",
    Float64Array.from({ length: rows * sizes[0] }, (_, i) => Math.sin(12.9898 * i)),
  );
  executable.write(
    "data/y",
    Int32Array.from({ length: rows }, (_, i) => i % classes),
  );
  executable.write("data/weight", new Float64Array(rows).fill(1));
  executable.write(
    "rows",
    Int32Array.from({ length: steps * batch }, (_, i) => i % rows),
  );
  executable.write("rate", new Float64Array(steps).fill(0.001));
  executable.write(
    "step",
    Float64Array.from({ length: steps }, (_, i) => i + 1),
  );
  return executable;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

// Node 20 has relaxed SIMD behind a flag that may be set until the kernels are compiled; later versions just have it.
const plain = await wasmEngine(new WebAssembly.Module(readFileSync("packages/core/dist/kernels.wasm")));
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");
const relaxed = await wasmEngine(new WebAssembly.Module(readFileSync("packages/core/dist/kernels.relaxed.wasm")));
const runs = NETS.flatMap((net) =>
  Object.entries({ plain, relaxed }).map(([kernels, engine]) => ({
    net,
    kernels,
    executable: prepare(engine, net),
    times: [],
  })),
);
for (const { net, executable } of runs) executable.run(net.steps);
for (let round = 0; round < ROUNDS; round++) {
  for (const { net, executable, times } of runs) {
    const before = performance.now();
    executable.run(net.steps);
    times.push((performance.now() - before) / net.steps);
  }
}
console.log("net                  batch  kernels     µs/step    GFLOP/s   loss, first → last step of the last round");
for (const { net, kernels, executable, times } of runs) {
  const ms = median(times);
  const losses = executable.read("loss");
  const speed = flopsPerStep(net.sizes, net.batch) / ms / 1e6;
  console.log(
    [
      net.sizes.join("-").padEnd(20),
      String(net.batch).padStart(5),
      ` ${kernels.padEnd(7)}`,
      (1000 * ms).toFixed(2).padStart(10),
      speed.toFixed(1).padStart(10),
      `  ${losses[0].toFixed(4)} → ${losses[losses.length - 1].toFixed(4)}`,
    ].join(" "),
  );
}
