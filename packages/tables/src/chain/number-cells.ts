/** Cells as numbers, in the column's own unit. */
import type { TableModelData } from "../model/model-file.ts";
import type { NumericEncoding } from "../table/encodings/kinds.ts";
import { unscaled } from "../table/encodings/scale.ts";
import { type Column, numbersAt, type Rows } from "../table/table.ts";

/** Cells of a column of numbers or dates; a missing one holds the centre, which is what it counts as. */
export interface NumberCells {
  readonly values: Float64Array;
  /** 1 where there is a value, else 0; undefined: everywhere. */
  readonly known: Float64Array | undefined;
}

/** The encoding of one column of numbers or dates by itself. */
export type OwnEncoding = Exclude<NumericEncoding, { readonly kind: "duration" }>;

export function numberCells(encoding: OwnEncoding, column: Column, rows: Rows): NumberCells {
  const read = numbersAt(column, rows, encoding.kind);
  const known = read.map((value) => Number(!Number.isNaN(value)));
  const centre = encoding.kind === "number" ? unscaled(encoding, 0) : encoding.centre;
  const values = read.map((value) => (Number.isNaN(value) ? centre : value));
  return { values, known: known.includes(0) ? known : undefined };
}

/** The columns that can be followed. */
export const numberColumns = ({ encoder }: Pick<TableModelData, "encoder">): OwnEncoding[] =>
  encoder.columns.filter((column): column is OwnEncoding => column.kind === "number" || column.kind === "date");
