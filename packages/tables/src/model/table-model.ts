/** A model with its encoder and target: raw rows in, values in the target's own unit or classes out. */

import {
  FormatError,
  layersOf,
  nearest,
  type Predictor,
  predictorOf,
  type SyncEngine,
  wasmEngine,
} from "@chaingrad/core";
import { type Evaluation, evaluateModel } from "../judging/evaluate.ts";
import { judgedRows } from "../judging/labelled-rows.ts";
import { turnedWords } from "../judging/turned.ts";
import { isMany, type Rows, tableOf, type Value } from "../rows.ts";
import { columnsRead, encode } from "../table/encoder.ts";
import { allRows, EncodingError, type Table } from "../table/table.ts";
import type { Predicted, TargetKind } from "../table/targets/kind.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import {
  type Target as AnyTarget,
  hasClasses,
  movedTargets,
  offsetColumns,
  targetsOf,
} from "../table/targets/target.ts";
import { type Intervals, intervalsOf } from "../uncertainty/intervals.ts";
import { type EncodeRow, rowEncoder } from "./encode-row.ts";
import { RowGradient } from "./gradient.ts";
import { readModel as loadModel, writeModel as saveModel, type TableModelData, takesTables } from "./model-file.ts";
import { predictTable } from "./predict-table.ts";
import { sayRow } from "./say-row.ts";

/** Rows whose columns are not known to the compiler. */
export type AnyRow = Readonly<Record<string, Value>>;

/** The columns that a prediction is made from; the target may be there, and is not looked at. */
export type Features<Row, Target extends keyof Row> = Omit<Row, Target> & Partial<Pick<Row, Target>>;

/** What belongs to one target by itself, and to each of several by its name. */
type ByTarget<Target, One> = IsUnion<Target> extends true ? { readonly [Name in Target & string]?: One } : One;
type IsUnion<T, Whole = T> = T extends unknown ? ([Whole] extends [T] ? false : true) : never;

/**
 * What is said of one row: the target by its name, and for classes how probable each is. Of several targets each has its name,
 * and all else is by these names. A set of labels is spelt as a cell holds it, "a;b".
 */
export type Prediction<Row, Target extends keyof Row> = { readonly [Name in Target]: NonNullable<Row[Name]> } & {
  /** The most probable class, as it is spelt in the table; absent where an amount is predicted. */
  readonly label?: ByTarget<Target, string>;
  /** The labels of a set; absent where one thing is predicted. */
  readonly labels?: ByTarget<Target, readonly string[]>;
  /** Of each class or label by its name; absent where an amount is predicted. */
  readonly probabilities?: ByTarget<Target, Readonly<Record<string, number>>>;
  /** Of each quantile that was asked for; the target itself is then the one nearest to the median. */
  readonly quantiles?: ByTarget<Target, Readonly<Record<string, number>>>;
};

/** Columns that may have a derivative: numbers and dates, however they are written. */
type Differentiable<Row, Target extends keyof Row> = {
  [Name in Exclude<keyof Row, Target>]: NonNullable<Row[Name]> extends boolean ? never : Name;
}[Exclude<keyof Row, Target>];

/** The target's unit, or probability, for each unit of a column; a date's unit is a day, through its trend and its cycles. Categories are not there. */
export type ByColumn<Row, Target extends keyof Row> = string extends keyof Row
  ? Readonly<Record<string, number | undefined>>
  : { readonly [Name in Differentiable<Row, Target>]?: number };

/** What moving each column of one row does to what is predicted. */
export interface Gradient<Row, Target extends keyof Row> {
  /** Of the amount; of classes, of the probability of the most probable one; of several numbers, of the first. */
  readonly by: ByColumn<Row, Target>;
  /** Of each class's probability, by its name; absent where an amount is predicted. */
  readonly probabilities?: Readonly<Record<string, ByColumn<Row, Target>>>;
  /** Of several numbers each, by what it is called ("y1", "p(y2=A)", "q0.9(y)"): of several targets, quantiles, sets of labels. */
  readonly each?: Readonly<Record<string, ByColumn<Row, Target>>>;
  /** Why a column has no derivative (a category), or has 0 (a missing value, one too far out to count). */
  readonly notes: { readonly [Name in Exclude<keyof Row, Target>]?: string };
}

