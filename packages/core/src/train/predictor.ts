/** Forward only: outputs, predictions and the loss of each row, for any number of rows through a few plans of fixed batch. */
import { checkEngine, compiling, type Engine, type Executable, needSync, type SyncEngine } from "../engines/engine.ts";
import { checkName } from "../given/names.ts";
import { program } from "../graph/program.ts";
import type { FloatType } from "../graph/type.ts";
import { awaited, finish, settled, type Work } from "../graph/work.ts";
import { lossOf } from "../nn/loss-of.ts";
import { type Loss, type LossName, predictionWidth, targetWidth } from "../nn/losses.ts";
import { categoriesOf, checkNetwork, forward, type NetworkSpec, outputsOf } from "../nn/network.ts";
import { inRange, wholeNumber } from "../nn/options.ts";
import { checkInputs, checkRows, type Dataset, rowsOf } from "./dataset.ts";
import { parameterInputs, rowInputs } from "./objective.ts";
import { type Carried, carriedBy, type Tensors, tensorsOf } from "./tensors.ts";

/** A network's outputs on rows, and the same in the target's own terms. */
export interface Predictions {
  /** The network's outputs [rows, outputs]: logits for a cross-entropy. */
  readonly outputs: Float64Array;
  /** In the target's own terms [rows, outputs]: probabilities for a cross-entropy, else the outputs; of members, their mean. */
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

/** Of the plans for tables of at most about so many rows. */
export function batchesFor(rows: number): number[] {
  const largest = Math.max(1, Math.min(rows, BATCHES[BATCHES.length - 1]));
  return [...BATCHES.filter((batch) => batch < largest), largest];
}

/** Of the plans that so many rows go through, one after the other. */
export function sizesOf(rows: number, batches: readonly number[]): number[] {
  const largest = batches[batches.length - 1];
  const whole = Math.floor(rows / largest);
  const left = rows - whole * largest;
  const last = batches.find((candidate) => candidate >= left) ?? largest;
  return [...new Array<number>(whole).fill(largest), ...(left > 0 ? [last] : [])];
}

/** A plan of fixed batch, and whether it has the parameters yet. */
interface Pass {
  readonly batch: number;
  readonly executable: Executable;
  loaded: boolean;
}

/** Plans are compiled when they are first needed. `predict` and `judge` need an engine that answers at once. */
export class Predictor<E extends Engine = SyncEngine> {
  readonly #engine: E;
  readonly #network: NetworkSpec;
  readonly #carried: readonly Carried[];
  readonly #loss: Loss;
  readonly #dtype: FloatType;
  readonly #outputs: number;
  readonly #predicted: number;
  readonly #batches: readonly number[];
  readonly #categories: ReadonlyMap<number, number>;
  readonly #forward = new Map<number, Pass>();
  readonly #judge = new Map<number, Pass>();
  #tensors: Tensors = {};
  #isComplete = false;

  /**
   * For tables of at most about `rows` rows (default any number): larger ones are worth no larger plans.
   * Throws RangeError on an engine, a network or a loss that is none.
   */
  constructor(
    engine: E,
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
    this.#carried = carriedBy(network);
    this.#loss = lossOf(loss);
    this.#dtype = dtype;
    this.#outputs = outputsOf(network);
    this.#predicted = predictionWidth(this.#loss, this.#outputs);
    this.#batches = batchesFor(rows);
    this.#categories = categoriesOf(network);
  }

