/** One value of a table. A missing value is null. */
import type { Column } from "@chaingrad/tables";

export type Cell = number | string | boolean | null;

/** The value in one row, with null for missing whatever the column's type. */
export function cell(column: Column, row: number): Cell {
  const value = column.values[row];
  return Number.isNaN(value) ? null : value;
}
