import type { Dataset } from "@chaingrad/core";
import type { TableModelData } from "../model/model-file.ts";
import { encode } from "../table/encoder.ts";
import { allRows, type Table, TargetError, textAt } from "../table/table.ts";
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
  const column = table.columns.find(({ name }) => name === target.name);
  if (column === undefined)
    throw new TargetError(`the table has no column '${target.name}', which the model predicts`, target.name);
  const rows = Array.from(allRows(table)).filter((row) => textAt(column, row) !== null);
  if (rows.length === 0) throw new TargetError(`the column '${target.name}' has no values at all`, target.name);
  const y = encodeTarget(target, column, rows);
  return { data: { x: encode(encoder, table, rows), y }, rows: rows.length, missing: table.rows - rows.length };
}
