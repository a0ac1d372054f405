/** Cells as numbers, in the column's own unit. */
import type { NumberEncoding } from "../table/encoder.ts";
import { type Column, numberAt, type Rows } from "../table/table.ts";

/** Cells of a column of numbers or dates; a missing one holds the mean, which is what it counts as. */
export interface NumberCells {
  readonly values: Float64Array;
  /** 1 where there is a value, else 0; undefined: everywhere. */
  readonly known: Float64Array | undefined;
}

export function numberCells(encoding: NumberEncoding, column: Column, rows: Rows): NumberCells {
  const read = Float64Array.from(rows, (row) => numberAt(column, row, encoding.kind));
  const known = read.map((value) => Number(!Number.isNaN(value)));
  const values = read.map((value) => (Number.isNaN(value) ? encoding.mean : value));
  return { values, known: known.includes(0) ? known : undefined };
}
