/** One compiled plan with places for several members: whoever has a place is trained there, an epoch of all places at a time. */
import { compiling, type Executable, type TypedValues } from "../engines/engine.ts";
import { program } from "../graph/program.ts";
import { sizeOf } from "../graph/type.ts";
import { settled, type Work } from "../graph/work.ts";
import { targetWidth } from "../nn/losses.ts";
import { forward, outputsOf } from "../nn/network.ts";
import { input } from "../ops/source.ts";
import { type Dataset, rowsOf, withSpareRow } from "../train/dataset.ts";
import { parameterInputs, rowInputs } from "../train/objective.ts";
import { batchesFor, part, sizesOf } from "../train/predictor.ts";
import { buildingStep, type TrainStep } from "../train/step.ts";
import { carriedBy } from "../train/tensors.ts";
import { sequencesOf } from "../train/trainer.ts";
import { now, SLICE, type Turns } from "../train/turns.ts";
import type { Checked, Common } from "./options.ts";
import { stackedProgram } from "./stacked.ts";

/** What a place carries from step to step, by name. */
export type Carried = Readonly<Record<string, TypedValues>>;

/** A member in its place. */
export interface Placed {
  readonly checked: Checked;
  /** The epoch that comes next, from 0. */
  readonly epoch: number;
}

/** What an epoch gave in a place. */
export interface PlaceEpoch {
  readonly loss: number;
  readonly rate: number;
}

/** A rate for a place that nobody has: what comes of it is not looked at. */
const NOBODY = 1;

