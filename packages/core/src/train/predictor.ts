/** Forward only: outputs, predictions and the loss of each row, for any number of rows through a few plans of fixed batch. */
import { checkEngine, compiling, type Engine, type Executable } from "../engines/engine.ts";
import { checkName } from "../given/names.ts";
import { program } from "../graph/program.ts";
import type { FloatType } from "../graph/type.ts";
import { finish, type Work } from "../graph/work.ts";
import { type Loss, type LossName, lossOf } from "../nn/losses.ts";
import { checkNetwork, forward, type NetworkSpec } from "../nn/network.ts";
import { inRange, wholeNumber } from "../nn/options.ts";
import { input } from "../ops/source.ts";
import { checkInputs, checkRows, type Dataset, rowsOf } from "./dataset.ts";
import { parameterInputs } from "./objective.ts";
import { type Tensors, tensorsOf } from "./tensors.ts";

/** A network's outputs on rows, and the same in the target's own terms. */
export interface Predictions {
  /** The network's outputs [rows, outputs]: logits for a cross-entropy. */
  readonly outputs: Float64Array;
  /** In the target's own terms [rows, outputs]: probabilities for a cross-entropy, else the outputs. */
  readonly predictions: Float64Array;
}

/** Predictions on rows with targets, and the weighted mean of the rows' losses. */
export interface Judgement {
  /** In the target's own terms [rows, outputs]. */
  readonly predictions: Float64Array;
  readonly loss: number;
}

/** Rows of the plans: a table goes through the largest in parts, and what is left through the smallest that holds it. */
const BATCHES = [1, 16, 256];

/** A plan of fixed batch, and whether it has the parameters yet. */
interface Pass {
  readonly batch: number;
  readonly executable: Executable;
  loaded: boolean;
}

/** Plans are compiled when they are first needed. */
export class Predictor {
  readonly #engine: Engine;
  readonly #network: NetworkSpec;
  readonly #loss: Loss;
  readonly #dtype: FloatType;
  readonly #outputs: number;
  readonly #batches: readonly number[];
  readonly #forward = new Map<number, Pass>();
  readonly #judge = new Map<number, Pass>();
  #tensors: Tensors = {};
  #isComplete = false;

  /**
   * For tables of at most about `rows` rows (default any number): larger ones are worth no larger plans.
   * Throws RangeError on an engine, a network or a loss that is none.
   */
  constructor(
    engine: Engine,
    network: NetworkSpec,
    loss: Loss | LossName,
    rows: number = BATCHES[BATCHES.length - 1],
    dtype: FloatType = "f32",
  ) {
    checkEngine(engine);
    checkNetwork(network);
    inRange("rows", rows, wholeNumber);
    checkName("dtype", dtype, ["f32", "f64"]);
    this.#engine = engine;
    this.#network = network;
    this.#loss = lossOf(loss);
    this.#dtype = dtype;
    this.#outputs = network.layers[network.layers.length - 1].units;
    const largest = Math.max(1, Math.min(rows, BATCHES[BATCHES.length - 1]));
    this.#batches = [...BATCHES.filter((batch) => batch < largest), largest];
  }

