/**
 * What telling the gradient's flow costs: the same training with `flow: true` and without, in turns.
 * node bench/flow.js
 */
import { setFlagsFromString } from "node:v8";
import { fit, losses, wasmEngine } from "@chaingrad/core";

// As the command line does it: Node 20 has relaxed SIMD behind a flag.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

const PAIRS = 9;
const SHAPES = [
  { inputs: 9, hidden: [32, 16], outputs: 1, rows: 284, epochs: 3000 },
  { inputs: 64, hidden: [128, 64], outputs: 10, rows: 1258, epochs: 120 },
  { inputs: 784, hidden: [512, 512], outputs: 10, rows: 4000, epochs: 25 },
];

const engine = await wasmEngine();

/** Seconds of training after the start event (which a first measurement and one more plan precede), and what was told. */
async function train({ inputs, hidden, outputs, rows, epochs }, flow) {
  const layers = [
    ...hidden.map((units) => ({ units, activation: "tanh" })),
    { units: outputs, activation: "identity" },
  ];
  const x = Float64Array.from({ length: rows * inputs }, (_, i) => Math.sin(i * 12.9898) * 1.4);
  const y = Float64Array.from({ length: rows * outputs }, (_, i) => Math.cos(i));
  const options = { engine, loss: losses["mean-squared-error"](), epochs, ...(flow && { flow }) };
  const asked = performance.now();
  let [opened, started, told] = [0, 0, 0];
  // biome-ignore lint/suspicious/noFocusedTests: fit trains, it is no test
  for await (const event of fit({ inputs, layers }, { train: { x, y } }, options)) {
    if (event.type === "start") {
      started = performance.now();
      opened = started - asked;
    }
    if (event.type === "epoch" && event.flow) told++;
  }
  return { seconds: (performance.now() - started) / 1000, opened: opened / 1000, told };
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const percent = (share) => `${(100 * share).toFixed(1)} %`;

for (const shape of SHAPES) {
  await train({ ...shape, epochs: 10 }, true);
  const runs = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const [off, on] = pair % 2 === 0 ? [await train(shape), await train(shape, true)] : await turned(shape);
    runs.push({ off, on });
  }
  const steps = Math.ceil(shape.rows / 32) * shape.epochs;
  const share = median(runs.map(({ off, on }) => on.seconds / off.seconds - 1));
  const seconds = median(runs.map(({ off }) => off.seconds));
  const opening = median(runs.map(({ off, on }) => on.opened - off.opened));
  const name = [shape.inputs, ...shape.hidden, shape.outputs].join("-");
  console.log(
    `${name}: ${((1e6 * seconds) / steps).toFixed(1)} µs a step without; with flow ${percent(share)} more ` +
      `(${median(runs.map(({ on }) => on.told))} measurements in ${seconds.toFixed(2)} s), ${Math.round(1000 * opening)} ms at the start`,
  );
}

/** The other one first, so that neither always finds the warmer machine. */
async function turned(shape) {
  const on = await train(shape, true);
  return [await train(shape), on];
}