export class Stack {
  readonly size: number;
  /** Seconds that it took to compile. */
  readonly seconds: number;
  /** Seconds that places cost that nobody had. */
  wasted = 0;
  readonly #common: Common;
  readonly #step: TrainStep;
  readonly #executable: Executable;
  readonly #judge: StackJudge | undefined;
  readonly #saved: readonly string[];
  readonly #turns: Turns;
  /** Steps that take about one slice, learned by measuring. */
  #sliceSteps = 1;
  /** What differs from step to step, written anew for each epoch. */
  readonly #sequences: {
    readonly rows: Int32Array;
    readonly rate: Float64Array;
    readonly step: Float64Array;
    readonly key: Int32Array;
  };

  /** @param penalties which regularisers members have */
  static async open(common: Common, size: number, penalties: Penalties, turns: Turns): Promise<Stack> {
    const { network, train, validation, options, dtype, rows, settings, stepsPerEpoch: steps } = common;
    const since = now();
    const { loss, clip, optimizer, engine } = options;
    const names = (["l1", "l2"] as const).filter((name) => penalties[name]);
    const strengths = names.map((name) => input(name, [], dtype));
    const sizes = { batch: settings.batch, rows: rows + 1 };
    const own = Object.fromEntries(names.map((name, i) => [name, strengths[i]]));
    const spec = { network, loss, clip, optimizer, dtype, ...sizes, ...own };
    const { program: one, carried } = await turns.all(buildingStep(spec, strengths));
    const step = { program: stackedProgram(one, size, (name) => name.startsWith("data/")), carried };
    const executable = await turns.all(
      compiling(engine, step.program, {
        donate: carried,
        sequences: { rows: steps, rate: steps, step: steps, key: steps },
        records: { loss: steps, weight: steps },
      }),
    );
    const { x, y, weight = new Float64Array(rows).fill(1) } = train;
    for (const [name, values] of Object.entries({ x, y, weight }))
      await executable.write(`data/${name}`, withSpareRow(values, rows));
    const judge = validation && new StackJudge(common, validation, size);
    if (judge) await turns.all(judge.opening());
    return new Stack(common, size, step, executable, judge, turns, now() - since);
  }

  private constructor(
    common: Common,
    size: number,
    step: TrainStep,
    executable: Executable,
    judge: StackJudge | undefined,
    turns: Turns,
    seconds: number,
  ) {
    this.size = size;
    this.seconds = seconds;
    this.#common = common;
    this.#step = step;
    this.#executable = executable;
    this.#judge = judge;
    this.#saved = carriedBy(common.network).map(({ name }) => name);
    this.#turns = turns;
    const places = common.stepsPerEpoch * size;
    this.#sequences = {
      rows: new Int32Array(places * common.settings.batch),
      rate: new Float64Array(places),
      step: new Float64Array(places),
      key: new Int32Array(2 * places),
    };
  }

  /** Names of what a place carries. */
  get carried(): readonly string[] {
    return this.#step.carried;
  }

  get threads(): number {
    return this.#executable.threads;
  }

  describe(): string {
    return this.#executable.describe();
  }

  /** What all places carry, place after place. */
  async read(names: readonly string[] = this.#step.carried): Promise<Carried> {
    const read = async (name: string) => [name, await this.#executable.read(name)] as const;
    return Object.fromEntries(await Promise.all(names.map(read)));
  }

  /** Tensors of the models in all places. */
  tensors(): Promise<Carried> {
    return this.read(this.#saved);
  }

  /** Gives every place what it carries, and its regularisers. @param all undefined where nobody has a place */
  async place(all: readonly (Checked | undefined)[], carried: readonly (Carried | undefined)[]): Promise<void> {
    for (const { label: name = "", type } of this.#step.program.inputs) {
      const isStrength = name === "l1" || name === "l2";
      if (isStrength)
        await this.#executable.write(
          name,
          Float64Array.from(all, (own) => own?.[name] ?? 0),
        );
      if (!this.#step.carried.includes(name)) continue;
      const each = sizeOf(type.shape) / this.size;
      const values = new Float64Array(each * this.size);
      for (const [place, own] of carried.entries()) if (own) values.set(own[name], place * each);
      await this.#executable.write(name, values);
    }
  }

  /** One pass over the rows, in every place; or "aborted". */
  async epoch(placed: readonly (Placed | undefined)[], signal?: AbortSignal): Promise<PlaceEpoch[] | "aborted"> {
    const { stepsPerEpoch: steps, options } = this.#common;
    const rates = await this.#writeSequences(placed);
    for (let first = 0; first < steps; ) {
      await this.#turns.pass();
      if (signal?.aborted) return "aborted";
      const count = Math.min(this.#sliceSteps, steps - first);
      const before = now();
      await this.#executable.run(count, first);
      const perStep = ((now() - before) * 1000) / count;
      this.#sliceSteps = Math.max(1, Math.min(2 * this.#sliceSteps, Math.floor((options.slice ?? SLICE) / perStep)));
      first += count;
    }
    const [losses, weights] = [await this.#executable.read("loss"), await this.#executable.read("weight")];
    return placed.map((_, place) => {
      let [total, sum] = [0, 0];
      for (let at = place; at < losses.length; at += this.size) {
        total += weights[at];
        sum += losses[at] * weights[at];
      }
      return { loss: sum / (total || 1), rate: rates[(steps - 1) * this.size + place] };
    });
  }

  /** Orders of rows, rates, step numbers and keys: of each step those of all places side by side. */
  async #writeSequences(placed: readonly (Placed | undefined)[]): Promise<Float64Array> {
    const { stepsPerEpoch: steps, rows: total, settings } = this.#common;
    const { size } = this;
    const { batch } = settings;
    const { rows, rate, step, key } = this.#sequences;
    for (const [place, own] of placed.entries()) {
      const made = own && sequencesOf(total, own.checked.settings, own.epoch);
      const whole = own && { epoch: own.epoch, steps: steps * own.checked.settings.epochs };
      for (let i = 0; i < steps; i++) {
        const at = i * size + place;
        if (own === undefined || made === undefined || whole === undefined) {
          rows.fill(total, at * batch, (at + 1) * batch);
          [rate[at], step[at], key[2 * at], key[2 * at + 1]] = [NOBODY, 1, 0, 0];
          continue;
        }
        rows.set(made.rows.subarray(i * batch, (i + 1) * batch), at * batch);
        key.set(made.key.subarray(2 * i, 2 * i + 2), 2 * at);
        step[at] = made.step[i];
        rate[at] = own.checked.schedule({ ...whole, step: own.epoch * steps + i });
      }
    }
    for (const [name, values] of Object.entries({ rows, rate, step, key })) await this.#executable.write(name, values);
    return rate;
  }

  /** Loss of the validation rows in every place, by its tensors; undefined where there are no such rows. */
  async judge(tensors: Carried): Promise<Float64Array | undefined> {
    return this.#judge && this.#turns.all(this.#judge.judging(tensors));
  }
}

/** Which regularisers members have. */
export type Penalties = Readonly<Record<"l1" | "l2", boolean>>;

/** The mean loss of rows by many members at once: their forward passes in one plan, in parts as `Predictor` takes them. */
class StackJudge {
  readonly #common: Common;
  readonly #data: Dataset;
  readonly #size: number;
  readonly #sizes: readonly number[];
  readonly #plans = new Map<number, Executable>();

  constructor(common: Common, data: Dataset, size: number) {
    const rows = rowsOf(data, common.network.inputs);
    this.#common = common;
    this.#data = { ...data, x: Float64Array.from(data.x), y: Float64Array.from(data.y) };
    this.#size = size;
    this.#sizes = sizesOf(rows, batchesFor(rows));
  }

  *opening(): Work<void> {
    for (const batch of new Set(this.#sizes)) {
      const executable = yield* this.#compiling(batch);
      this.#plans.set(batch, executable);
      if (this.#sizes.length === 1) yield* this.#writing(executable, 0, batch);
    }
  }

  *#compiling(batch: number): Work<Executable> {
    const { network, options, dtype } = this.#common;
    const { loss } = options;
    const { params, buffers } = parameterInputs(network, dtype);
    const { x, y } = rowInputs({ network, loss }, batch, dtype);
    const { output } = forward(network, params, x, { training: false, buffers });
    const inputs = [...Object.values(params), ...Object.values(buffers), x, y];
    const one = program("judge", inputs, { rowLoss: loss.perRow(output, y) });
    yield;
    const { engine } = options;
    return yield* compiling(
      engine,
      stackedProgram(one, this.#size, (name) => name === "x" || name === "y"),
    );
  }

  *#writing(executable: Executable, start: number, batch: number): Work<void> {
    const { network, options } = this.#common;
    const { x, y } = this.#data as { readonly x: Float64Array; readonly y: Float64Array };
    const rows = rowsOf(this.#data, network.inputs);
    const count = Math.min(batch, rows - start);
    for (const [name, values, width] of [
      ["x", x, network.inputs],
      ["y", y, targetWidth(options.loss, outputsOf(network))],
    ] as const)
      yield* settled(executable.write(name, part(values, start * width, count * width, batch * width)));
  }

  *judging(tensors: Carried): Work<Float64Array> {
    const { weight } = this.#data;
    const rows = rowsOf(this.#data, this.#common.network.inputs);
    const totals = new Float64Array(this.#size);
    let weights = 0;
    for (const executable of this.#plans.values())
      for (const [name, values] of Object.entries(tensors)) yield* settled(executable.write(name, values));
    let start = 0;
    for (const batch of this.#sizes) {
      const executable = this.#plans.get(batch) as Executable;
      if (this.#sizes.length > 1) yield* this.#writing(executable, start, batch);
      yield* settled(executable.run());
      const losses = yield* settled(executable.read("rowLoss"));
      const count = Math.min(batch, rows - start);
      for (let i = 0; i < count; i++) {
        const own = weight?.[start + i] ?? 1;
        if (own === 0) continue;
        weights += own;
        for (let place = 0; place < this.#size; place++) totals[place] += own * losses[place * batch + i];
      }
      start += count;
      yield;
    }
    return totals.map((total) => (weights === 0 ? 0 : total / weights));
  }
}
