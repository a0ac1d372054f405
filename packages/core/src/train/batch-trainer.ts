/**
 * Steps on batches that the caller chooses, in one piece or in two. Three programs of the same parts (step.ts): the gradient,
 * its application, and both fused. Each is compiled when it is first needed, and has its own memory; what is carried from step
 * to step goes to the next that runs.
 */
import { compiling, type Executable } from "../engines/engine.ts";
import { checkKeys } from "../given/names.ts";
import { DataError, numbersOf } from "../given/numbers.ts";
import type { Expr } from "../graph/expr.ts";
import { type Program, program } from "../graph/program.ts";
import { sizeOf } from "../graph/type.ts";
import { awaited as all, type Work } from "../graph/work.ts";
import { targetInput } from "../nn/losses.ts";
import { type NetworkSpec, parametersOf } from "../nn/network.ts";
import { inRange, positive } from "../nn/options.ts";
import { threefry } from "../ops/random.ts";
import { input } from "../ops/source.ts";
import { sum } from "../ops/sum-broadcast.ts";
import { checkRows, type Dataset } from "./dataset.ts";
import { parameterInputs } from "./objective.ts";
import { type BatchInputs, buildingGradient, buildingUpdate, stateName } from "./step.ts";
import { startTensors } from "./tensors.ts";
import {
  averaged,
  type BatchGradient,
  choose,
  type StepOptions,
  type TrainerChoice,
  type TrainerOptions,
} from "./trainer-options.ts";
import type { State } from "./training.ts";

type Part = "gradient" | "apply" | "step";

interface Pass {
  readonly executable: Executable;
  /** Of what is carried, what it takes and what it gives. */
  readonly takes: readonly string[];
  readonly gives: readonly string[];
  /** The step after which it has what is carried. */
  at: number;
}

/** A trainer that is given one batch at a time: whole steps, or gradient and update apart. */
export class BatchTrainer {
  readonly #choice: TrainerChoice;
  readonly #outputs: number;
  readonly #passes = new Map<Part, Pass>();
  /** What is carried, as it stood when it was last read. */
  #carried: Record<string, State[string] | Float64Array>;
  /** The pass whose memory has what is carried now. */
  #home: Pass | undefined;
  #steps = 0;

