/** Categories that training never saw: predictions go on, and the user is told. */

import { allRows, countValues, type Encoder, placesOf, type Table } from "@chaingrad/tables";

/** "column 'origin': 3 rows hold categories that training never saw (Mars, Venus)" for each column that has such. */
export function unseenCategories(encoder: Encoder, table: Table): string[] {
  return encoder.columns.flatMap((encoding) => {
    const column = table.columns.find(({ name }) => name === encoding.name);
    if (encoding.kind !== "category" || column === undefined || encoding.other) return [];
    const placeOf = placesOf(encoding.categories);
    const unseen = countValues(column, allRows(table)).counts.filter(([value]) => placeOf(value) === undefined);
    if (unseen.length === 0) return [];
    const rows = unseen.reduce((total, [, count]) => total + count, 0);
    const some = unseen
      .slice(0, 3)
      .map(([value]) => value)
      .join(", ");
    const more = unseen.length > 3 ? ", …" : "";
    return [
      `column '${encoding.name}': ${rows} ${rows === 1 ? "row holds" : "rows hold"} categories that training never saw (${some}${more})`,
    ];
  });
}
