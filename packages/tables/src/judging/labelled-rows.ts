/** Rows of a table with their targets, as a model's network takes them. */
import type { Dataset } from "@chaingrad/core";
import type { Batch } from "@chaingrad/core/net";
import type { TableModelData } from "../model/model-file.ts";
import { encode } from "../table/encoder.ts";
import { allRows, type Column, knownRows, type Table, TargetError } from "../table/table.ts";
import { encodeTarget } from "../table/target.ts";

export interface JudgedRows {
  readonly data: Dataset;
  readonly rows: number;
  /** Rows without a target, which do not count. */
  readonly missing: number;
}

/** The rows of a table that a model can be judged by. Throws TargetError where there are none, EncodingError as `encode`. */
export function judgedRows(model: TableModelData, table: Table): JudgedRows {
  const { target, encoder } = model;
  const column = columnOf(model, table, "which the model predicts");
  const { known: rows } = knownRows(column, allRows(table));
  if (rows.length === 0) throw new TargetError(`the column '${target.name}' has no values at all`, target.name);
  const y = encodeTarget(target, column, rows);
  return { data: { x: encode(encoder, table, rows), y }, rows: rows.length, missing: table.rows - rows.length };
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
  const { encoder, target } = model;
  const wanted = row === undefined ? allRows(table) : [row - 1];
  const batch = (rows: readonly number[], y: Float64Array): TableBatch => {
    const rowNumbers = rows.map((index) => index + 1);
    const from = { table, rows };
    return { rows: rows.length, x: encode(encoder, table, rows), y, weight: undefined, rowNumbers, from };
  };
  if (!withTarget) return batch(Array.from(wanted), new Float64Array(wanted.length));
  const column = columnOf(model, table, "which the loss is taken of");
  const rows = Array.from(knownRows(column, wanted).known);
  if (rows.length === 0) {
    const which = row === undefined ? "no row" : `row ${row}`;
    throw new TargetError(`${which} has no value in '${target.name}'`, target.name);
  }
  return batch(rows, Float64Array.from(encodeTarget(target, column, rows)));
}

function columnOf({ target }: TableModelData, table: Table, why: string): Column {
  const column = table.columns.find(({ name }) => name === target.name);
  if (column !== undefined) return column;
  throw new TargetError(`the table has no column '${target.name}', ${why}`, target.name);
}