  /** Takes parameters and running statistics, on top of those it has. Throws RangeError on what is no tensor of the network. */
  load(tensors: Tensors): void {
    this.#tensors = { ...this.#tensors, ...tensorsOf("load", this.#network, tensors, true) };
    this.#isComplete = false;
    for (const pass of [...this.#forward.values(), ...this.#judge.values()]) pass.loaded = false;
  }

  /** Throws DataError unless x is a whole number of rows of finite numbers, and where a tensor was not loaded. */
  predict(x: ArrayLike<number>): Predictions {
    const rows = checkInputs(x, "predict", this.#network.inputs);
    const outputs = new Float64Array(rows * this.#outputs);
    const predictions = this.#loss.predict ? new Float64Array(rows * this.#outputs) : outputs;
    for (const { executable, start, count } of this.#parts(x, rows, this.#forward)) {
      executable.run();
      this.#copy(executable, "output", outputs, start, count);
      if (predictions !== outputs) this.#copy(executable, "prediction", predictions, start, count);
    }
    return { outputs, predictions };
  }

  /** Predictions, and the weighted mean of the rows' losses (regularisers not included). Throws as `predict`. */
  judge(data: Dataset): Judgement {
    checkRows(data, "judge", this.#network.inputs, this.#outputs, this.#loss);
    return finish(this.judging(data));
  }

  /** The same of rows that were checked, with pauses while plans are compiled and after each batch for whoever must let others run. */
  *judging(data: Dataset): Work<Judgement> {
    const rows = rowsOf(data, this.#network.inputs);
    const width = this.#loss.target === "labels" ? 1 : this.#outputs;
    const targets = Float64Array.from(data.y);
    const predictions = new Float64Array(rows * this.#outputs);
    let total = 0;
    let weights = 0;
    for (const size of new Set(this.#sizes(rows))) yield* this.#opening(size, this.#judge);
    for (const { executable, batch, start, count } of this.#parts(data.x, rows, this.#judge)) {
      executable.write("y", part(targets, start * width, count * width, batch * width));
      executable.run();
      this.#copy(executable, "prediction", predictions, start, count);
      const losses = executable.read("rowLoss");
      for (let i = 0; i < count; i++) {
        const weight = data.weight?.[start + i] ?? 1;
        if (weight === 0) continue;
        total += weight * losses[i];
        weights += weight;
      }
      yield;
    }
    return { predictions, loss: weights === 0 ? 0 : total / weights };
  }

  #copy(executable: Executable, name: string, to: Float64Array, start: number, count: number): void {
    to.set(executable.read(name).subarray(0, count * this.#outputs), start * this.#outputs);
  }

  /** Writes each part of the rows to a plan, the last one padded with zeros. */
  *#parts(x: ArrayLike<number>, rows: number, passes: Map<number, Pass>) {
    const { inputs } = this.#network;
    const all = ArrayBuffer.isView(x) ? (x as unknown as Float64Array) : Float64Array.from(x);
    let start = 0;
    for (const size of this.#sizes(rows)) {
      const { batch, executable } = this.#ready(this.#pass(size, passes));
      const count = Math.min(batch, rows - start);
      executable.write("x", part(all, start * inputs, count * inputs, batch * inputs));
      yield { executable, batch, start, count };
      start += count;
    }
  }

  /** Of the plans that so many rows go through, one after the other. */
  #sizes(rows: number): number[] {
    const largest = this.#batches[this.#batches.length - 1];
    const whole = Math.floor(rows / largest);
    const left = rows - whole * largest;
    const last = this.#batches.find((candidate) => candidate >= left) ?? largest;
    return [...new Array<number>(whole).fill(largest), ...(left > 0 ? [last] : [])];
  }

  #ready(pass: Pass): Pass {
    if (pass.loaded) return pass;
    if (!this.#isComplete) this.#tensors = tensorsOf("load", this.#network, this.#tensors);
    this.#isComplete = true;
    for (const [name, values] of Object.entries(this.#tensors)) pass.executable.write(name, values);
    pass.loaded = true;
    return pass;
  }

  #pass(batch: number, passes: Map<number, Pass>): Pass {
    return finish(this.#opening(batch, passes));
  }

  *#opening(batch: number, passes: Map<number, Pass>): Work<Pass> {
    const known = passes.get(batch);
    if (known !== undefined) return known;
    const executable = yield* this.#compiling(batch, passes === this.#judge);
    const pass: Pass = { batch, executable, loaded: false };
    passes.set(batch, pass);
    return pass;
  }

  *#compiling(batch: number, judges: boolean): Work<Executable> {
    const [loss, dtype, network] = [this.#loss, this.#dtype, this.#network];
    const { params, buffers } = parameterInputs(network, dtype);
    const x = input("x", [batch, network.inputs], dtype);
    const y = loss.target === "labels" ? input("y", [batch], "i32") : input("y", [batch, this.#outputs], dtype);
    const { output } = forward(network, params, x, { training: false, buffers });
    const prediction = loss.predict?.(output) ?? output;
    const carried = [...Object.values(params), ...Object.values(buffers)];
    const closed = judges
      ? program("judge", [...carried, x, y], { prediction, rowLoss: loss.perRow(output, y) })
      : program("predict", [...carried, x], { output, prediction });
    yield;
    return yield* compiling(this.#engine, closed);
  }
}

/** `count` numbers from `start` on, filled up with zeros to `length`. */
function part(values: Float64Array, start: number, count: number, length: number): Float64Array {
  const own = values.subarray(start, start + count);
  if (count === length) return own;
  const padded = new Float64Array(length);
  padded.set(own);
  return padded;
}