let shared: Promise<SyncEngine> | undefined;
/** The best engine that this host has by itself: compiled once, on first use. */
export function defaultEngine(): Promise<SyncEngine> {
  shared ??= wasmEngine();
  return shared;
}

/** Rows that a plan is made for; more go through it in parts. */
const MOST_ROWS = 256;

/** A trained model of a table. */
export class TableModel<Row extends object = AnyRow, Target extends keyof Row & string = keyof Row & string> {
  /** Network, encoder, target and tensors, as plain data. */
  readonly model: TableModelData;
  readonly #engine: SyncEngine;
  readonly #predictor: Predictor;
  readonly #kind: TargetKind<AnyTarget>;
  readonly #encodeRow: EncodeRow;
  readonly #x: Float64Array;
  #gradient: RowGradient | undefined;

  constructor(model: TableModelData, engine: SyncEngine) {
    this.model = model;
    this.#engine = engine;
    this.#predictor = predictorOf(model, engine, MOST_ROWS);
    this.#kind = kindOf(model.target);
    this.#encodeRow = rowEncoder(model.encoder);
    this.#x = new Float64Array(model.network.inputs);
  }

  /**
   * A model that `save` or the command wrote. Throws FormatError on bytes that are no model, a damaged one, one of a later
   * version, or a network without a table.
   */
  static async load<Row extends object = AnyRow, Target extends keyof Row & string = keyof Row & string>(
    bytes: Uint8Array,
    options: { readonly engine?: SyncEngine } = {},
  ): Promise<TableModel<Row, Target>> {
    const model = loadModel(bytes);
    if (!takesTables(model)) throw new FormatError("a network that was not trained on a table: load it with loadModel");
    return new TableModel<Row, Target>(model, options.engine ?? (await defaultEngine()));
  }

  /** What computes its predictions. */
  get engine(): SyncEngine {
    return this.#engine;
  }

  /** The name of the column that is predicted; of several the first. */
  get target(): Target {
    return this.targets[0];
  }

  /** The names of all columns that are predicted. */
  get targets(): readonly Target[] {
    return targetsOf(this.model.target).map(({ name }) => name as Target);
  }

  /** The columns that a prediction is made from. */
  get columns(): readonly string[] {
    const { encoder, target } = this.model;
    return [...columnsRead(encoder), ...offsetColumns(target)];
  }

