/**
 * Training: epochs of shuffled batches through one compiled step, told as a stream of events.
 *
 *   for await (const event of fit(network, data, options)) …
 *
 * The last event carries the model with the best weights seen and says why training stopped. Everything random
 * (initial weights, order of rows, dropout) comes from one seed.
 */
import { shuffle, splitRows } from "../data/split.ts";
import type { Engine, Executable } from "../engines/engine.ts";
import type { FloatType } from "../graph/type.ts";
import type { Loss } from "../nn/losses.ts";
import { buffersOf, checkNetwork, initialParameters, type NetworkSpec, parametersOf } from "../nn/network.ts";
import { adam } from "../optim/adam.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { checkDataset, type Dataset, pickRows, rowsOf } from "./dataset.ts";
import { Predictor, type Tensors } from "./predictor.ts";
import { constant, type Schedule } from "./schedules.ts";
import { type StepSpec, stateName, type TrainStep, trainStep } from "./step.ts";

export interface FitOptions {
  readonly engine: Engine;
  readonly loss: Loss;
  /** Adam by default. */
  readonly optimizer?: Optimizer;
  /** Learning rate, > 0 (default the optimiser's own). */
  readonly rate?: number;
  /** Learning rate over time (default constant). It decides the rate alone: `rate` is then not read. */
  readonly schedule?: Schedule;
  /** Most passes over the training rows (default 100). */
  readonly epochs?: number;
  /** Rows in a step (default 32, at most the number of rows). */
  readonly batch?: number;
  /** A whole number that decides everything random (default 0). */
  readonly seed?: number;
  /** Share of the rows to set aside for validation, alike in every class; for data that comes without (default 0). */
  readonly validation?: number;
  /** Stop after this many epochs without a better validation loss (training loss where there is no validation part). */
  readonly patience?: number;
  readonly l1?: number;
  readonly l2?: number;
  readonly clip?: StepSpec["clip"];
  /** Element type of training (default f32). */
  readonly dtype?: FloatType;
  /** Weights to start from instead of the initialisers'. */
  readonly initial?: Tensors;
  /** Stops cleanly at the next slice of work; the best model so far is kept. */
  readonly signal?: AbortSignal;
}

/** Why training ended. */
export type StopReason = "epochs" | "patience" | "aborted" | "diverged";

export interface TrainedModel {
  readonly network: NetworkSpec;
  readonly loss: Loss;
  readonly tensors: Readonly<Record<string, Float64Array>>;
}

export type FitEvent =
  | {
      readonly type: "start";
      readonly parameters: number;
      readonly rows: number;
      readonly stepsPerEpoch: number;
      readonly epochs: number;
      readonly engine: string;
      readonly describePlan: () => string;
    }
  | {
      readonly type: "epoch";
      /** From 1. */
      readonly epoch: number;
      readonly epochs: number;
      readonly rate: number;
      /** Weighted mean of the rows' losses as the epoch met them (regularisers not included). */
      readonly loss: number;
      readonly validationLoss?: number;
      /** Whether the watched loss is the lowest so far. */
      readonly best: boolean;
      readonly seconds: number;
    }
  | {
      readonly type: "end";
      readonly stopped: StopReason;
      readonly epochs: number;
      readonly bestEpoch: number;
      readonly bestLoss: number;
      readonly seconds: number;
      readonly model: TrainedModel;
    };

/**
 * Trains a network on rows.
 * Throws (before any work) DataError on rows that do not fit or are not finite, and Error on a network or option that
 * makes no sense.
 */
export async function* fit(
  network: NetworkSpec,
  data: { readonly train: Dataset; readonly validation?: Dataset },
  options: FitOptions,
): AsyncGenerator<FitEvent, TrainedModel, void> {
  checkNetwork(network);
  const outputs = network.layers[network.layers.length - 1].units;
  checkDataset(data.train, "training rows", network.inputs, outputs, options.loss);
  if (data.validation) checkDataset(data.validation, "validation rows", network.inputs, outputs, options.loss);
  const settings = checkSettings(options, rowsOf(data.train, network.inputs));
  const started = now();
  const { train, validation } = data.validation ? data : setAside(data.train, network, options);
  const trainer = new Trainer(network, train, options, settings);
  const watcher = new Watcher(network, validation, options);

  yield {
    type: "start",
    parameters: parametersOf(network).reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0),
    rows: trainer.rows,
    stepsPerEpoch: trainer.stepsPerEpoch,
    epochs: settings.epochs,
    engine: options.engine.name,
    describePlan: () => trainer.describe(),
  };
  let stopped: StopReason = "epochs";
  let epoch = 0;
  while (epoch < settings.epochs) {
    const result = await trainer.epoch(epoch, options.signal);
    if (result === undefined) {
      stopped = "aborted";
      break;
    }
    epoch++;
    const watched = watcher.look(epoch, result.loss, trainer);
    yield { type: "epoch", epoch, epochs: settings.epochs, ...result, ...watched, seconds: now() - started };
    if (!Number.isFinite(watched.validationLoss ?? result.loss)) stopped = "diverged";
    else if (epoch - watcher.bestEpoch >= settings.patience) stopped = "patience";
    if (stopped !== "epochs") break;
  }
  const model: TrainedModel = { network, loss: options.loss, tensors: watcher.best ?? trainer.tensors() };
  const { bestEpoch, bestLoss } = watcher;
  yield { type: "end", stopped, epochs: epoch, bestEpoch, bestLoss, seconds: now() - started, model };
  return model;
}

