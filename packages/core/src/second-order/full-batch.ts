/** Training by a minimizer: each epoch is one accepted step on all rows. Loaded only when a network is trained so. */

import { NonFiniteError } from "../diagnosis/first-fault/first-fault.ts";
import { type LinearAlgebra, linearAlgebraOf, plainLinearAlgebra } from "../linalg/linear-algebra.ts";
import { randomIn } from "../nn/layers/traits.ts";
import { layersOf, type NetworkSpec } from "../nn/network.ts";
import type { Ending, Iteration, Memory, Minimizer, Tolerances } from "../optim/minimizers/minimizer.ts";
import { judgedEnding, scaledGradient } from "../optim/minimizers/stationarity.ts";
import type { Dataset } from "../train/dataset.ts";
import type { ChosenSync, Settings } from "../train/fit-options.ts";
import { constant, type Schedule } from "../train/schedules.ts";
import { startTensors } from "../train/tensors.ts";
import type { EpochResult, Training, TrainingState } from "../train/training.ts";
import type { Turns } from "../train/turns.ts";
import { checkSize } from "./minimize.ts";
import { NetworkProblem } from "./network-problem.ts";

/** What names of it begin with in a state. */
const MEMORY = "memory/";

export class FullBatchTrainer implements Training {
  readonly stepsPerEpoch = 1;
  readonly schedule: Schedule = constant(1);
  readonly #problem: NetworkProblem;
  readonly #minimizer: Minimizer;
  #iterations: Generator<Iteration, Ending>;
  atRest: Training["atRest"];
  readonly #turns: Turns;
  readonly #tolerances: Tolerances;
  #start: Float64Array;
  #x: Float64Array;
  /** What the minimizer carries, from its first step on. */
  #memory: (() => Memory) | "unsaid" | undefined;

  /** Throws RangeError on options that make no sense with a minimizer, NonFiniteError when the loss is not finite at first. */
  static async open(
    network: NetworkSpec,
    train: Dataset,
    options: ChosenSync,
    minimizer: Minimizer,
    settings: Settings,
    turns: Turns,
  ): Promise<FullBatchTrainer> {
    checkSuits(network, options, minimizer);
    // Who asks for gradients or products alone factorises nothing.
    const factorises = minimizer.needs.some((need) => need !== "hvp");
    const linearAlgebra = factorises ? await linearAlgebraOf(options.engine) : plainLinearAlgebra;
    return new FullBatchTrainer(network, train, options, minimizer, settings, turns, linearAlgebra);
  }

  private constructor(
    network: NetworkSpec,
    train: Dataset,
    options: ChosenSync,
    minimizer: Minimizer,
    settings: Settings,
    turns: Turns,
    linearAlgebra: LinearAlgebra,
  ) {
    this.#problem = new NetworkProblem(network, train, options, linearAlgebra);
    checkSize(minimizer, this.#problem.size);
    this.#turns = turns;
    this.#x = this.#problem.pack(startTensors(network, settings.seed, options.initial));
    const first = this.#problem.value(this.#x);
    if (!Number.isFinite(first)) throw new NonFiniteError("the loss at the start", first, undefined);
    const { objective = 0, gradient = 0 } = options.tolerances ?? {};
    this.#tolerances = { objective, gradient };
    this.#start = this.#x;
    this.#minimizer = minimizer;
    this.#iterations = minimizer.iterate(this.#problem, this.#x, this.#tolerances);
  }

  get rows(): number {
    return this.#problem.rows;
  }

  get threads(): number {
    return this.#problem.threads;
  }

  /** One step that was taken; what was tried before it counts to its time. */
  async epoch(_: number, signal: AbortSignal | undefined): Promise<EpochResult | "aborted" | "converged" | "stalled"> {
    for (;;) {
      await this.#turns.pass();
      if (signal?.aborted) return "aborted";
      await this.atRest?.();
      const next = this.#iterations.next();
      if (next.done) return this.#judge(next.value);
      const { memory, ...told } = next.value;
      this.#x = told.x;
      this.#memory = memory ?? "unsaid";
      if (!told.accepted) continue;
      const iteration = { ...told, evaluations: { ...this.#problem.evaluations } };
      return { loss: this.#problem.dataLoss(this.#x), rate: told.stepLength ?? 1, iteration };
    }
  }

  #judge(ending: Ending): "converged" | "stalled" {
    const scaled = scaledGradient(this.#problem, this.#x, this.#start);
    const judged = judgedEnding(this.#problem, this.#x, scaled, ending, this.#tolerances);
    return judged === "stalled" ? "stalled" : "converged";
  }

  tensors(): Record<string, Float64Array> {
    return this.#problem.unpack(this.#x);
  }

  state(): TrainingState {
    if (this.#memory === "unsaid")
      throw new RangeError(
        `checkpoint: the minimizer '${this.#minimizer.name}' does not say what it carries (Iteration.memory), so nobody could go on`,
      );
    const tensors: Record<string, Float64Array> = { x: this.#x.slice(), start: this.#start.slice() };
    const numbers: Record<string, number> = { ...this.#problem.evaluations };
    for (const [name, own] of Object.entries(this.#memory?.() ?? {}))
      if (typeof own === "number") numbers[MEMORY + name] = own;
      else tensors[MEMORY + name] = own.slice();
    return { numbers, tensors };
  }

  restore({ numbers, tensors }: TrainingState): void {
    [this.#x, this.#start] = [Float64Array.from(tensors.x), Float64Array.from(tensors.start)];
    const { values, products, matrices } = numbers;
    Object.assign(this.#problem.evaluations, { values, products, matrices });
    const memory = Object.entries({ ...numbers, ...tensors }).flatMap(([name, own]) =>
      name.startsWith(MEMORY)
        ? [[name.slice(MEMORY.length), typeof own === "number" ? own : Float64Array.from(own)]]
        : [],
    );
    const known: Memory | undefined = memory.length === 0 ? undefined : Object.fromEntries(memory);
    this.#memory = known && (() => known);
    this.#iterations = this.#minimizer.iterate(this.#problem, this.#x, this.#tolerances, known);
  }

  describe(): string {
    return this.#problem.describe();
  }
}

function checkSuits(network: NetworkSpec, options: ChosenSync, { name }: Minimizer): void {
  const refuse = (what: string, why: string): never => {
    throw new RangeError(`${what} does not go with the optimizer '${name}': ${why}`);
  };
  for (const layer of layersOf(network)) {
    const random = randomIn(layer);
    if (random) refuse(random, "it needs the same loss each time it asks; use a first-order optimizer");
    if (layer.buffers.length > 0)
      refuse(`${layer.spec.normalisation ?? layer.kind.name} normalisation`, "use layer normalisation");
  }
  if (options.l1) refuse("l1", "|W| has no curvature at 0; use l2");
  if (options.rate !== undefined || options.schedule || options.rateFactor)
    refuse("a learning rate", "it finds the length of each step itself");
  if (options.clip) refuse("clipping", "it rejects steps that do not lower the loss");
  if (options.batch !== undefined) refuse("a batch", "each step uses all rows; leave it out, or use kfac");
  if (options.dtype !== undefined && options.dtype !== "f64") refuse(options.dtype, "it computes in f64");
}
