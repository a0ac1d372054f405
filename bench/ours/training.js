/** The training loop of one net on one of our engines: the table stays in the engine, a step only says which rows. */
import { optimizers, softmaxCrossEntropy, trainStep } from "@chaingrad/core";
import { BATCHES } from "../lib/problem.js";

const RATE = 0.001;

/** Steps of one call of the engine: as an epoch is in real training. A multiple of the batches in the table. */
const SLICE = 250 * BATCHES;

export function networkOf(sizes) {
  const last = sizes.length - 2;
  const layers = sizes.slice(1).map((units, i) => ({ units, activation: i === last ? "identity" : "relu" }));
  return { inputs: sizes[0], layers };
}

export const parametersOf = (layers) =>
  Object.fromEntries(
    layers.flatMap(({ W, b }, i) => [
      [`W${i + 1}`, W],
      [`b${i + 1}`, b],
    ]),
  );

export class Training {
  #executable;
  #carried;
  #parameters;
  #sizes;
  #done = 0;

  constructor(engine, { sizes, batch, x, y, layers }, options = {}) {
    const optimizer = optimizers.adam();
    const spec = { network: networkOf(sizes), loss: softmaxCrossEntropy(), optimizer, batch, rows: y.length };
    const step = trainStep({ ...spec, dtype: "f32" });
    this.#carried = step.carried;
    this.#parameters = parametersOf(layers);
    const sizeOf = ({ type }) => type.shape.reduce((product, size) => product * size, 1);
    this.#sizes = Object.fromEntries(Object.entries(step.program.outputs).map(([name, node]) => [name, sizeOf(node)]));
    this.#executable = engine.compile(step.program, {
      donate: step.carried,
      sequences: { rows: SLICE, rate: SLICE, step: SLICE, key: SLICE },
      records: { loss: SLICE },
      ...options,
    });
    const table = { "data/x": x, "data/y": y, "data/weight": new Float32Array(y.length).fill(1) };
    for (const [name, values] of Object.entries(table)) this.#executable.write(name, values);
    this.#executable.write(
      "rows",
      Int32Array.from({ length: SLICE * batch }, (_, i) => i % y.length),
    );
    this.#executable.write("rate", new Float32Array(SLICE).fill(RATE));
    this.#executable.write("key", new Int32Array(2 * SLICE));
  }

  reset() {
    for (const name of this.#carried) {
      this.#executable.write(name, this.#parameters[name] ?? new Float32Array(this.#sizes[name]));
    }
    this.#done = 0;
  }

  /** Runs `steps` steps; gives the loss of the last one, as it was before that step's update. */
  run(steps) {
    let last = Number.NaN;
    for (let left = steps; left > 0; ) {
      const first = this.#done % SLICE;
      const count = Math.min(left, SLICE - first);
      this.#executable.write("step", this.#stepsFrom(this.#done - first));
      this.#executable.run(count, first);
      last = first + count - 1;
      this.#done += count;
      left -= count;
    }
    return this.#executable.read("loss")[last];
  }

  /** Adam counts steps from 1. */
  #stepsFrom(start) {
    return Float32Array.from({ length: SLICE }, (_, i) => start + i + 1);
  }
}