/** Splits the rows where the caller has not. Throws RangeError when the share leaves a part without rows. */
function setAside(all: Dataset, network: NetworkSpec, options: FitOptions): { train: Dataset; validation?: Dataset } {
  const { validation = 0, seed = 0, loss } = options;
  if (validation === 0) return { train: all };
  const total = rowsOf(all, network.inputs);
  const rows = Int32Array.from({ length: total }, (_, row) => row);
  const labels = loss.target === "labels" ? { labels: all.y } : {};
  const parts = splitRows({ rows, ...labels, seed, validation, test: 0 });
  return { train: pickRows(all, total, parts.train), validation: pickRows(all, total, parts.validation) };
}

/** Seconds, from an arbitrary start. */
const now = (): number => performance.now() / 1000;

interface Settings {
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
  readonly patience: number;
}

function checkSettings(options: FitOptions, rows: number): Settings {
  const whole = (name: "epochs" | "batch" | "patience", value: number): number => {
    if (value === Number.POSITIVE_INFINITY && name === "patience") return value;
    if (!Number.isInteger(value) || value < 1) throw new RangeError(`${name} must be a whole number ≥ 1, got ${value}`);
    return value;
  };
  for (const name of ["l1", "l2"] as const) {
    const value = options[name] ?? 0;
    if (!(value >= 0 && Number.isFinite(value))) throw new RangeError(`${name} must be a number ≥ 0, got ${value}`);
  }
  const seed = options.seed ?? 0;
  if (!Number.isInteger(seed)) throw new RangeError(`seed must be a whole number, got ${seed}`);
  return {
    epochs: whole("epochs", options.epochs ?? 100),
    batch: Math.min(rows, whole("batch", options.batch ?? 32)),
    seed,
    patience: whole("patience", options.patience ?? Number.POSITIVE_INFINITY),
  };
}

/** How long a slice of steps may hold the event loop, in milliseconds. */
const SLICE = 12;

/** The compiled step with the table in the engine's memory. */
class Trainer {
  readonly rows: number;
  readonly stepsPerEpoch: number;
  readonly #settings: Settings;
  readonly schedule: Schedule;
  readonly #step: TrainStep;
  readonly #executable: Executable;
  readonly #saved: readonly string[];
  /** Steps that take about one slice, learned by measuring. */
  #sliceSteps = 1;
  #sinceYield = now();

