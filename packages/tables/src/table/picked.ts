/** Some rows of a table as a table of their own. */
import type { Column, Rows, Table } from "./table.ts";

/** The rows at the given places (from 0), in their order; columns keep what was said of them. */
export function pickedTable(table: Table, rows: Rows): Table {
  const places = Int32Array.from(rows);
  const columns = table.columns.map((column): Column => {
    if (column.type !== "number") return { ...column, values: Array.from(places, (row) => column.values[row]) };
    return { ...column, values: Float64Array.from(places, (row) => column.values[row]) };
  });
  return { ...table, columns, rows: places.length };
}
