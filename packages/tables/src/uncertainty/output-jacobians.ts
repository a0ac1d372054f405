/** A network's outputs on rows with their Jacobians by some of its parameters, batch by batch in float64. */
import {
  forward,
  input,
  type Model,
  type NetworkTensor,
  outputsOf,
  program,
  type SyncEngine,
  type SyncExecutable,
} from "@chaingrad/core";
import { rowJacobian } from "@chaingrad/core/curvature";
import { parameterInputs } from "@chaingrad/core/net";

/** Of some rows. */
export interface OutputJacobians {
  /** The place of the first, from 0, and how many. */
  readonly start: number;
  readonly count: number;
  /** [count, outputs], row-major: logits where these are classes'. */
  readonly outputs: Float64Array;
  /** ∂output/∂θ, [count · outputs, parameters] */
  readonly jacobian: Float64Array;
}

/** Numbers of a batch's Jacobian: 8 MB. */
const MOST = 2 ** 20;
/** Rows in a plan: more are no faster. */
const BATCH = 128;

export class JacobianRows {
  readonly outputs: number;
  readonly #batch: number;
  readonly #inputs: number;
  readonly #executable: SyncExecutable;

  /** @param parameters those that it is differentiated by, in this order */
  constructor({ network, tensors }: Model, engine: SyncEngine, parameters: readonly NetworkTensor[], size: number) {
    this.outputs = outputsOf(network);
    this.#inputs = network.inputs;
    this.#batch = Math.max(1, Math.min(BATCH, Math.floor(MOST / (this.outputs * size))));
    const { params, buffers } = parameterInputs(network, "f64");
    const x = input("x", [this.#batch, network.inputs], "f64");
    const one = input("one row", [1, network.inputs], "f64");
    const { output } = forward(network, params, one, { training: false, buffers });
    const jacobian = rowJacobian(
      output,
      parameters.map(({ name }) => params[name]),
      new Map([[one, x]]),
    );
    const outputs = forward(network, params, x, { training: false, buffers }).output;
    const carried = [...Object.values(params), ...Object.values(buffers)];
    this.#executable = engine.compile(program("outputs with their Jacobians", [...carried, x], { outputs, jacobian }));
    for (const { label = "" } of carried) this.#executable.write(label, tensors[label]);
  }

  /** @param x features, [rows, inputs]: the last batch is filled up with rows that nobody gets */
  *of(x: Float64Array): Generator<OutputJacobians, void, void> {
    const rows = x.length / this.#inputs;
    for (let start = 0; start < rows; start += this.#batch) {
      const count = Math.min(this.#batch, rows - start);
      const own = new Float64Array(this.#batch * this.#inputs);
      own.set(x.subarray(start * this.#inputs, (start + count) * this.#inputs));
      this.#executable.write("x", own);
      this.#executable.run();
      const read = (name: string): Float64Array => {
        const all = this.#executable.read(name) as Float64Array;
        return all.subarray(0, (all.length / this.#batch) * count);
      };
      yield { start, count, outputs: read("outputs"), jacobian: read("jacobian") };
    }
  }
}
