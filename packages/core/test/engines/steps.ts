/** A compiled training step on made-up rows, for tests of engines. */
import type { SyncEngine, SyncExecutable } from "../../src/engines/engine.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { softmaxCrossEntropy } from "../../src/nn/losses.ts";
import { initialParameters, type NetworkSpec } from "../../src/nn/network.ts";
import { adam } from "../../src/optim/first-order/adam.ts";
import { trainStep } from "../../src/train/step.ts";

export interface StepOptions {
  readonly batch: number;
  /** Steps that one run may take. */
  readonly steps: number;
  readonly dtype?: "f32" | "f64";
}

/** Softmax cross-entropy and Adam on 2 · batch rows. */
export function compileStep(engine: SyncEngine, sizes: readonly number[], options: StepOptions): SyncExecutable {
  const { batch, steps, dtype = "f32" } = options;
  const last = sizes.length - 2;
  const layers = sizes
    .slice(1)
    .map((units, i) => ({ units, activation: i === last ? ("identity" as const) : ("tanh" as const) }));
  const network: NetworkSpec = { inputs: sizes[0], layers };
  const rows = 2 * batch;
  const step = trainStep({ network, loss: softmaxCrossEntropy(), optimizer: adam(), batch, rows, dtype });
  const executable = engine.compile(step.program, {
    donate: step.carried,
    sequences: { rows: steps, rate: steps, step: steps, key: steps },
    records: { loss: steps },
  });
  const numbers = (length: number, of: (i: number) => number): Float64Array =>
    Float64Array.from({ length }, (_, i) => of(i));
  for (const [name, values] of Object.entries(initialParameters(network, 1))) executable.write(name, values);
  executable.write(
    "data/x",
    numbers(rows * sizes[0], (i) => Math.sin(7 * i)),
  );
  executable.write(
    "data/y",
    numbers(rows, (i) => i % sizes[sizes.length - 1]),
  );
  executable.write("data/weight", new Float64Array(rows).fill(1));
  executable.write(
    "rows",
    numbers(steps * batch, (i) => i % rows),
  );
  executable.write("rate", new Float64Array(steps).fill(1e-3));
  executable.write(
    "step",
    numbers(steps, (i) => i + 1),
  );
  executable.write("key", new Int32Array(2 * steps));
  for (const name of step.carried.filter((name) => name.includes("/"))) {
    executable.write(name, new Float64Array(sizeOf(step.program.outputs[name].type.shape))); // Adam's state
  }
  return executable;
}
