/** Two tables of the same columns, one below the other. */
import { allRows, type Column, numbersAt, type Table, textAt } from "./table.ts";
import { columnIn } from "./targets/column-in.ts";

/**
 * The first table's columns, with the second's values below them, read as the first's are: 7 is the text "7" where the first has
 * texts. What else the second has is left. Throws EncodingError where it has no numbers where the first has, or lacks a column.
 * @param unused columns that the second need not have: there they are missing
 */
export function joinedTables(first: Table, second: Table, unused: readonly string[] = []): Table {
  const columns = first.columns.map((column): Column => {
    const isThere = !unused.includes(column.name) || second.columns.some(({ name }) => name === column.name);
    const own = isThere ? columnIn(second, column.name, "which the first one has") : undefined;
    if (column.type === "number") {
      const values = new Float64Array(first.rows + second.rows).fill(Number.NaN);
      values.set(column.values);
      if (own !== undefined) values.set(numbersAt(own, allRows(second), "number"), first.rows);
      return { ...column, values };
    }
    const more = Array.from({ length: second.rows }, (_, row) => {
      if (own === undefined) return null;
      return own.type === column.type ? own.values[row] : textAt(own, row);
    });
    return { ...column, values: [...column.values, ...more] };
  });
  return { ...first, columns, rows: first.rows + second.rows };
}