  constructor(network: NetworkSpec, train: Dataset, options: FitOptions, settings: Settings) {
    const dtype = options.dtype ?? "f32";
    const optimizer = options.optimizer ?? adam();
    this.rows = rowsOf(train, network.inputs);
    this.stepsPerEpoch = Math.ceil(this.rows / settings.batch);
    this.#settings = settings;
    this.schedule = options.schedule ?? constant(options.rate ?? optimizer.defaultRate);
    // One more row than the table has, of weight zero, fills up the last batch.
    const { loss, l1, l2, clip } = options;
    const sizes = { batch: settings.batch, rows: this.rows + 1 };
    this.#step = trainStep({ network, loss, l1, l2, clip, optimizer, dtype, ...sizes });
    this.#executable = options.engine.compile(this.#step.program, {
      donate: this.#step.carried,
      sequences: {
        rows: this.stepsPerEpoch,
        rate: this.stepsPerEpoch,
        step: this.stepsPerEpoch,
        key: this.stepsPerEpoch,
      },
      records: { loss: this.stepsPerEpoch, weight: this.stepsPerEpoch },
    });
    this.#saved = [...parametersOf(network), ...buffersOf(network)].map(({ name }) => name);
    this.#writeData(network, train, options.loss);
    this.#writeInitial(network, optimizer, settings.seed, options.initial ?? {});
  }

  #writeData(network: NetworkSpec, train: Dataset, loss: Loss): void {
    const withPadding = (values: ArrayLike<number>, width: number): Float64Array => {
      const padded = new Float64Array((this.rows + 1) * width);
      padded.set(Float64Array.from(values));
      return padded;
    };
    const width = loss.target === "labels" ? 1 : network.layers[network.layers.length - 1].units;
    this.#executable.write("data/x", withPadding(train.x, network.inputs));
    this.#executable.write("data/y", withPadding(train.y, width));
    this.#executable.write("data/weight", withPadding(train.weight ?? new Float64Array(this.rows).fill(1), 1));
  }

  #writeInitial(network: NetworkSpec, optimizer: Optimizer, seed: number, initial: Tensors): void {
    const params = initialParameters(network, seed);
    const rate = this.schedule({ step: 0, epoch: 0, steps: this.stepsPerEpoch * this.#settings.epochs });
    for (const [name, values] of Object.entries(params)) {
      this.#executable.write(name, initial[name] ?? values);
      for (const [part, start] of Object.entries(optimizer.state)) {
        this.#executable.write(
          stateName(name, part),
          new Float64Array(values.length).fill(start === "rate" ? rate : start),
        );
      }
    }
    for (const { name, shape, initial: start } of buffersOf(network)) {
      const size = shape.reduce((a, b) => a * b, 1);
      this.#executable.write(name, initial[name] ?? new Float64Array(size).fill(start));
    }
  }

  /** One pass over the rows, epoch from 0; undefined when aborted. */
  async epoch(epoch: number, signal: AbortSignal | undefined): Promise<{ loss: number; rate: number } | undefined> {
    const steps = this.stepsPerEpoch;
    const rate = this.#writeEpoch(epoch);
    for (let first = 0; first < steps; ) {
      if (now() - this.#sinceYield > SLICE / 1000) {
        await nextTurn();
        this.#sinceYield = now();
      }
      if (signal?.aborted) return undefined;
      const count = Math.min(this.#sliceSteps, steps - first);
      const before = now();
      this.#executable.run(count, first);
      const perStep = ((now() - before) * 1000) / count;
      this.#sliceSteps = Math.max(1, Math.min(2 * this.#sliceSteps, Math.floor(SLICE / perStep)));
      first += count;
    }
    const losses = Array.from(this.#executable.read("loss"));
    const weights = Array.from(this.#executable.read("weight"));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const loss = losses.reduce((sum, value, i) => sum + value * weights[i], 0) / (total || 1);
    return { loss, rate };
  }

  /** The epoch's order of rows, rates, step numbers and random keys. */
  #writeEpoch(epoch: number): number {
    const steps = this.stepsPerEpoch;
    const { batch, epochs, seed } = this.#settings;
    const rows = new Int32Array(steps * batch).fill(this.rows);
    rows.set(
      shuffle(
        Int32Array.from({ length: this.rows }, (_, i) => i),
        seed,
        epoch,
      ),
    );
    const numbers = Float64Array.from({ length: steps }, (_, i) => epoch * steps + i);
    const rates = numbers.map((step) => this.schedule({ step, epoch, steps: steps * epochs }));
    this.#executable.write("rows", rows);
    this.#executable.write("rate", rates);
    this.#executable.write(
      "step",
      numbers.map((step) => step + 1),
    );
    this.#executable.write(
      "key",
      Int32Array.from({ length: 2 * steps }, (_, i) => (i % 2 === 0 ? seed : numbers[i >> 1])),
    );
    return rates[steps - 1];
  }

  /** Parameters and running statistics as they stand. */
  tensors(): Record<string, Float64Array> {
    return Object.fromEntries(this.#saved.map((name) => [name, Float64Array.from(this.#executable.read(name))]));
  }

  describe(): string {
    return this.#executable.describe();
  }
}

/** Follows the watched loss and keeps the best weights. */
class Watcher {
  bestEpoch = 0;
  bestLoss = Number.POSITIVE_INFINITY;
  best: Record<string, Float64Array> | undefined;
  readonly #validation: Dataset | undefined;
  readonly #predictor: Predictor | undefined;

  constructor(network: NetworkSpec, validation: Dataset | undefined, options: FitOptions) {
    this.#validation = validation;
    if (validation === undefined) return;
    const rows = rowsOf(validation, network.inputs);
    this.#predictor = new Predictor(options.engine, network, options.loss, rows, options.dtype ?? "f32");
  }

  look(epoch: number, loss: number, trainer: Trainer): { validationLoss?: number; best: boolean } {
    const tensors = trainer.tensors();
    this.#predictor?.load(tensors);
    const validationLoss = this.#validation && this.#predictor?.loss(this.#validation);
    const watched = validationLoss ?? loss;
    const best = watched < this.bestLoss;
    trainer.schedule.observe?.(watched);
    if (best) Object.assign(this, { best: tensors, bestEpoch: epoch, bestLoss: watched });
    return validationLoss === undefined ? { best } : { validationLoss, best };
  }
}

/** Lets timers, signals and I/O run. */
function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { setImmediate?: (f: () => void) => void };
  return new Promise((resolve) => {
    if (setImmediate) setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
