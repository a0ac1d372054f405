/**
 * Training by K-FAC (optim/kfac.ts): a compiled step over mini-batches, and between steps the factors' running averages and
 * their inverses. Loaded only when a network is trained so.
 */
import { rowGaussNewton } from "../autodiff/curvature.ts";
import { gradients } from "../autodiff/reverse.ts";
import { shuffle } from "../data/split.ts";
import type { Executable } from "../engines/engine.ts";
import { type Expr, label } from "../graph/expr.ts";
import { program } from "../graph/program.ts";
import { sizeOf } from "../graph/type.ts";
import { type LinearAlgebra, plainLinearAlgebra } from "../linalg/linear-algebra.ts";
import { initialParameters, type NetworkSpec, parametersOf } from "../nn/network.ts";
import { matmul } from "../ops/matmul.ts";
import { add, div, mul } from "../ops/ring.ts";
import { gatherRows } from "../ops/rows.ts";
import { where } from "../ops/select.ts";
import { concat, reshape, slice } from "../ops/shape.ts";
import { fill, input } from "../ops/source.ts";
import { sum } from "../ops/sum-broadcast.ts";
import { invertFactors, judge, type Kfac, type KfacLayer, precondition, rescaled } from "../optim/kfac.ts";
import { type Dataset, rowsOf } from "./dataset.ts";
import type { FitOptions, Settings } from "./fit-options.ts";
import { type Objective, objective, parameterInputs } from "./objective.ts";
import { constant, type Schedule } from "./schedules.ts";
import type { EpochResult, Training } from "./training.ts";
import type { Turns } from "./turns.ts";

/** The first steps invert the factors each time. */
const EAGER = 10;
/** Running averages forget no faster than this. */
const MEMORY = 0.95;
/** Rows of a batch unless told. */
const KFAC_BATCH = 256;

/** What the graphs of a step and of the factors start from. */
interface Batch {
  readonly data: { readonly x: Expr; readonly y: Expr; readonly weight: Expr };
  readonly rows: Expr;
  readonly x: Expr;
  readonly target: Expr;
  readonly weight: Expr;
}

export class KfacTrainer implements Training {
  readonly rows: number;
  readonly stepsPerEpoch: number;
  readonly schedule: Schedule = constant(1);
  readonly #network: NetworkSpec;
  readonly #options: FitOptions;
  readonly #kfac: Kfac;
  readonly #settings: Settings;
  readonly #turns: Turns;
  readonly #algebra: LinearAlgebra;
  readonly #params: Readonly<Record<string, Expr>>;
  readonly #step: Executable;
  readonly #factors: Executable;
  #steps = 0;
  #refreshes = 0;
  #averages: { A: Float64Array; G: Float64Array }[] = [];

  /** Throws RangeError on options that make no sense with K-FAC. */
  constructor(network: NetworkSpec, train: Dataset, options: FitOptions, kfac: Kfac, settings: Settings, turns: Turns) {
    checkSuits(network, options);
    this.rows = rowsOf(train, network.inputs);
    this.#settings = { ...settings, batch: Math.min(this.rows, options.batch ?? KFAC_BATCH) };
    this.stepsPerEpoch = Math.ceil(this.rows / this.#settings.batch);
    [this.#network, this.#options, this.#kfac, this.#turns] = [network, options, kfac, turns];
    this.#algebra = options.engine.linearAlgebra ?? plainLinearAlgebra;
    this.#params = parameterInputs(network, "f64").params;
    this.#step = this.#compileStep();
    this.#factors = this.#compileFactors();
    this.#write(train);
  }

  get threads(): number {
    return this.#step.threads;
  }

  #batch(): Batch {
    const { loss } = this.#options;
    const { inputs, layers } = this.#network;
    const total = this.rows + 1;
    const x = input("data/x", [total, inputs], "f64");
    const outputs = layers[layers.length - 1].units;
    const y = loss.target === "labels" ? input("data/y", [total], "i32") : input("data/y", [total, outputs], "f64");
    const weight = input("data/weight", [total], "f64");
    const rows = input("rows", [this.#settings.batch], "i32");
    const gathered = {
      x: label(gatherRows(x, rows), "x"),
      target: gatherRows(y, rows),
      weight: gatherRows(weight, rows),
    };
    return { data: { x, y, weight }, rows, ...gathered };
  }

  #objective(params: Readonly<Record<string, Expr>>, { x, target, weight }: Batch): Objective {
    const { loss, l2 } = this.#options;
    const spec = { network: this.#network, loss, l2 };
    return objective(spec, { params, buffers: {} }, { x, target }, { training: false, weight });
  }

  /** (h, 1) of each layer. */
  #inputsOf({ layers }: Objective, { x }: Batch): Expr[] {
    return this.#network.layers.map(({ bias = true }, l) => {
      const h = l === 0 ? x : layers[l - 1].h;
      return bias ? concat([h, fill(1, [h.type.shape[0], 1], "f64")], 1) : h;
    });
  }

