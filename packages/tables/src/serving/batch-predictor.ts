/** Several tables predicted at once: each is read and refused by itself, and the network runs once for all of them. */
import { type Predictor, predictorOf, type SyncEngine } from "@chaingrad/core";
import type { TableModelData } from "../model/model-file.ts";
import { type PredictedOptions, predictedOf } from "../model/predicted-columns.ts";
import { sayRow } from "../model/say-row.ts";
import type { AnyRow, Prediction } from "../model/table-model.ts";
import { encode } from "../table/encoder.ts";
import { allRows, type Column, type Table } from "../table/table.ts";
import type { Predicted } from "../table/targets/kind.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import { type Intervals, intervalsOf } from "../uncertainty/intervals.ts";

/** A table as the network takes it. */
export interface EncodedTable {
  readonly rows: number;
  /** [rows, features], row-major. */
  readonly x: Float64Array;
  readonly offsets: Float64Array | undefined;
}

/** Rows that the plan is made for; more go through it in parts. */
const ROWS_OF_A_PLAN = 256;

/** A model that predicts the rows of several tables with one run of its network. */
export class BatchPredictor {
  readonly #model: TableModelData;
  readonly #predictor: Predictor;

  constructor(model: TableModelData, engine: SyncEngine) {
    this.#model = model;
    this.#predictor = predictorOf(model, engine, ROWS_OF_A_PLAN);
  }

  /** Compiles now what predictions need, so that no request waits for it. */
  ready(): void {
    this.#predictor.ready();
  }

  /** Throws EncodingError on a column that is absent or of another kind, TargetError on an offset that is missing. */
  encode(table: Table): EncodedTable {
    const { encoder, target } = this.#model;
    return { rows: table.rows, x: encode(encoder, table), offsets: offsetsFor(target, table, allRows(table)) };
  }

  /**
   * What is said of each table, in their order: of each row what is said of it alone, but for the rounding of the engine's numbers
   * (in float32 the seventh digit), which sums of other lengths and libraries do otherwise.
   */
  predict(tables: readonly EncodedTable[]): PredictedTable[] {
    const width = this.#model.network.inputs;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const x = new Float64Array(rows * width);
    let row = 0;
    for (const table of tables) {
      x.set(table.x, row * width);
      row += table.rows;
    }
    const { predictions } = this.#predictor.predict(x);
    const outputs = predictions.length / rows;
    row = 0;
    return tables.map((table) => {
      const own = predictions.slice(row * outputs, (row + table.rows) * outputs);
      row += table.rows;
      return new PredictedTable(this.#model, table.rows, { predictions: own, offsets: table.offsets });
    });
  }
}

/** What a model says of the rows of one table. */
export class PredictedTable {
  readonly rows: number;
  readonly #model: TableModelData;
  readonly #given: Predicted;

  constructor(model: TableModelData, rows: number, given: Predicted) {
    this.#model = model;
    this.rows = rows;
    this.#given = given;
  }

  /** Row by row, as `TableModel.predict`. Throws EncodingError where a class cannot be told, for the weights overflow. */
  byRow(): Prediction<AnyRow, string>[] {
    const say = (row: number) => sayRow(this.#model.target, this.#given, row) as Prediction<AnyRow, string>;
    return Array.from({ length: this.rows }, (_, row) => say(row));
  }

  /** As columns, with those of intervals where a share is given. Throws as `byRow`, and as `intervals`. */
  columns(options: PredictedOptions = {}): readonly Column[] {
    return predictedOf(this.#model, kindOf(this.#model.target).say(this.#model.target, this.#given), options);
  }

  /** Of each target, as `TableModel.intervals`. Throws RangeError on a level outside (0, 1), UserError as there. */
  intervals(level: number): readonly Intervals[] {
    const { target, conformal } = this.#model;
    return intervalsOf(target, conformal, kindOf(target).say(target, this.#given), level);
  }

  /** How many numbers of the network are not finite: its weights are too large for these rows. */
  get wild(): number {
    return this.#given.predictions.reduce((sum, value) => sum + Number(!Number.isFinite(value)), 0);
  }
}
