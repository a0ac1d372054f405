/**
 * The loss of each row and its gradient gᵣ = ∂ℓᵣ/∂θ, of which nothing is kept but a few numbers of each row: rows go through compiled
 * plans in batches.
 *   ‖gᵣ‖ of a dense layer is ‖δᵣ‖ ‖hᵣ‖     Goodfellow, "Efficient per-example gradient computations", 2015
 *   gᵣ · v is the tangent of ℓᵣ along v    forward mode: one more forward pass, for all rows at once
 */
import {
  concat,
  type Expr,
  gradients,
  input,
  jvp,
  layerName,
  type Model,
  mul,
  parametersOf,
  program,
  reshape,
  type SyncEngine,
  type SyncExecutable,
  sum,
} from "@chaingrad/core";
import { perExampleSquaredNorms } from "@chaingrad/core/curvature";
import { type ObjectiveGraph, objectiveGraph } from "@chaingrad/core/net";
import type { TrainingRows } from "./training-rows.ts";

/** Numbers of all rows' gradients by one tensor that may be held at once where a layer has no short way: 16 MB. */
const MOST = 2 ** 21;
/** Rows in a plan: more are no faster. */
const BATCH = 128;

type CountedRows = Pick<TrainingRows, "data" | "shares">;

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);
const flat = (tensors: readonly Expr[]): Expr =>
  concat(
    tensors.map((tensor) => reshape(tensor, [sizeOf(tensor.type.shape)])),
    0,
  );

export class RowLosses {
  /** What the layers with parameters are called, in order. */
  readonly layers: readonly string[];
  readonly #engine: SyncEngine;
  readonly #model: Model;
  readonly #rows: CountedRows;
  readonly #batch: number;
  /** Of a batch. */
  readonly #graph: ObjectiveGraph;
  /** Of each layer the places of its parameters. */
  readonly #places: readonly (readonly number[])[];

  constructor(model: Model, engine: SyncEngine, rows: CountedRows) {
    const parameters = parametersOf(model.network);
    const numbers = [...new Set(parameters.map(({ layer }) => layer))];
    const largest = Math.max(...parameters.map(({ shape }) => sizeOf(shape)));
    this.#engine = engine;
    this.#model = model;
    this.#rows = rows;
    this.#batch = Math.max(1, Math.min(BATCH, rows.shares.length, Math.floor(MOST / largest)));
    this.#graph = objectiveGraph(model, { rows: this.#batch, weight: undefined }, "f64");
    this.layers = numbers.map((number) => layerName(model.network, number - 1));
    this.#places = numbers.map((number) => parameters.flatMap(({ layer }, i) => (layer === number ? [i] : [])));
  }

  /** ℓᵣ, and ‖gᵣ‖² by each layer's parameters: [rows] each. */
  norms(): { readonly losses: Float64Array; readonly squares: readonly Float64Array[] } {
    const { x, target } = this.#graph;
    const one = objectiveGraph(this.#model, { rows: 1, weight: undefined }, "f64");
    const rows = new Map([
      [one.x, x],
      [one.target, target],
    ]);
    const squares = this.#places.map((places) =>
      perExampleSquaredNorms(
        reshape(one.rows, []),
        places.map((place) => one.parameters[place]),
        rows,
      ),
    );
    // The graph of one row has its own inputs for the same parameters.
    const found = this.#ofEachRow([...one.parameters, x, target], squares);
    const [losses] = this.#ofEachRow(this.#inputs, [this.#graph.rows]);
    return { losses, squares: found };
  }

  /** gᵣ · v by each layer's parameters: [rows] each. v: [parameters] */
  along(v: Float64Array): Float64Array[] {
    const { parameters, rows } = this.#graph;
    const tangents = parameters.map(({ label, type }) => input(`along/${label}`, type.shape, "f64"));
    const slopes = this.#places.map((places) => {
      const own = (all: readonly Expr[]): Expr[] => places.map((place) => all[place]);
      return jvp([rows], own(parameters), own(tangents))[0];
    });
    return this.#ofEachRow([...this.#inputs, ...tangents], slopes, (executable) => {
      let at = 0;
      for (const { label = "", type } of tangents) {
        const next = at + sizeOf(type.shape);
        executable.write(label, v.subarray(at, next));
        at = next;
      }
    });
  }

  /** Σ sᵣ gᵣ with s the rows' shares: the gradient of the mean loss, penalties not included. [parameters] */
  meanGradient(): Float64Array {
    const { parameters, rows } = this.#graph;
    const share = input("share", [this.#batch], "f64");
    const gradient = flat(gradients(sum(mul(rows, share)), parameters));
    const executable = this.#compile([...this.#inputs, share], { gradient });
    const mean = new Float64Array(gradient.type.shape[0]);
    this.#go(executable, (start, count) => {
      const own = new Float64Array(this.#batch);
      own.set(this.#rows.shares.subarray(start, start + count));
      executable.write("share", own);
      executable.run();
      executable.read("gradient").forEach((value, i) => {
        mean[i] += value;
      });
    });
    return mean;
  }

  /** What of v is a layer's, by its place among `layers`. v: [parameters] */
  partOf(v: Float64Array, layer: number): Float64Array {
    const ends: number[] = [];
    for (const { type } of this.#graph.parameters) ends.push((ends[ends.length - 1] ?? 0) + sizeOf(type.shape));
    return Float64Array.from(this.#places[layer].flatMap((i) => Array.from(v.subarray(ends[i - 1] ?? 0, ends[i]))));
  }

  get #inputs(): Expr[] {
    const { parameters, x, target } = this.#graph;
    return [...parameters, x, target];
  }

  /** Expressions [batch] on all rows: [rows] each. */
  #ofEachRow(
    inputs: readonly Expr[],
    found: readonly Expr[],
    prepare?: (executable: SyncExecutable) => void,
  ): Float64Array[] {
    const executable = this.#compile(inputs, { found: concat(found, 0) });
    prepare?.(executable);
    const all = found.map(() => new Float64Array(this.#rows.shares.length));
    this.#go(executable, (start, count) => {
      executable.run();
      const values = executable.read("found") as Float64Array;
      for (const [i, own] of all.entries()) own.set(values.subarray(i * this.#batch, i * this.#batch + count), start);
    });
    return all;
  }

  #compile(inputs: readonly Expr[], outputs: Readonly<Record<string, Expr>>): SyncExecutable {
    const executable = this.#engine.compile(program("gradients of rows", inputs, outputs));
    for (const { label = "" } of this.#graph.parameters) executable.write(label, this.#model.tensors[label]);
    return executable;
  }

  /** Each batch of rows; the last one is filled up with rows that nobody looks at. */
  #go(executable: SyncExecutable, work: (start: number, count: number) => void): void {
    const { data, shares } = this.#rows;
    const { x, target } = this.#graph;
    for (let start = 0; start < shares.length; start += this.#batch) {
      const count = Math.min(this.#batch, shares.length - start);
      for (const [{ label = "", type }, values] of [
        [x, data.x],
        [target, data.y],
      ] as const) {
        const width = values.length / shares.length;
        const own = Array.from(
          { length: this.#batch * width },
          (_, i) => values[(start + Math.min(Math.floor(i / width), count - 1)) * width + (i % width)],
        );
        executable.write(label, type.dtype === "i32" ? Int32Array.from(own) : Float64Array.from(own));
      }
      work(start, count);
    }
  }
}