  /** Tensors of the layers with the bias as the last column, from those by name. */
  #joined(tensors: Readonly<Record<string, Expr>>): Expr[] {
    return this.#network.layers.map(({ units, bias = true }, l) => {
      const W = tensors[`W${l + 1}`];
      return bias ? concat([W, reshape(tensors[`b${l + 1}`], [units, 1])], 1) : W;
    });
  }

  #parted(joined: readonly Expr[]): Record<string, Expr> {
    const parts = joined.flatMap((matrix, l): [string, Expr][] => {
      const [out, width] = matrix.type.shape;
      if (!(this.#network.layers[l].bias ?? true)) return [[`W${l + 1}`, matrix]];
      const b = reshape(slice(matrix, [0, width - 1], [out, 1]), [out]);
      return [
        [`W${l + 1}`, slice(matrix, [0, 0], [out, width - 1])],
        [`b${l + 1}`, b],
      ];
    });
    return Object.fromEntries(parts);
  }

  #compileStep(): Executable {
    const batch = this.#batch();
    const params = this.#params;
    const names = Object.keys(params);
    const before = this.#objective(params, batch);
    const { l2 = 0 } = this.#options;
    const damping = input("damping", [], "f64");
    const previous = names.map((name) => input(`${name}/previous`, params[name].type.shape, "f64"));
    const inverses = this.#inverseInputs();
    const deltas = gradients(
      before.dataLoss,
      before.layers.map(({ z }) => z),
    );
    const a = this.#inputsOf(before, batch);
    const decays = Object.fromEntries(
      names.map((name) => [
        name,
        name.startsWith("W") ? mul(l2, params[name]) : fill(0, params[name].type.shape, "f64"),
      ]),
    );
    const decay = l2 > 0 ? this.#joined(decays) : [];
    const weights = this.#joined(params);
    const layers = weights.map(
      (matrix, l): KfacLayer => ({ weights: matrix, decay: decay[l], a: a[l], delta: deltas[l], ...inverses[l] }),
    );
    const proposed = this.#parted(layers.map(precondition));
    const gradient = gradients(before.loss, Object.values(params));
    const { step, predicted, alpha, momentum } = rescaled({
      loss: before.dataLoss,
      output: before.output,
      wrt: Object.values(params),
      gradient,
      proposal: names.map((name) => proposed[name]),
      previous,
      damping,
      decay: names.map((name) => (name.startsWith("W") ? l2 : 0)),
    });
    const next = Object.fromEntries(names.map((name, i) => [name, add(params[name], step[i])]));
    const after = this.#objective(next, batch);
    const verdict = judge(before.loss, after.loss, predicted, damping);
    const keep = (value: Expr, otherwise: Expr | number): Expr =>
      where(full(verdict.accepted, value), value, otherwise);
    const outputs: Record<string, Expr> = {
      damping: verdict.damping,
      accepted: verdict.accepted,
      predicted,
      alpha,
      momentum,
    };
    outputs.loss = before.dataLoss;
    outputs.decrease = add(before.loss, mul(-1, after.loss));
    outputs.weight = sum(batch.weight);
    names.forEach((name, i) => {
      outputs[name] = keep(next[name], params[name]);
      outputs[`${name}/previous`] = keep(step[i], 0);
    });
    const inputs = [
      ...Object.values(params),
      ...previous,
      damping,
      ...inverses.flatMap(({ inverseA, inverseG }) => [inverseA, inverseG]),
    ];
    return this.#options.engine.compile(
      program("kfac step", [...inputs, ...Object.values(batch.data), batch.rows], outputs),
      {
        donate: [...names, ...names.map((name) => `${name}/previous`), "damping"],
        sequences: { rows: this.stepsPerEpoch },
        records: { loss: this.stepsPerEpoch, weight: this.stepsPerEpoch },
      },
    );
  }

  #inverseInputs(): { inverseA: Expr; inverseG: Expr }[] {
    return this.#widths().map(({ width, units }, l) => ({
      inverseA: input(`A${l + 1}`, [width, width], "f64"),
      inverseG: input(`G${l + 1}`, [units, units], "f64"),
    }));
  }

  /** Of each layer: inputs with the bias's, and outputs. */
  #widths(): { width: number; units: number }[] {
    const { inputs, layers } = this.#network;
    return layers.map(({ units, bias = true }, l) => ({
      width: (l === 0 ? inputs : layers[l - 1].units) + Number(bias),
      units,
    }));
  }

  #compileFactors(): Executable {
    const batch = this.#batch();
    const result = this.#objective(this.#params, batch);
    const share = div(batch.weight, sum(batch.weight));
    const G = rowGaussNewton(
      result.dataLoss,
      result.output,
      result.layers.map(({ z }) => z),
    );
    const outputs: Record<string, Expr> = {};
    this.#inputsOf(result, batch).forEach((a, l) => {
      outputs[`A${l + 1}`] = matmul(a, mul(a, reshape(share, [share.type.shape[0], 1])), { transposeA: true });
      outputs[`G${l + 1}`] = G[l];
    });
    const inputs = [...Object.values(this.#params), ...Object.values(batch.data), batch.rows];
    return this.#options.engine.compile(program("kfac factors", inputs, outputs));
  }

  #write({ x, y, weight }: Dataset): void {
    const padded = (values: ArrayLike<number>): Float64Array => {
      const result = new Float64Array(values.length + values.length / this.rows);
      result.set(Float64Array.from(values));
      return result;
    };
    const tensors = {
      "data/x": padded(x),
      "data/y": padded(y),
      "data/weight": padded(weight ?? new Float64Array(this.rows).fill(1)),
    };
    for (const [name, values] of Object.entries(tensors)) {
      this.#step.write(name, values);
      this.#factors.write(name, values);
    }
    const initial = { ...initialParameters(this.#network, this.#settings.seed), ...this.#options.initial };
    for (const { name, shape } of parametersOf(this.#network)) {
      this.#step.write(name, initial[name]);
      this.#step.write(`${name}/previous`, new Float64Array(sizeOf(shape)));
    }
    this.#step.write("damping", [this.#kfac.damping]);
  }

  async epoch(epoch: number, signal: AbortSignal | undefined): Promise<EpochResult | "aborted"> {
    const { batch, seed } = this.#settings;
    const steps = this.stepsPerEpoch;
    const rows = new Int32Array(steps * batch).fill(this.rows);
    const all = Int32Array.from({ length: this.rows }, (_, i) => i);
    rows.set(shuffle(all, seed, epoch));
    this.#step.write("rows", rows);
    for (let step = 0; step < steps; step++) {
      await this.#turns.pass();
      if (signal?.aborted) return "aborted";
      if (this.#steps < EAGER || this.#steps % this.#kfac.every === 0)
        this.#refresh(rows.subarray(step * batch, (step + 1) * batch));
      this.#step.run(1, step);
      this.#steps++;
    }
    const [losses, weights] = [this.#step.read("loss"), Array.from(this.#step.read("weight"))];
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const loss = weights.reduce((sum, weight, i) => sum + weight * losses[i], 0) / (total || 1);
    return { loss, rate: this.#step.read("alpha")[0] };
  }

  /** Averages the factors of a batch into the running ones, and inverts these. */
  #refresh(rows: Int32Array): void {
    for (const name of Object.keys(this.#params)) this.#factors.write(name, this.#step.read(name));
    this.#factors.write("rows", rows);
    this.#factors.run();
    const memory = Math.min(MEMORY, 1 - 1 / ++this.#refreshes);
    const { l2 = 0 } = this.#options;
    const damping = this.#step.read("damping")[0] + l2;
    this.#averages = this.#network.layers.map((_, l) => {
      const [A, G] = [`A${l + 1}`, `G${l + 1}`].map((name) => this.#factors.read(name) as Float64Array);
      const old = this.#averages[l];
      return old ? { A: mix(old.A, A, memory), G: mix(old.G, G, memory) } : { A, G };
    });
    this.#averages.forEach((factors, l) => {
      const inverse = invertFactors(factors, damping, this.#algebra);
      this.#step.write(`A${l + 1}`, inverse.A);
      this.#step.write(`G${l + 1}`, inverse.G);
    });
  }

  tensors(): Record<string, Float64Array> {
    return Object.fromEntries(Object.keys(this.#params).map((name) => [name, this.#step.read(name) as Float64Array]));
  }

  describe(): string {
    return this.#step.describe();
  }
}

const full = (scalar: Expr, like: Expr): Expr => mul(scalar, fill(1, like.type.shape, "f64"));

function mix(old: Float64Array, now: Float64Array, memory: number): Float64Array {
  return old.map((value, i) => memory * value + (1 - memory) * now[i]);
}

function checkSuits(network: NetworkSpec, options: FitOptions): void {
  const refuse = (what: string, why: string): never => {
    throw new RangeError(`${what} does not go with the optimiser 'kfac': ${why}`);
  };
  if (network.layers.some(({ normalisation }) => normalisation))
    refuse("normalisation", "its factors are those of dense layers alone");
  if (network.layers.some(({ dropout }) => dropout))
    refuse("dropout", "its model and the loss it foretells must agree");
  if (options.l1) refuse("l1", "|W| has no curvature at 0; use l2");
  if (options.rate !== undefined || options.schedule)
    refuse("a learning rate", "it finds the length of each step itself");
  if (options.clip) refuse("clipping", "it rejects steps that do not lower the loss");
  if (options.dtype === "f32") refuse("f32", "it computes in f64");
}
