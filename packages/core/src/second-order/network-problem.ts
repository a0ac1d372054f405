/**
 * A network's objective on all its rows, as a minimizer sees it. Rows go through the compiled plan in chunks that bound its
 * memory; what a chunk gives is added up in the engine. So the Gauss-Newton matrix Σ JᵣᵀH_L Jᵣ never needs J as a whole.
 *   f(θ) = Σᵣ wᵣ ℓᵣ / Σᵣ wᵣ + (λ/2) Σ‖W‖²
 */
import { hvp, type Rows } from "../autodiff/curvature.ts";
import { gradients } from "../autodiff/reverse.ts";
import { gaussNewtonOfRows } from "../autodiff/row-gauss-newton.ts";
import { hessianOfRows } from "../autodiff/row-hessian.ts";
import type { SecondDerivatives } from "../autodiff/second-derivatives.ts";
import type { CompileOptions, SyncExecutable } from "../engines/engine.ts";
import { type Expr, label } from "../graph/expr.ts";
import { type Program, program } from "../graph/program.ts";
import { sizeOf } from "../graph/type.ts";
import type { LinearAlgebra } from "../linalg/linear-algebra.ts";
import { targetWidth } from "../nn/losses.ts";
import { layersOf, type NetworkSpec, type NetworkTensor, outputsOf, parametersOf } from "../nn/network.ts";
import { add } from "../ops/ring.ts";
import { gatherRows } from "../ops/rows.ts";
import { input } from "../ops/source.ts";
import type { AdjustablePenalty, Problem } from "../optim/minimizers/minimizer.ts";
import { type Dataset, rowsOf, withSpareRow } from "../train/dataset.ts";
import type { ChosenSync } from "../train/fit-options.ts";
import { objective, parameterInputs, rowInputs } from "../train/objective.ts";
import { type Evaluations, flatten } from "./problem.ts";
import { Remembered, samePoint } from "./remembered.ts";

/** Numbers of a chunk's largest tensor: 128 KB, so that a chunk stays in a core's cache and takes little new memory. */
const CHUNK = 2 ** 14;
/** Rows for which adding up chunks costs next to nothing; fewer where they would take more than 32 MB. */
const WORTHWHILE = 128;
const MOST = 2 ** 22;

/** A chunk of rows as graph: what all programs start from. */
interface Chunk {
  readonly x: Expr;
  readonly target: Expr;
  /** wᵣ / Σ w */
  readonly weight: Expr;
  readonly inputs: readonly Expr[];
}

type ProblemOptions = Pick<ChosenSync, "engine" | "loss" | "l2">;

interface Compiled {
  readonly executable: SyncExecutable;
  readonly chunks: number;
  /** Numbers of its result. */
  readonly size: number;
  at: Float64Array | undefined;
}

export class NetworkProblem implements Problem {
  readonly size: number;
  readonly rows: number;
  readonly linearAlgebra: LinearAlgebra;
  readonly evaluations: Evaluations = { values: 0, products: 0, matrices: 0 };
  /** For Bayesian regularisation, which sets its own strength on all parameters alike. */
  readonly penalty: AdjustablePenalty;
  readonly #most: number;
  readonly #network: NetworkSpec;
  readonly #options: ProblemOptions;
  readonly #parameters: readonly NetworkTensor[];
  readonly #params: Readonly<Record<string, Expr>>;
  /** The same in the order of the flat vector. */
  readonly #nodes: readonly Expr[];
  readonly #vectors: readonly Expr[];
  /** Units of its largest layer, its inputs among them. */
  readonly #largest: number;
  readonly #data: { readonly x: Float64Array; readonly y: Float64Array; readonly weight: Float64Array };
  /** λ of each parameter: that of `l2` on weights. */
  readonly #decay: Float64Array;
  readonly #compiled = new Map<string, Compiled>();
  /** Of each matrix: where in its program's result each element is. */
  readonly #places = new Map<string, Int32Array>();
  readonly #remembered = new Remembered();

