/** The compiled train step with the table in the engine's memory, and epochs of it in slices that let others run. */

import { compiling, type Executable, elementsOf, productsOf } from "../engines/engine.ts";
import type { Awaitable } from "../graph/work.ts";
import { type NetworkSpec, parametersOf } from "../nn/network.ts";
import { threefry } from "../ops/random.ts";
import type { Optimizer } from "../optim/first-order/optimizer.ts";
import { type Dataset, rowsOf, withSpareRow } from "./dataset.ts";
import { type Chosen, factorIn, type Settings } from "./fit-options.ts";
import type { MadePlans } from "./plan-shelf.ts";
import { constant, type Schedule } from "./schedules.ts";
import { shuffle } from "./split.ts";
import { buildingStep, startState, type TrainStep } from "./step.ts";
import { carriedBy, startTensors, type Tensors } from "./tensors.ts";
import type { EpochResult, Recording, State, Training, TrainingState } from "./training.ts";
import { now, SLICE, type Turns } from "./turns.ts";

/** "drop" in ASCII: keeps these numbers apart from what else is drawn from the same seed. */
const DROPOUT = 0x64726f70;
/** Steps from one checkpoint to the next, at least: to copy what is carried takes as long as 0.3 to 7 steps, so under 1 %. */
const CHECKPOINT = 1000;

/** What each step tells. */
interface Records {
  readonly loss: Float64Array;
  readonly weight: Float64Array;
}
const NOTHING: Records = { loss: new Float64Array(0), weight: new Float64Array(0) };
/** What they are called in a state. */
const [STEP_LOSS, STEP_WEIGHT] = ["steps/loss", "steps/weight"];

type Made = Pick<MadePlans, "step" | "executable">;