  /** As `openTrainer`. */
  constructor(network: NetworkSpec, options: TrainerOptions) {
    const choice = choose(network, options);
    this.#choice = choice;
    const { seed, initial, optimizer, rate } = choice;
    this.#outputs = network.layers[network.layers.length - 1].units;
    const start = startTensors(network, seed, initial);
    this.#carried = Object.fromEntries(
      Object.entries(start).map(([name, values]) => [name, Float64Array.from(values)]),
    );
    for (const { name, rate: factor = 1 } of parametersOf(network))
      for (const [part, first] of Object.entries(optimizer.state))
        this.#carried[stateName(name, part)] = new Float64Array(start[name].length).fill(
          first === "rate" ? factor * rate : first,
        );
  }

  /** Steps taken. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * What rows say of the parameters as they stand; nothing is changed. Rejects with DataError on rows that do not suit.
   * @param part parts of one step that share nothing at random, as on several machines, have different numbers (default 0)
   */
  async gradient(rows: Dataset, part = 0): Promise<BatchGradient> {
    const pass = await this.#ready("gradient");
    await this.#writeRows(pass.executable, rows, part);
    await pass.executable.run();
    const read = async (name: string) => pass.executable.read(name);
    const { params, buffers } = parameterInputs(this.#choice.network, this.#choice.dtype);
    const gradients: Record<string, State[string]> = {};
    for (const name of Object.keys(params)) gradients[name] = await read(`∂L/∂${name}`);
    const statistics: Record<string, State[string]> = {};
    for (const name of Object.keys(buffers)) statistics[name] = await read(name);
    return { loss: (await read("loss"))[0], weight: (await read("weight"))[0], gradients, statistics };
  }

  /**
   * Takes the average of several gradients, each by its rows' weights, clips it, hands it to the optimizer, and takes on its statistics
   * (batch normalisation has those of each batch alone, and their average afterwards). Rejects with RangeError on a gradient that does
   * not fit.
   */
  async apply(gradient: BatchGradient | readonly BatchGradient[], options: StepOptions = {}): Promise<void> {
    const { gradients, statistics } = "gradients" in gradient ? gradient : averaged(gradient);
    const { params, buffers } = parameterInputs(this.#choice.network, this.#choice.dtype);
    const pass = await this.#ready("apply");
    checkKeys("apply", gradients, params, "gradient");
    for (const [name, { type }] of Object.entries(params))
      await pass.executable.write(`∂L/∂${name}`, numbersOf(`apply: '${name}'`, gradients[name], sizeOf(type.shape)));
    await this.#advance(pass, options);
    for (const name of Object.keys(buffers)) this.#carried[name] = Float64Array.from(statistics[name]);
  }

  /** Both at once, as `fit` does; the loss before the step. Rejects with DataError on rows that do not suit. */
  async step(rows: Dataset, options: StepOptions = {}): Promise<number> {
    const pass = await this.#ready("step");
    await this.#writeRows(pass.executable, rows, 0);
    await this.#advance(pass, options);
    return (await pass.executable.read("loss"))[0];
  }

  /** Parameters and running statistics as they stand. */
  async tensors(): Promise<Record<string, Float64Array>> {
    await this.#fetch();
    const { params, buffers } = parameterInputs(this.#choice.network, this.#choice.dtype);
    const names = [...Object.keys(params), ...Object.keys(buffers)];
    return Object.fromEntries(names.map((name) => [name, Float64Array.from(this.#carried[name])]));
  }

  async #advance(pass: Pass, { rate = this.#choice.rate }: StepOptions): Promise<void> {
    await pass.executable.write("rate", [inRange("rate", rate, positive)]);
    await pass.executable.write("step", [this.#steps + 1]);
    await pass.executable.run();
    this.#steps++;
    [this.#home, pass.at] = [pass, this.#steps];
  }

  async #writeRows(executable: Executable, rows: Dataset, part: number): Promise<void> {
    const { network, loss, batch, seed } = this.#choice;
    const count = checkRows(rows, "batch", network, loss);
    if (count > batch) throw new DataError(`batch: the trainer was opened for ${batch} rows at most, got ${count}`);
    const { x, y, weight = new Float64Array(count).fill(1) } = rows;
    for (const [name, values] of Object.entries({ x, y, weight })) {
      const whole = new Float64Array(count === 0 ? 0 : (values.length / count) * batch);
      whole.set(Float64Array.from(values));
      await executable.write(name, whole);
    }
    await executable.write("key", Int32Array.from(threefry(seed, Math.floor(seed / 2 ** 32), this.#steps, part)));
  }

  /** A pass that has what is carried. */
  async #ready(part: Part): Promise<Pass> {
    const pass = this.#passes.get(part) ?? (await all(this.#compiling(part)));
    this.#passes.set(part, pass);
    if (pass.at === this.#steps) return pass;
    await this.#fetch();
    for (const name of pass.takes) await pass.executable.write(name, this.#carried[name]);
    pass.at = this.#steps;
    return pass;
  }

  async #fetch(): Promise<void> {
    const home = this.#home;
    if (home === undefined) return;
    for (const name of home.gives) this.#carried[name] = await home.executable.read(name);
    this.#home = undefined;
  }

  *#compiling(part: Part): Work<Pass> {
    const { program: closed, takes, gives } = yield* buildingPart(this.#choice, this.#outputs, part);
    const executable = yield* compiling(this.#choice.engine, closed, { donate: gives, ...this.#choice.products });
    return { executable, takes, gives, at: -1 };
  }
}

function* buildingPart(
  choice: TrainerChoice,
  outputs: number,
  part: Part,
): Work<{ program: Program; takes: string[]; gives: string[] }> {
  const { network, loss, batch, dtype } = choice;
  const inputs = parameterInputs(network, dtype);
  const names = Object.keys(inputs.params);
  const rows: BatchInputs = {
    x: input("x", [batch, network.inputs], dtype),
    target: targetInput(loss, "y", batch, outputs, dtype),
    weight: input("weight", [batch], dtype),
    key: input("key", [2], "i32"),
  };
  const hyper = { rate: input("rate", [], dtype), step: input("step", [], dtype) };
  const given = names.map((name) => input(`∂L/∂${name}`, inputs.params[name].type.shape, dtype));
  const made = part === "apply" ? undefined : yield* buildingGradient(choice, inputs, rows);
  const update =
    part === "gradient" ? undefined : yield* buildingUpdate(choice, inputs.params, made?.gradients ?? given, hyper);
  const carried = { ...update?.carried, ...(update && made?.buffers) };
  const taken = [
    ...Object.values(inputs.params),
    ...(update?.state ?? []),
    ...(made ? Object.values(inputs.buffers) : []),
  ];
  const others = [...(made ? Object.values(rows) : given), ...(update ? Object.values(hyper) : [])];
  const told = update
    ? carried
    : {
        ...made?.buffers,
        ...Object.fromEntries(names.map((name, i) => [`∂L/∂${name}`, made?.gradients[i] ?? given[i]])),
      };
  const lossAndWeight: Record<string, Expr> = made ? { loss: made.loss, weight: sum(rows.weight) } : {};
  return {
    program: program(part, [...taken, ...others], { ...lossAndWeight, ...told }),
    takes: taken.map(({ label }) => label as string),
    gives: Object.keys(carried),
  };
}

/**
 * A trainer of batches that the caller chooses, in steps of two halves or of one piece. Throws RangeError on a network or an option that makes no sense.
 *
 *   const trainer = openTrainer(network, { engine, loss: "huber", batch: 64 });
 *   const gradient = await trainer.gradient(rows);       // on each machine, of its own rows
 *   await trainer.apply(gradients);          // on each machine, the same
 */
export function openTrainer(network: NetworkSpec, options: TrainerOptions): BatchTrainer {
  return new BatchTrainer(network, options);
}