  /** Takes parameters and running statistics, on top of those it has. Throws RangeError on what is no tensor of the network. */
  load(tensors: Tensors): void {
    this.#tensors = { ...this.#tensors, ...tensorsOf("load", this.#carried, tensors, true) };
    this.#isComplete = false;
    for (const pass of [...this.#forward.values(), ...this.#judge.values()]) pass.loaded = false;
  }

  /** Throws DataError unless x is a whole number of rows of finite numbers, and where a tensor was not loaded. */
  predict(this: Predictor<SyncEngine>, x: ArrayLike<number>): Predictions {
    needSync(this.#engine, "predict");
    return finish(this.#predicting(x));
  }

  /** The same as a promise, on any engine: one call after the other. Rejects as `predict` throws. */
  async predictAsync(x: ArrayLike<number>): Promise<Predictions> {
    return awaited(this.#predicting(x));
  }

  /** Compiles the plans of `predict` now, for whoever may not be kept waiting later. Throws where a tensor was not loaded. */
  ready(this: Predictor<SyncEngine>): void {
    needSync(this.#engine, "ready");
    for (const batch of this.#batches) finish(this.#ready(batch, this.#forward));
  }

  *#predicting(x: ArrayLike<number>): Work<Predictions> {
    const rows = checkInputs(x, "predict", this.#network, this.#categories);
    const outputs = new Float64Array(rows * this.#outputs);
    const predictions = this.#loss.predict ? new Float64Array(rows * this.#predicted) : outputs;
    const { inputs } = this.#network;
    const all = float64(x);
    let start = 0;
    for (const size of sizesOf(rows, this.#batches)) {
      const { batch, executable } = yield* this.#ready(size, this.#forward);
      const count = Math.min(batch, rows - start);
      yield* settled(executable.write("x", part(all, start * inputs, count * inputs, batch * inputs)));
      yield* settled(executable.run());
      yield* this.#copy(executable, "output", outputs, start * this.#outputs, count * this.#outputs);
      if (predictions !== outputs) yield* this.#copyPrediction(executable, predictions, start, count);
      start += count;
    }
    return { outputs, predictions };
  }

  /** Predictions, and the weighted mean of the rows' losses (regularisers not included). Throws as `predict`. */
  judge(this: Predictor<SyncEngine>, data: Dataset): Judgement {
    needSync(this.#engine, "judge");
    return finish(this.#judgingChecked(data));
  }

  /** The same as a promise, on any engine: one call after the other. Rejects as `judge` throws. */
  async judgeAsync(data: Dataset): Promise<Judgement> {
    return awaited(this.#judgingChecked(data));
  }

  #judgingChecked(data: Dataset): Work<Judgement> {
    checkRows(data, "judge", this.#network, this.#loss);
    return this.judging(data);
  }

  /** The same of rows that were checked, with pauses while plans are compiled and after each batch for whoever must let others run. */
  *judging(data: Dataset): Work<Judgement> {
    const rows = rowsOf(data, this.#network.inputs);
    const width = targetWidth(this.#loss, this.#outputs);
    const targets = Float64Array.from(data.y);
    const predictions = new Float64Array(rows * this.#predicted);
    let total = 0;
    let weights = 0;
    for (const size of new Set(sizesOf(rows, this.#batches))) yield* this.#opening(size, this.#judge);
    const { inputs } = this.#network;
    const all = float64(data.x);
    let start = 0;
    for (const size of sizesOf(rows, this.#batches)) {
      const { batch, executable } = yield* this.#ready(size, this.#judge);
      const count = Math.min(batch, rows - start);
      yield* settled(executable.write("x", part(all, start * inputs, count * inputs, batch * inputs)));
      yield* settled(executable.write("y", part(targets, start * width, count * width, batch * width)));
      yield* settled(executable.run());
      yield* this.#copyPrediction(executable, predictions, start, count);
      const losses = yield* settled(executable.read("rowLoss"));
      for (let i = 0; i < count; i++) {
        const weight = data.weight?.[start + i] ?? 1;
        if (weight === 0) continue;
        total += weight * losses[i];
        weights += weight;
      }
      start += count;
      yield;
    }
    return { predictions, loss: weights === 0 ? 0 : total / weights };
  }

  #copyPrediction(executable: Executable, to: Float64Array, start: number, count: number): Work<void> {
    return this.#copy(executable, "prediction", to, start * this.#predicted, count * this.#predicted);
  }

  *#copy(executable: Executable, name: string, to: Float64Array, start: number, count: number): Work<void> {
    const values = yield* settled(executable.read(name));
    to.set(values.subarray(0, count), start);
  }

  /** A plan that has the parameters. */
  *#ready(batch: number, passes: Map<number, Pass>): Work<Pass> {
    const pass = passes.get(batch) ?? (yield* this.#opening(batch, passes));
    if (pass.loaded) return pass;
    if (!this.#isComplete) this.#tensors = tensorsOf("load", this.#carried, this.#tensors);
    this.#isComplete = true;
    for (const [name, values] of Object.entries(this.#tensors)) yield* settled(pass.executable.write(name, values));
    pass.loaded = true;
    return pass;
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
    const { x, y } = rowInputs({ network, loss }, batch, dtype);
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

const float64 = (x: ArrayLike<number>): Float64Array =>
  ArrayBuffer.isView(x) ? (x as unknown as Float64Array) : Float64Array.from(x);

/** `count` numbers from `start` on, filled up with zeros to `length`. */
export function part(values: Float64Array, start: number, count: number, length: number): Float64Array {
  const own = values.subarray(start, start + count);
  if (count === length) return own;
  const padded = new Float64Array(length);
  padded.set(own);
  return padded;
}
