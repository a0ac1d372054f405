/**
 * Training by K-FAC (optim/kfac.ts): a compiled step over mini-batches, and between steps the factors' running averages and
 * their inverses. Loaded only when a network is trained so. The rows of an epoch are dealt out evenly: a model made of the
 * few rows that a last batch may be left with foretells nothing.
 */
import { rowGaussNewton } from "../../autodiff/curvature.ts";
import { gradients } from "../../autodiff/reverse.ts";
import type { SyncExecutable } from "../../engines/engine.ts";
import { type Expr, label } from "../../graph/expr.ts";
import { program } from "../../graph/program.ts";
import { sizeOf } from "../../graph/type.ts";
import { type LinearAlgebra, linearAlgebraOf } from "../../linalg/linear-algebra.ts";
import { isAffine, randomIn } from "../../nn/layers/traits.ts";
import { type Layer, layersOf, type NetworkSpec, parametersOf } from "../../nn/network.ts";
import { matmul } from "../../ops/matmul.ts";
import { add, div, mul, sub } from "../../ops/ring.ts";
import { gatherRows } from "../../ops/rows.ts";
import { lessEqual, where } from "../../ops/select.ts";
import { reshape } from "../../ops/shape.ts";
import { fill, input } from "../../ops/source.ts";
import { sum } from "../../ops/sum-broadcast.ts";
import {
  accepts,
  adapted,
  invertFactors,
  type Kfac,
  MEMORY,
  memory,
  pace,
  precondition,
  rescaled,
} from "../../optim/kfac.ts";
import { type Dataset, rowsOf, withSpareRow } from "../../train/dataset.ts";
import type { ChosenSync, Settings } from "../../train/fit-options.ts";
import { type Objective, objective, parameterInputs, rowInputs } from "../../train/objective.ts";
import { constant, type Schedule } from "../../train/schedules.ts";
import { shuffle } from "../../train/split.ts";
import { startTensors } from "../../train/tensors.ts";
import type { EpochResult, Training, TrainingState } from "../../train/training.ts";
import type { Turns } from "../../train/turns.ts";
import { joined, layerInputs, parted, widths } from "./layers.ts";

/** The first steps invert the factors each time. */
const EAGER = 10;
/** Rows of a batch, at most, unless told. */
const KFAC_BATCH = 256;

/** What a parameter's name goes on with where δ₀ and m are meant. */
const PREVIOUS = "/previous";
const MEAN = "/mean";

/** What the graphs of a step and of the factors start from. */
interface Batch {
  readonly data: ReturnType<typeof rowInputs>;
  readonly rows: Expr;
  readonly x: Expr;
  readonly target: Expr;
  readonly weight: Expr;
}

/** What a step leaves to the next one, but for the parameters. */
interface State {
  /** δ₀ and m of each parameter. */
  readonly previous: readonly Expr[];
  readonly means: readonly Expr[];
  /** The share of the batch's gradient in the new m. */
  readonly fresh: Expr;
  /** λ, and the decrease that was foretold of δ₀. */
  readonly damping: Expr;
  readonly foretold: Expr;
}

export class KfacTrainer implements Training {
  readonly rows: number;
  readonly stepsPerEpoch: number;
  readonly schedule: Schedule = constant(1);
  readonly #network: NetworkSpec;
  readonly #layers: readonly Layer[];
  readonly #options: ChosenSync;
  readonly #kfac: Kfac;
  readonly #settings: Settings;
  readonly #turns: Turns;
  readonly #algebra: LinearAlgebra;
  readonly #params: Readonly<Record<string, Expr>>;
  readonly #names: readonly string[];
  readonly #step: SyncExecutable;
  readonly #factors: SyncExecutable;
  atRest: Training["atRest"];
  #steps = 0;
  #refreshes = 0;
  /** Losses and weights of the present epoch's steps, where another training did them. */
  #told: { loss: Float64Array; weight: Float64Array } = { loss: new Float64Array(0), weight: new Float64Array(0) };
  #averages: { A: Float64Array; G: Float64Array }[] = [];

  /** Throws RangeError on options that make no sense with K-FAC. */
  static async open(
    network: NetworkSpec,
    train: Dataset,
    options: ChosenSync,
    kfac: Kfac,
    settings: Settings,
    turns: Turns,
  ): Promise<KfacTrainer> {
    return new KfacTrainer(network, train, options, kfac, settings, turns, await linearAlgebraOf(options.engine));
  }

