/** Tables as core knows them, with the path they came from. */
import type { Column, Table as Columns, DecimalSign } from "@chaingrad/tables";

export type { Column };

/** One value of a table. A missing value is null. */
export type Cell = number | string | boolean | null;

/**
 * Number columns hold NaN where a value is missing, and only there: reading refuses ±Infinity. Dates are ISO 8601,
 * `2020-01-05` throughout a column or `2020-01-05T10:00:00.000Z` throughout (UTC, as Date.toISOString prints).
 */
export interface Table extends Columns {
  /** The path as the user gave it. */
  readonly path: string;
  /** The sign between whole and fraction in its text. */
  readonly decimal: DecimalSign;
  /** What was read into the file as a whole, a sentence each. */
  readonly notes: readonly string[];
}

/** The value in one row, with null for missing whatever the column's type. */
export function cell(column: Column, row: number): Cell {
  const value = column.values[row];
  return Number.isNaN(value) ? null : value;
}