export class Trainer implements Training {
  readonly rows: number;
  readonly stepsPerEpoch: number;
  readonly #settings: Settings;
  readonly schedule: Schedule;
  readonly #rateFactor: Float64Array | undefined;
  readonly #step: TrainStep;
  readonly #executable: Executable;
  readonly #saved: readonly string[];
  /** By parameter, where it learns at a multiple of the rate. */
  readonly #factors: ReadonlyMap<string, number>;
  /** Steps that take about one slice, learned by measuring. */
  #sliceSteps = 1;
  readonly #turns: Turns;
  readonly #slice: number;
  #checkpoint: Pick<Recording, "checkpoint"> & {
    readonly passes: { epoch: number; first: number; rates: Float64Array }[];
  } = {
    checkpoint: {},
    passes: [],
  };

  atRest: Training["atRest"];
  /** Steps of the present epoch that are done; what the first of them told where another training did them. */
  #done = 0;
  #told: Records = NOTHING;

  /** What another training of the same shapes may have when this one has ended. */
  get made(): Made {
    return { step: this.#step, executable: this.#executable };
  }

  /** The step is built and compiled in parts, so that a network of many layers does not hold the event loop. */
  static async open(
    network: NetworkSpec,
    train: Dataset,
    options: Chosen,
    optimizer: Optimizer,
    settings: Settings,
    turns: Turns,
    made?: Made,
  ): Promise<Trainer> {
    // One more row than the table has, of weight zero, fills up the last batch.
    const { loss, l1, l2, clip, dtype = "f32" } = options;
    const rows = rowsOf(train, network.inputs);
    const sizes = { batch: settings.batch, rows: rows + 1 };
    const spec = { network, loss, l1, l2, clip, optimizer, dtype: elementsOf(dtype), ...sizes };
    const step = made?.step ?? (await turns.all(buildingStep(spec)));
    const steps = Math.ceil(rows / settings.batch);
    const executable =
      made?.executable ??
      (await turns.all(
        compiling(options.engine, step.program, {
          donate: step.carried,
          sequences: { rows: steps, rate: steps, step: steps, key: steps },
          records: { loss: steps, weight: steps },
          ...productsOf(dtype),
        }),
      ));
    const trainer = new Trainer(step, executable, network, train, options, optimizer, settings, turns);
    await trainer.#write(train, startTensors(network, settings.seed, options.initial), optimizer);
    return trainer;
  }

  private constructor(
    step: TrainStep,
    executable: Executable,
    network: NetworkSpec,
    train: Dataset,
    options: Chosen,
    optimizer: Optimizer,
    settings: Settings,
    turns: Turns,
  ) {
    this.#step = step;
    this.#executable = executable;
    this.rows = rowsOf(train, network.inputs);
    this.stepsPerEpoch = Math.ceil(this.rows / settings.batch);
    this.#settings = settings;
    this.#turns = turns;
    this.#slice = options.slice ?? SLICE;
    this.schedule = options.schedule ?? constant(options.rate ?? optimizer.defaultRate);
    this.#rateFactor = options.rateFactor;
    this.#saved = carriedBy(network).map(({ name }) => name);
    this.#factors = new Map(parametersOf(network).map(({ name, rate = 1 }) => [name, rate]));
  }

  /** The table, and where training starts. */
  async #write(train: Dataset, start: Tensors, optimizer: Optimizer): Promise<void> {
    const { x, y, weight = new Float64Array(this.rows).fill(1) } = train;
    for (const [name, values] of Object.entries({ x, y, weight }))
      await this.#executable.write(`data/${name}`, withSpareRow(values, this.rows));
    const first = this.schedule({ step: 0, epoch: 0, steps: this.stepsPerEpoch * this.#settings.epochs });
    const rateOf = (name: string): number => first * (this.#factors.get(name) ?? 1);
    for (const [name, values] of Object.entries(startState(this.#step, optimizer, start, rateOf)))
      await this.#executable.write(name, values);
    this.#checkpoint = { checkpoint: await this.#read(this.#step.carried), passes: [] };
  }

  /** One pass over the rows, epoch from 0; or "aborted". */
  async epoch(
    epoch: number,
    signal: AbortSignal | undefined,
    beforeLast?: () => Awaitable<void>,
  ): Promise<EpochResult | "aborted"> {
    const steps = this.stepsPerEpoch;
    if (this.#checkpoint.passes.length * steps >= CHECKPOINT)
      this.#checkpoint = { checkpoint: await this.#read(this.#step.carried), passes: [] };
    const factor = this.#rateFactor === undefined ? 1 : factorIn(this.#rateFactor);
    const rates = this.#rates(epoch, factor);
    this.#checkpoint.passes.push({ epoch, first: this.#done, rates });
    for (const [name, values] of Object.entries(this.#sequences(epoch, rates)))
      await this.#executable.write(name, values);
    while (this.#done < steps) {
      const first = this.#done;
      await this.#turns.pass();
      if (signal?.aborted) return "aborted";
      await this.atRest?.();
      if (beforeLast && first === steps - 1) await beforeLast();
      const end = beforeLast && first < steps - 1 ? steps - 1 : steps;
      this.#done += await this.#run(Math.min(this.#sliceSteps, end - first), first);
    }
    const { loss: losses, weight: weights } = await this.#records();
    [this.#done, this.#told] = [0, NOTHING];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const loss = losses.reduce((sum, value, i) => sum + value * weights[i], 0) / (total || 1);
    return { loss, rate: rates[steps - 1], ...(factor !== 1 && { rateFactor: factor }) };
  }

  /** What the epoch's steps told so far. */
  async #records(): Promise<Records> {
    const { loss, weight } = this.#told;
    if (this.#done === loss.length) return this.#told;
    const read = async (name: string, told: Float64Array): Promise<Float64Array> => {
      const all = Float64Array.from(await this.#executable.read(name)).subarray(0, this.#done);
      all.set(told);
      return all;
    };
    return { loss: await read("loss", loss), weight: await read("weight", weight) };
  }

  async state(): Promise<TrainingState> {
    const carried = (await this.#read(this.#step.carried)) as TrainingState["tensors"];
    const { loss, weight } = await this.#records();
    return { numbers: {}, tensors: { ...carried, [STEP_LOSS]: loss, [STEP_WEIGHT]: weight } };
  }

  async restore({ tensors }: TrainingState): Promise<void> {
    for (const name of this.#step.carried) await this.#executable.write(name, tensors[name]);
    const [loss, weight] = [STEP_LOSS, STEP_WEIGHT].map((name) => Float64Array.from(tensors[name]));
    [this.#done, this.#told] = [loss.length, { loss, weight }];
    this.#checkpoint = { checkpoint: await this.#read(this.#step.carried), passes: [] };
  }

  /** Runs so many steps, and learns how many the next slice may have. */
  async #run(count: number, first: number): Promise<number> {
    const before = now();
    await this.#executable.run(count, first);
    const perStep = ((now() - before) * 1000) / count;
    this.#sliceSteps = Math.max(1, Math.min(2 * this.#sliceSteps, Math.floor(this.#slice / perStep)));
    return count;
  }

  #rates(epoch: number, factor: number): Float64Array {
    const steps = this.stepsPerEpoch;
    const progress = { epoch, steps: steps * this.#settings.epochs };
    const rate = (step: number): number => factor * this.schedule({ step, ...progress });
    return Float64Array.from({ length: steps }, (_, i) => rate(epoch * steps + i));
  }

  /** The epoch's order of rows, rates, step numbers and random keys. */
  #sequences(epoch: number, rate: Float64Array): State {
    return { ...sequencesOf(this.rows, this.#settings, epoch), rate };
  }

  async #read(names: readonly string[]): Promise<State> {
    const read = async (name: string) => [name, await this.#executable.read(name)] as const;
    return Object.fromEntries(await Promise.all(names.map(read)));
  }

  async recording(): Promise<Recording> {
    const { checkpoint, passes } = this.#checkpoint;
    return {
      ...{ step: this.#step, executable: this.#executable, steps: this.stepsPerEpoch, checkpoint },
      data: await this.#read(["data/x", "data/y", "data/weight"]),
      passes: passes.map(({ epoch, first, rates }) => ({ epoch, first, sequences: this.#sequences(epoch, rates) })),
    };
  }

  /** Parameters and running statistics as they stand. */
  async tensors(): Promise<Record<string, Float64Array>> {
    const tensors = Object.entries(await this.#read(this.#saved));
    return Object.fromEntries(tensors.map(([name, values]) => [name, Float64Array.from(values)]));
  }

  get threads(): number {
    return this.#executable.threads;
  }

  describe(): string {
    return this.#executable.describe();
  }
}

/** For each step of an epoch which of so many rows it takes [steps, batch], its number t, from 1, and its random key [steps, 2]. */
export function sequencesOf(
  rows: number,
  { batch, seed }: Pick<Settings, "batch" | "seed">,
  epoch: number,
): { readonly rows: Int32Array; readonly step: Float64Array; readonly key: Int32Array } {
  const steps = Math.ceil(rows / batch);
  const places = new Int32Array(rows).map((_, row) => row);
  const order = new Int32Array(steps * batch).fill(rows);
  order.set(shuffle(places, seed, epoch));
  const words = threefry(seed, Math.floor(seed / 2 ** 32), DROPOUT, 0);
  const step = new Float64Array(steps).map((_, i) => epoch * steps + i + 1);
  const key = new Int32Array(2 * steps).map((_, i) => words[i % 2] + (i % 2) * (step[i >> 1] - 1));
  return { rows: order, step, key };
}