  private constructor(
    network: NetworkSpec,
    train: Dataset,
    options: ChosenSync,
    kfac: Kfac,
    settings: Settings,
    turns: Turns,
    linearAlgebra: LinearAlgebra,
  ) {
    this.#layers = layersOf(network);
    checkSuits(this.#layers, options);
    this.rows = rowsOf(train, network.inputs);
    this.stepsPerEpoch = Math.ceil(this.rows / (options.batch ?? KFAC_BATCH));
    this.#settings = { ...settings, batch: Math.ceil(this.rows / this.stepsPerEpoch) };
    [this.#network, this.#options, this.#kfac, this.#turns] = [network, options, kfac, turns];
    this.#algebra = linearAlgebra;
    this.#params = parameterInputs(network, "f64").params;
    this.#names = Object.keys(this.#params);
    this.#step = this.#compileStep();
    this.#factors = this.#compileFactors();
    this.#write(train);
  }

  get threads(): number {
    return Math.max(this.#step.threads, this.#factors.threads);
  }

  #batch(): Batch {
    const data = rowInputs({ network: this.#network, ...this.#options }, this.rows + 1, "f64", "data/");
    const { x, y, weight } = data;
    const rows = input("rows", [this.#settings.batch], "i32");
    const gathered = {
      x: label(gatherRows(x, rows), "x"),
      target: gatherRows(y, rows),
      weight: gatherRows(weight, rows),
    };
    return { data, rows, ...gathered };
  }

  #objective(params: Readonly<Record<string, Expr>>, { x, target, weight }: Batch): Objective {
    const { loss, l2 } = this.#options;
    const spec = { network: this.#network, loss, l2 };
    return objective(spec, { params, buffers: {} }, { x, target }, { training: false, weight });
  }

  /** Tensors by parameter's name, from those in order. */
  #named(tensors: readonly Expr[], suffix = ""): Record<string, Expr> {
    return Object.fromEntries(this.#names.map((name, i) => [name + suffix, tensors[i]]));
  }

  #compileStep(): SyncExecutable {
    const batch = this.#batch();
    const params = Object.values(this.#params);
    const { l2 = 0 } = this.#options;
    const before = this.#objective(this.#params, batch);
    const state = this.#stateInputs();
    const inverses = this.#inverseInputs();
    const last = this.#objective(this.#named(params.map((own, i) => sub(own, state.previous[i]))), batch);
    const decrease = sub(last.loss, before.loss);
    const damping = adapted(state.damping, decrease, state.foretold, pace(this.stepsPerEpoch));
    const gradient = gradients(before.loss, params);
    const means = state.means.map((old, i) => add(old, mul(state.fresh, sub(gradient[i], old))));
    const proposed = parted(
      this.#layers,
      joined(this.#layers, this.#named(means)).map((mean, l) => precondition({ gradient: mean, ...inverses[l] })),
    );
    const { step, predicted, alpha } = rescaled({
      ...{ loss: before.dataLoss, output: before.output, wrt: params, gradient, previous: state.previous, damping },
      proposal: this.#names.map((name) => proposed[name]),
      decay: params.map(({ within }) => (within?.role === "weight" ? l2 : 0)),
    });
    const next = params.map((own, i) => add(own, step[i]));
    const accepted = accepts(before.loss, this.#objective(this.#named(next), batch).loss, predicted);
    return this.#compiled(
      inverses.flatMap(({ inverseA, inverseG }) => [inverseA, inverseG]),
      batch,
      state,
      {
        ...{ alpha, loss: before.dataLoss, weight: sum(batch.weight) },
        damping: mul(where(accepted, 1, 4), damping),
        foretold: where(accepted, predicted, 0),
        ...this.#named(chosen(accepted, next, params)),
        ...this.#named(chosen(accepted, step), PREVIOUS),
        // What is no number would stay in a mean for good.
        ...this.#named(chosen(lessEqual(before.loss, Number.MAX_VALUE), means, state.means), MEAN),
      },
    );
  }

  #compiled(inverses: readonly Expr[], batch: Batch, state: State, outputs: Record<string, Expr>): SyncExecutable {
    const { fresh, previous, means, damping, foretold } = state;
    const donated = [...Object.values(this.#params), ...previous, ...means, damping, foretold];
    const inputs = [...donated, fresh, ...inverses, ...Object.values(batch.data), batch.rows];
    const steps = this.stepsPerEpoch;
    return this.#options.engine.compile(program("kfac step", inputs, outputs), {
      donate: donated.map((node) => node.label as string),
      sequences: { rows: steps },
      records: { loss: steps, weight: steps },
    });
  }

  #stateInputs(): State {
    const [previous, means] = [PREVIOUS, MEAN].map((suffix) =>
      this.#names.map((name) => input(name + suffix, this.#params[name].type.shape, "f64")),
    );
    const [fresh, damping, foretold] = ["fresh", "damping", "foretold"].map((name) => input(name, [], "f64"));
    return { previous, means, fresh, damping, foretold };
  }

  #inverseInputs(): { inverseA: Expr; inverseG: Expr }[] {
    return widths(this.#layers).map(({ width, units }, l) => ({
      inverseA: input(`A${l + 1}`, [width, width], "f64"),
      inverseG: input(`G${l + 1}`, [units, units], "f64"),
    }));
  }

  #compileFactors(): SyncExecutable {
    const batch = this.#batch();
    const result = this.#objective(this.#params, batch);
    const share = div(batch.weight, sum(batch.weight));
    const G = rowGaussNewton(
      result.dataLoss,
      result.output,
      result.layers.map(({ z }) => z),
    );
    const outputs: Record<string, Expr> = {};
    const hidden = result.layers.map(({ h }) => h);
    layerInputs(this.#layers, batch.x, hidden).forEach((a, l) => {
      outputs[`A${l + 1}`] = matmul(a, mul(a, reshape(share, [share.type.shape[0], 1])), { transposeA: true });
      outputs[`G${l + 1}`] = G[l];
    });
    const inputs = [...Object.values(this.#params), ...Object.values(batch.data), batch.rows];
    return this.#options.engine.compile(program("kfac factors", inputs, outputs));
  }

  #write({ x, y, weight = new Float64Array(this.rows).fill(1) }: Dataset): void {
    for (const [name, values] of Object.entries({ x, y, weight })) {
      for (const executable of [this.#step, this.#factors])
        executable.write(`data/${name}`, withSpareRow(values, this.rows));
    }
    const initial = startTensors(this.#network, this.#settings.seed, this.#options.initial);
    for (const { name, shape } of parametersOf(this.#network)) {
      this.#step.write(name, initial[name]);
      for (const suffix of [PREVIOUS, MEAN]) this.#step.write(name + suffix, new Float64Array(sizeOf(shape)));
    }
    this.#step.write("damping", [this.#kfac.damping]);
    this.#step.write("foretold", [0]);
  }

  async epoch(epoch: number, signal: AbortSignal | undefined): Promise<EpochResult | "aborted"> {
    const { batch } = this.#settings;
    const steps = this.stepsPerEpoch;
    const rows = this.#deal(epoch);
    this.#step.write("rows", rows);
    for (let step = this.#steps - epoch * steps; step < steps; step++) {
      await this.#turns.pass();
      if (signal?.aborted) return "aborted";
      await this.atRest?.();
      if (this.#steps < EAGER || this.#steps % this.#kfac.every === 0)
        this.#refresh(rows.subarray(step * batch, (step + 1) * batch));
      this.#steps++;
      this.#step.write("fresh", [1 - memory(MEMORY.gradient, this.#steps, steps)]);
      this.#step.run(1, step);
    }
    const { loss: losses, weight: weights } = this.#records(steps);
    this.#told = this.#records(0);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const loss = weights.reduce((sum, weight, i) => sum + weight * losses[i], 0) / (total || 1);
    return { loss, rate: this.#step.read("alpha")[0] };
  }

  /** What so many steps of the epoch told. */
  #records(count: number) {
    const record = (name: "loss" | "weight"): Float64Array => {
      const told = this.#told[name].subarray(0, count);
      if (told.length === count) return told;
      const all = (this.#step.read(name) as Float64Array).subarray(0, count);
      all.set(told);
      return all;
    };
    return { loss: record("loss"), weight: record("weight") };
  }

  /** What the step's program is given that changes: of the inverses those that were made last. */
  #carried(): string[] {
    const own = this.#names.flatMap((name) => [name, name + PREVIOUS, name + MEAN]);
    const inverses = this.#refreshes === 0 ? [] : this.#layers.flatMap((_, l) => [`A${l + 1}`, `G${l + 1}`]);
    return [...own, "damping", "foretold", ...inverses];
  }

  state(): TrainingState {
    const values = this.#carried().map((name) => [name, this.#step.read(name)]);
    const averages = this.#averages.flatMap(({ A, G }, l) => [
      [`average/A${l + 1}`, A],
      [`average/G${l + 1}`, G],
    ]);
    const { loss, weight } = this.#records(this.#steps % this.stepsPerEpoch);
    return {
      numbers: { steps: this.#steps, refreshes: this.#refreshes },
      tensors: Object.fromEntries([...values, ...averages, ["steps/loss", loss], ["steps/weight", weight]]),
    };
  }

  restore({ numbers, tensors }: TrainingState): void {
    [this.#steps, this.#refreshes] = [numbers.steps, numbers.refreshes];
    for (const name of this.#carried()) this.#step.write(name, tensors[name]);
    const matrix = (name: string): Float64Array => Float64Array.from(tensors[name]);
    const known = this.#refreshes === 0 ? [] : this.#layers;
    this.#averages = known.map((_, l) => ({ A: matrix(`average/A${l + 1}`), G: matrix(`average/G${l + 1}`) }));
    this.#told = { loss: matrix("steps/loss"), weight: matrix("steps/weight") };
  }

  /** The rows of each batch; a batch that is one row short has the row of weight zero. */
  #deal(epoch: number): Int32Array {
    const { batch, seed } = this.#settings;
    const steps = this.stepsPerEpoch;
    const all = shuffle(
      Int32Array.from({ length: this.rows }, (_, i) => i),
      seed,
      epoch,
    );
    const dealt = new Int32Array(steps * batch).fill(this.rows);
    const start = (step: number): number => Math.floor((step * this.rows) / steps);
    for (let step = 0; step < steps; step++) dealt.set(all.subarray(start(step), start(step + 1)), step * batch);
    return dealt;
  }

  /** Averages the factors of a batch into the running ones, and inverts these. */
  #refresh(rows: Int32Array): void {
    for (const name of this.#names) this.#factors.write(name, this.#step.read(name));
    this.#factors.write("rows", rows);
    this.#factors.run();
    const kept = memory(MEMORY.factors, ++this.#refreshes, this.stepsPerEpoch);
    const { l2 = 0 } = this.#options;
    const damping = this.#step.read("damping")[0] + l2;
    this.#averages = this.#layers.map((_, l) => {
      const [A, G] = [`A${l + 1}`, `G${l + 1}`].map((name) => this.#factors.read(name) as Float64Array);
      const old = this.#averages[l];
      return old ? { A: mix(old.A, A, kept), G: mix(old.G, G, kept) } : { A, G };
    });
    this.#averages.forEach((factors, l) => {
      const inverse = invertFactors(factors, damping, this.#algebra);
      this.#step.write(`A${l + 1}`, inverse.A);
      this.#step.write(`G${l + 1}`, inverse.G);
    });
  }

  tensors(): Record<string, Float64Array> {
    return Object.fromEntries(this.#names.map((name) => [name, this.#step.read(name) as Float64Array]));
  }

  describe(): string {
    return this.#step.describe();
  }
}

/** Each value where the test, a scalar, holds; else the other one, 0 by default. */
function chosen(test: Expr, values: readonly Expr[], others?: readonly Expr[]): Expr[] {
  return values.map((value, i) => where(mul(test, fill(1, value.type.shape, "f64")), value, others?.[i] ?? 0));
}

function mix(old: Float64Array, now: Float64Array, memory: number): Float64Array {
  return old.map((value, i) => memory * value + (1 - memory) * now[i]);
}

function checkSuits(layers: readonly Layer[], options: ChosenSync): void {
  const refuse = (what: string, why: string): never => {
    throw new RangeError(`${what} does not go with the optimizer 'kfac': ${why}`);
  };
  const random = layers.map(randomIn).find((what) => what !== undefined);
  if (random !== undefined) refuse(random, "its model and the loss it foretells must agree");
  const other = layers.find((layer) => !isAffine(layer));
  if (other !== undefined)
    refuse(
      other.spec.normalisation ? "normalisation" : `layer '${other.name}' (${other.kind.name})`,
      "its factors are those of dense layers alone",
    );
  if (options.l1) refuse("l1", "|W| has no curvature at 0; use l2");
  if (options.rate !== undefined || options.schedule || options.rateFactor)
    refuse("a learning rate", "it finds the length of each step itself");
  if (options.clip) refuse("clipping", "it rejects steps that do not lower the loss");
  if (options.dtype !== undefined && options.dtype !== "f64") refuse(options.dtype, "it computes in f64");
}
