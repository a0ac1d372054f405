/** What is said of rows as columns of their table. */
import { addedColumns } from "../model/added-columns.ts";
import type { Column, Table } from "../table/table.ts";
import type { RowGradients } from "./row-gradients.ts";
import type { SuspectLabels } from "./suspect-labels.ts";

/**
 * "suspect rank" and "suspect score" (nothing where a row was not judged), and "suspect" (yes or no), to be added to the table.
 * Throws EncodingError where it has a column of such a name.
 */
export function suspectColumns({ suspects }: SuspectLabels, table: Table): readonly Column[] {
  const likely = new Array<string | null>(table.rows).fill(null);
  for (const one of suspects) likely[one.row - 1] = one.likely ? "yes" : "no";
  const places = suspects.map(({ row }) => row - 1);
  return addedColumns(table, [
    numbers("suspect rank", table.rows, places, (i) => suspects[i].rank),
    numbers("suspect score", table.rows, places, (i) => suspects[i].score),
    { name: "suspect", type: "text", values: likely },
  ]);
}

/** "loss", "gradient norm" and "gradient cosine" of each row whose target is known. Throws as `suspectColumns`. */
export function gradientColumns({ rows, loss, norm, cosine }: RowGradients, table: Table): readonly Column[] {
  const places = Array.from(rows, (row) => row - 1);
  const own = { loss, "gradient norm": norm, "gradient cosine": cosine };
  return addedColumns(
    table,
    Object.entries(own).map(([name, values]) => numbers(name, table.rows, places, (i) => values[i])),
  );
}

function numbers(name: string, rows: number, places: readonly number[], at: (i: number) => number): Column {
  const values = new Float64Array(rows).fill(Number.NaN);
  for (const [i, place] of places.entries()) values[place] = at(i);
  return { name, type: "number", values };
}
