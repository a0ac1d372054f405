/** Two tables of the same columns, one below the other. */

import { allRows, type Column, numbersAt, type Table, textAt } from "./table.ts";
import { columnIn } from "./targets/column-in.ts";

/**
 * The first table's columns, with the second's values below them, read as the first's are: 7 is the text "7" where the first has
 * texts. What else the second has is left. Throws EncodingError where it lacks a column, or has no numbers where the first has.
 */
export function joinedTables(first: Table, second: Table): Table {
  const columns = first.columns.map((column): Column => {
    const own = columnIn(second, column.name, "which the first one has");
    if (column.type === "number") {
      const values = new Float64Array(first.rows + second.rows);
      values.set(column.values);
      values.set(numbersAt(own, allRows(second), "number"), first.rows);
      return { ...column, values };
    }
    const more = Array.from({ length: second.rows }, (_, row) =>
      own.type === column.type ? own.values[row] : textAt(own, row),
    );
    return { ...column, values: [...column.values, ...more] };
  });
  return { ...first, columns, rows: first.rows + second.rows };
}
