/** Rows of a table with their targets, as a model's network takes them. */
import { type Dataset, outputsOf, targetWidth } from "@chaingrad/core";
import type { Batch } from "@chaingrad/core/net";
import type { TableModelData } from "../model/model-file.ts";
import { encode } from "../table/encoder.ts";
import { labelledRows } from "../table/labelled.ts";
import { allRows, type Table, TargetError } from "../table/table.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { readWeights } from "../table/weights.ts";

export interface JudgedRows {
  readonly data: Dataset;
  readonly rows: number;
  /** Rows without a target, which do not count. */
  readonly missing: number;
  /** The column that the rows are weighed by, where the model was trained with one and the table has it. */
  readonly weight: string | undefined;
}

/**
 * The rows of a table that a model can be judged by, of all or of those at the given places. Throws TargetError where there are
 * none, EncodingError as `encode`.
 */
export function judgedRows(
  model: Pick<TableModelData, "target" | "encoder" | "weight">,
  table: Table,
  given: ArrayLike<number> = allRows(table),
): JudgedRows {
  const { target, encoder } = model;
  const { rows } = labelledRows(target, table, given, "which the model predicts");
  if (rows.length === 0) throw new TargetError(`the column '${target.name}' has no values at all`, target.name);
  const y = kindOf(target).encode(target, table, rows);
  const column = table.columns.find(({ name }) => name === model.weight);
  const weights = column && readWeights(column, rows);
  const data = {
    ...{ x: encode(encoder, table, rows), y },
    ...(weights && { weight: Float64Array.from(rows).map((row) => weights[row]) }),
  };
  return { data, rows: rows.length, missing: given.length - rows.length, weight: column?.name };
}

/** Rows of a table as a network is looked at with, and where they stand in it. */
export interface TableBatch extends Batch {
  readonly from: { readonly table: Table; readonly rows: readonly number[] };
}

/** Which rows of a table are taken. */
export interface BatchOptions {
  /** One row alone, counted from 1 as `rowNumbers` are; without it all that have a target. */
  readonly row?: number | undefined;
  /** Whether each row needs the target that a loss is taken of (default true); without it nothing may be taken of `y`. */
  readonly withTarget?: boolean | undefined;
}

/**
 * Rows to be explained or checked.
 * Throws RangeError on a row that there is not, TargetError where it has no target, EncodingError as `encode`.
 */
export function batchOf(
  model: TableModelData,
  table: Table,
  { row, withTarget = true }: BatchOptions = {},
): TableBatch {
  if (row !== undefined && !(Number.isInteger(row) && row >= 1 && row <= table.rows))
    throw new RangeError(`row: the table has no row ${row}; its rows are counted from 1 to ${table.rows}`);
  const { encoder, target, objective, network } = model;
  const wanted = row === undefined ? allRows(table) : [row - 1];
  const batch = (rows: readonly number[], y: Float64Array): TableBatch => {
    const rowNumbers = rows.map((index) => index + 1);
    const from = { table, rows };
    return { rows: rows.length, x: encode(encoder, table, rows), y, weight: undefined, rowNumbers, from };
  };
  const width = targetWidth(objective.loss, outputsOf(network));
  if (!withTarget) return batch(Array.from(wanted), new Float64Array(wanted.length * width));
  const rows = Array.from(labelledRows(target, table, wanted, "which the loss is taken of").rows);
  if (rows.length === 0) {
    const which = row === undefined ? "no row" : `row ${row}`;
    throw new TargetError(`${which} has no value in '${target.name}'`, target.name);
  }
  return batch(rows, Float64Array.from(kindOf(target).encode(target, table, rows)));
}