  /** @param most numbers that a chunk's largest tensor may hold */
  constructor(
    network: NetworkSpec,
    train: Dataset,
    options: ProblemOptions,
    linearAlgebra: LinearAlgebra,
    most: number = MOST,
  ) {
    this.#most = most;
    this.#network = network;
    this.#options = options;
    this.#parameters = parametersOf(network);
    this.#params = parameterInputs(network, "f64").params;
    this.#nodes = Object.values(this.#params);
    this.#vectors = this.#parameters.map(({ name, shape }) => input(`direction/${name}`, shape, "f64"));
    this.size = this.#parameters.reduce((total, { shape }) => total + sizeOf(shape), 0);
    this.#largest = Math.max(...layersOf(network).flatMap(({ inputs, outputs }) => [inputs, outputs]));
    this.rows = rowsOf(train, network.inputs);
    this.linearAlgebra = linearAlgebra;
    this.#data = padded(train, this.rows);
    const { l2 = 0 } = options;
    this.#decay = Float64Array.from(
      this.#parameters.flatMap(({ role, shape }) => new Array<number>(sizeOf(shape)).fill(role === "weight" ? l2 : 0)),
    );
    this.penalty = {
      strength: 0,
      withoutPenalty: (x) => this.#point(x)[0],
      observations: this.rows * targetWidth(options.loss, outputsOf(network)),
    };
  }

  pack(tensors: Readonly<Record<string, ArrayLike<number>>>): Float64Array {
    return Float64Array.from(this.#parameters.flatMap(({ name }) => Array.from(tensors[name])));
  }

  unpack(x: Float64Array): Record<string, Float64Array> {
    let at = 0;
    return Object.fromEntries(
      this.#parameters.map(({ name, shape }) => {
        at += sizeOf(shape);
        return [name, x.slice(at - sizeOf(shape), at)];
      }),
    );
  }

  /** The mean loss of the rows, without penalties. */
  dataLoss(x: Float64Array): number {
    return this.#point(x)[0];
  }

  value(x: Float64Array): number {
    let total = this.#point(x)[0];
    if (!this.#isPenalised) return total;
    for (let i = 0; i < x.length; i++) total += 0.5 * this.#penaltyOf(i) * x[i] ** 2;
    return total;
  }

  gradient(x: Float64Array): Float64Array {
    // A copy: what is remembered must not change where somebody writes to what he was given.
    const gradient = this.#point(x).slice(1);
    return this.#isPenalised ? this.#penalised(gradient, x) : gradient;
  }

  hvp(x: Float64Array, v: Float64Array): Float64Array {
    const build = (chunk: Chunk): Expr => flatten(hvp(this.#loss(chunk), this.#nodes, this.#vectors));
    const compiled = this.#load("hvp", x, this.#largest, build, this.#vectors);
    this.#write(compiled.executable, this.#vectors, v);
    this.evaluations.products++;
    return this.#penalised(this.#total(compiled), v);
  }

  hessian(x: Float64Array): Float64Array {
    return this.#matrix("hessian", x, this.#pairs(), (chunk) => {
      const { loss, rows } = this.#row(chunk);
      return hessianOfRows(loss, this.#nodes, rows);
    });
  }

  gaussNewton(x: Float64Array): Float64Array {
    return this.#matrix("Gauss-Newton", x, outputsOf(this.#network) * this.#pairs(), (chunk) => {
      const { output, loss, rows } = this.#row(chunk);
      return gaussNewtonOfRows(loss, output, this.#nodes, rows);
    });
  }

  describe(): string {
    return [...this.#compiled.values()].map(({ executable }) => executable.describe()).join("\n");
  }

  get threads(): number {
    return Math.max(1, ...[...this.#compiled.values()].map(({ executable }) => executable.threads));
  }

  get #isPenalised(): boolean {
    return this.penalty.strength !== 0 || Boolean(this.#options.l2);
  }

  #penaltyOf(i: number): number {
    return this.#decay[i] + this.penalty.strength;
  }

  /** The product with the penalties' Hessian, which is diagonal, added to what is there. */
  #penalised(to: Float64Array, v: Float64Array): Float64Array {
    for (let i = 0; i < v.length; i++) to[i] += this.#penaltyOf(i) * v[i];
    return to;
  }

  #loss(chunk: Chunk): Expr {
    const { loss } = this.#options;
    const carried = { params: this.#params, buffers: {} };
    const context = { training: false, weight: chunk.weight };
    return objective({ network: this.#network, loss, reduction: "sum" }, carried, chunk, context).loss;
  }

  /** The graph of a single row, and what it stands for. */
  #row(chunk: Chunk): { output: Expr; loss: Expr; rows: Rows } {
    const { x, target, weight } = chunk;
    const one = (name: string, many: Expr): Expr => input(name, [1, ...many.type.shape.slice(1)], many.type.dtype);
    const row = { x: one("x", x), target: one("target", target), weight: one("weight", weight) };
    const carried = { params: this.#params, buffers: {} };
    const spec = { network: this.#network, loss: this.#options.loss, reduction: "sum" as const };
    const { output, loss } = objective(spec, carried, row, { training: false, weight: row.weight });
    const rows = new Map([
      [row.x, x],
      [row.target, target],
      [row.weight, weight],
    ]);
    return { output, loss, rows };
  }

  /** Of a row no more than products of two layers' units is held at once, a bias counting as one. */
  #pairs(): number {
    return ((this.#largest + 1) * (this.#largest + 2)) / 2;
  }

  /** f and ∇f without penalties, one after another. */
  #point(x: Float64Array): Float64Array {
    return this.#remembered.at("point", x, () => {
      this.evaluations.values++;
      const build = (chunk: Chunk): Expr => {
        const loss = this.#loss(chunk);
        return flatten([loss, ...gradients(loss, this.#nodes)]);
      };
      return this.#total(this.#load("point", x, this.#largest, build));
    });
  }

  #matrix(name: string, x: Float64Array, perRow: number, build: (chunk: Chunk) => SecondDerivatives): Float64Array {
    const n = this.size;
    const bare = this.#remembered.at(name, x, () => {
      this.evaluations.matrices++;
      const compiled = this.#load(name, x, perRow, (chunk) => {
        const derivatives = build(chunk);
        this.#places.set(name, derivatives.places);
        return derivatives.values;
      });
      return spread(this.#total(compiled), this.#places.get(name) as Int32Array);
    });
    if (!this.#isPenalised) return bare;
    const result = bare.slice();
    for (let i = 0; i < n; i++) result[i * n + i] += this.#penaltyOf(i);
    return result;
  }

  #total({ executable, chunks, size }: Compiled): Float64Array {
    if (chunks > 1) executable.write("total", new Float64Array(size));
    executable.run(chunks);
    return executable.read("total") as Float64Array;
  }

  /** The named program over chunks of rows, compiled if it is new, with x written to it. */
  #load(
    name: string,
    x: Float64Array,
    perRow: number,
    build: (chunk: Chunk) => Expr,
    more: readonly Expr[] = [],
  ): Compiled {
    const known = this.#compiled.get(name) ?? this.#compile(name, perRow, build, more);
    this.#compiled.set(name, known);
    if (known.at === undefined || !samePoint(known.at, x)) {
      this.#write(known.executable, this.#nodes, x);
      if (known.at === undefined) known.at = x.slice();
      else known.at.set(x);
    }
    return known;
  }

  #compile(name: string, perRow: number, build: (chunk: Chunk) => Expr, more: readonly Expr[]): Compiled {
    const wanted = Math.max(WORTHWHILE, Math.floor(CHUNK / perRow));
    const most = Math.max(1, Math.min(this.rows, wanted, Math.floor(this.#most / perRow)));
    const chunks = Math.ceil(this.rows / most);
    const rows = Math.ceil(this.rows / chunks);
    const chunk = chunks === 1 ? this.#everything() : this.#chunk(rows);
    const result = build(chunk);
    const inputs = [...this.#nodes, ...chunk.inputs, ...more];
    const executable = this.#options.engine.compile(...summed(name, inputs, result, chunks));
    for (const [key, values] of Object.entries(this.#data)) {
      const own = (values.length / (this.rows + 1)) * (chunks === 1 ? this.rows : this.rows + 1);
      executable.write(`data/${key}`, values.subarray(0, own));
    }
    const index = Int32Array.from({ length: chunks * rows }, (_, i) => Math.min(i, this.rows));
    if (chunks > 1) executable.write("rows", index);
    return { executable, chunks, size: sizeOf(result.type.shape), at: undefined };
  }

  /** All rows at once, where memory allows it. */
  #everything(): Chunk {
    const { x, y, weight } = this.#dataInputs(this.rows);
    return { x, target: y, weight, inputs: [x, y, weight] };
  }

  #chunk(size: number): Chunk {
    const { x, y, weight } = this.#dataInputs(this.rows + 1);
    const index = input("rows", [size], "i32");
    return {
      x: label(gatherRows(x, index), "x"),
      target: gatherRows(y, index),
      weight: gatherRows(weight, index),
      inputs: [x, y, weight, index],
    };
  }

  #dataInputs(rows: number) {
    return rowInputs({ network: this.#network, ...this.#options }, rows, "f64", "data/");
  }

  #write(executable: SyncExecutable, nodes: readonly Expr[], x: Float64Array): void {
    let start = 0;
    for (const node of nodes) {
      const end = start + sizeOf(node.type.shape);
      executable.write(node.label as string, x.subarray(start, end));
      start = end;
    }
  }
}

/** The values at these places. */
function spread(values: Float64Array, places: Int32Array): Float64Array {
  const result = new Float64Array(places.length);
  for (let i = 0; i < result.length; i++) result[i] = values[places[i]];
  return result;
}

/** The program of a result, or of its sum over chunks of rows. */
function summed(name: string, inputs: readonly Expr[], result: Expr, chunks: number): [Program, CompileOptions?] {
  if (chunks === 1) return [program(name, inputs, { total: result })];
  const total = input("total", result.type.shape, "f64");
  const options = { donate: ["total"], sequences: { rows: chunks } };
  return [program(name, [...inputs, total], { total: add(total, result) }), options];
}

/** The rows, one more of weight zero to fill up the last chunk, and weights that add up to 1. */
function padded({ x, y, weight }: Dataset, rows: number) {
  const weights = Float64Array.from(weight ?? new Float64Array(rows).fill(1));
  const total = weights.reduce((sum, value) => sum + value, 0);
  const shares = weights.map((value) => value / total);
  return { x: withSpareRow(x, rows), y: withSpareRow(y, rows), weight: withSpareRow(shares, rows) };
}
