/** Columns that are to be added to a table. */
import { type Column, EncodingError, type Table } from "../table/table.ts";

/** The columns as they are. Throws EncodingError where the table has one of such a name. */
export function addedColumns(table: Table, columns: readonly Column[]): readonly Column[] {
  const clash = columns.find(({ name }) => table.columns.some((column) => column.name === name));
  if (clash === undefined) return columns;
  const hint = "Rename or drop it first.";
  throw new EncodingError(`the table already has a column '${clash.name}'`, clash.name, undefined, hint);
}