  /**
   * Of one row, or of rows given as objects, columns or a table. A value that is null is missing, as in training; a column
   * that is not there at all is refused.
   * Throws EncodingError naming the column (and row) that is absent or of another kind, RowsError on what is no cell.
   */
  predict(row: Features<Row, Target>): Prediction<Row, Target>;
  predict(rows: Rows<Features<Row, Target>>): Prediction<Row, Target>[];
  predict(
    rows: Features<Row, Target> | Rows<Features<Row, Target>>,
  ): Prediction<Row, Target> | Prediction<Row, Target>[] {
    if (isMany(rows)) return this.#predictTable(tableOf(rows, this.model.reading));
    this.#refuseAbsent(rows);
    const { target, reading } = this.model;
    const hasOffset = movedTargets(target).length > 0;
    if (hasOffset || !this.#encodeRow(rows as AnyRow, this.#x)) return this.#predictTable(tableOf([rows], reading))[0];
    return this.#say({ predictions: this.#predictor.predict(this.#x).predictions }, 0);
  }

  /**
   * ∂prediction/∂column for each column of numbers and dates, in the target's unit for each unit of the column: `by.weight`
   * of a model that predicts miles per gallon is in miles per gallon per pound. Through encoder, network and target, in
   * float64, at one row. Throws as `predict`.
   */
  gradient(row: Features<Row, Target>): Gradient<Row, Target> {
    this.#refuseAbsent(row);
    this.#gradient ??= new RowGradient(this.model, this.#engine);
    const { target } = this.model;
    const { outputs, notes } = this.#gradient.of(tableOf([row], this.model.reading), 0);
    const names = this.#kind.names(target, undefined);
    if (hasClasses(target)) {
      const label = String(this.predict(row).label);
      const probabilities = Object.fromEntries(target.classes.map((name, i) => [name, outputs[i]]));
      return { by: probabilities[label], probabilities, notes } as Gradient<Row, Target>;
    }
    if (names.length === 1) return { by: outputs[0], notes } as Gradient<Row, Target>;
    const each = Object.fromEntries(names.map((name, i) => [name, outputs[i]]));
    return { by: outputs[0], each, notes } as Gradient<Row, Target>;
  }

  /**
   * Of each row the interval of an amount, or the classes, that hold the truth of a share `level` of rows like those of the table;
   * for each target, in order. Throws as `predict`, RangeError on a level outside (0, 1), UserError where the model has
   * no scores of rows that it did not learn from, or too few.
   */
  intervals(rows: Rows<Features<Row, Target>>, level = 0.9): readonly Intervals[] {
    const table = tableOf(rows, this.model.reading);
    const { target, conformal } = this.model;
    return intervalsOf(target, conformal, predictTable(this.model, this.#engine, table), level);
  }

  /** How it does on rows whose targets are known; rows without one do not count. Throws as `predict`, and TargetError. */
  evaluate(rows: Rows<Row>): Evaluation {
    return evaluateModel(this.model, this.#engine, judgedRows(this.model, tableOf(rows, this.model.reading)).data);
  }

  /** A few lines: what is predicted from what, by which network, and how well on each part of the rows. */
  summary(): string {
    const { network, encoder, target, metrics, rateTurns } = this.model;
    const layers = layersOf(network)
      .map(({ kind, spec }) => kind.describe(spec))
      .join(", ");
    const scores = Object.entries(metrics).map(([part, found]) => {
      const shown = Object.entries(found).map(([name, value]) => `${name} ${value?.toPrecision(4) ?? "–"}`);
      return `${part}: ${shown.join(", ")}`;
    });
    return [
      `${target.task === "several" ? "prediction" : target.task} of ${this.targets.map((name) => `'${name}'`).join(", ")} from ${this.columns.map((name) => `'${name}'`).join(", ")}`,
      `network: ${encoder.features.length} features, ${layers}`,
      ...(rateTurns === undefined ? [] : [turnedWords(rateTurns)]),
      ...scores,
    ].join("\n");
  }

  /** One safetensors file, which the command and `TableModel.load` read; the same model always gives the same bytes. */
  save(): Uint8Array {
    return saveModel(this.model);
  }

  /** An input that is missing is an error, never a zero. */
  #refuseAbsent(row: object): void {
    const absent = this.columns.find((name) => !Object.hasOwn(row, name));
    if (absent === undefined) return;
    const near = nearest(absent, Object.keys(row));
    const hint = near === undefined ? "give null where it is not known" : `did you mean '${near}'?`;
    throw new EncodingError(`the row has no '${absent}', which the model was trained with; ${hint}`, absent);
  }

  #predictTable(table: Table): Prediction<Row, Target>[] {
    const { predictions } = this.#predictor.predict(encode(this.model.encoder, table));
    const given = { predictions, offsets: offsetsFor(this.model.target, table, allRows(table)) };
    return Array.from({ length: table.rows }, (_, row) => this.#say(given, row));
  }

  #say(given: Predicted, row: number): Prediction<Row, Target> {
    return sayRow(this.model.target, given, row) as Prediction<Row, Target>;
  }
}
