/** Forward only: outputs, predictions and the loss of each row, for any number of rows through one plan of fixed batch. */
import type { Engine, Executable } from "../engines/engine.ts";
import { program } from "../graph/program.ts";
import type { FloatType } from "../graph/type.ts";
import type { Loss } from "../nn/losses.ts";
import { forward, type NetworkSpec } from "../nn/network.ts";
import { input } from "../ops/source.ts";
import type { Dataset } from "./dataset.ts";
import { rowsOf } from "./dataset.ts";
import { parameterInputs } from "./objective.ts";

/** Parameters and running statistics by name ("W1", "b1", …), row-major. */
export type Tensors = Readonly<Record<string, ArrayLike<number>>>;

export interface Predictions {
  /** The network's outputs [rows, outputs]: logits for a cross-entropy. */
  readonly outputs: Float64Array;
  /** In the target's own terms [rows, outputs]: probabilities for a cross-entropy, else the outputs. */
  readonly predictions: Float64Array;
}

export interface Judgement {
  /** In the target's own terms [rows, outputs]. */
  readonly predictions: Float64Array;
  readonly loss: number;
}

const LARGEST_BATCH = 256;

export class Predictor {
  readonly #network: NetworkSpec;
  readonly #batch: number;
  readonly #outputs: number;
  readonly #labels: boolean;
  readonly #executable: Executable;

  /** Compiles for tables of about `rows` rows. */
  constructor(engine: Engine, network: NetworkSpec, loss: Loss, rows: number, dtype: FloatType) {
    this.#network = network;
    this.#batch = Math.max(1, Math.min(rows, LARGEST_BATCH));
    this.#outputs = network.layers[network.layers.length - 1].units;
    this.#labels = loss.target === "labels";
    const { params, buffers } = parameterInputs(network, dtype);
    const x = input("x", [this.#batch, network.inputs], dtype);
    const y = this.#labels ? input("y", [this.#batch], "i32") : input("y", [this.#batch, this.#outputs], dtype);
    const { output } = forward(network, params, x, { training: false, buffers });
    const inputs = [...Object.values(params), ...Object.values(buffers), x, y];
    const outputs = { output, prediction: loss.predict?.(output) ?? output, rowLoss: loss.perRow(output, y) };
    this.#executable = engine.compile(program("predict", inputs, outputs));
  }

  /** Takes parameters and running statistics. Throws RangeError on an unknown name or a wrong length. */
  load(tensors: Tensors): void {
    for (const [name, values] of Object.entries(tensors)) this.#executable.write(name, values);
  }

  /** Throws DataError when x is no whole number of rows. */
  predict(x: ArrayLike<number>): Predictions {
    const rows = rowsOf({ x, y: [] }, this.#network.inputs);
    const outputs = new Float64Array(rows * this.#outputs);
    const predictions = new Float64Array(rows * this.#outputs);
    this.#eachBatch(x, rows, (start, count) => {
      this.#executable.run();
      this.#copy("output", outputs, start, count);
      this.#copy("prediction", predictions, start, count);
    });
    return { outputs, predictions };
  }

  /** Predictions, and the weighted mean of the rows' losses (regularisers not included). */
  judge(data: Dataset): Judgement {
    const rows = rowsOf(data, this.#network.inputs);
    const width = this.#labels ? 1 : this.#outputs;
    const targets = Float64Array.from(data.y);
    const predictions = new Float64Array(rows * this.#outputs);
    let total = 0;
    let weights = 0;
    this.#eachBatch(data.x, rows, (start, count) => {
      const padded = new Float64Array(this.#batch * width);
      padded.set(targets.subarray(start * width, (start + count) * width));
      this.#executable.write("y", padded);
      this.#executable.run();
      this.#copy("prediction", predictions, start, count);
      const losses = this.#executable.read("rowLoss");
      for (let i = 0; i < count; i++) {
        const weight = data.weight?.[start + i] ?? 1;
        if (weight === 0) continue;
        total += weight * losses[i];
        weights += weight;
      }
    });
    return { predictions, loss: weights === 0 ? 0 : total / weights };
  }

  #copy(name: string, to: Float64Array, start: number, count: number): void {
    to.set(this.#executable.read(name).subarray(0, count * this.#outputs), start * this.#outputs);
  }

  /** Writes each batch of rows, the last one padded with zeros, and calls `use`. */
  #eachBatch(x: ArrayLike<number>, rows: number, use: (start: number, count: number) => void): void {
    const { inputs } = this.#network;
    const all = ArrayBuffer.isView(x) ? (x as unknown as Float64Array) : Float64Array.from(x);
    const padded = new Float64Array(this.#batch * inputs);
    for (let start = 0; start < rows; start += this.#batch) {
      const count = Math.min(this.#batch, rows - start);
      padded.fill(0);
      padded.set(all.subarray(start * inputs, (start + count) * inputs));
      this.#executable.write("x", padded);
      use(start, count);
    }
  }
}
