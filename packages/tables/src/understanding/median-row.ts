/** A row in the middle of a table's: what a row is compared with where no other is named. */
import { allRows, countValues, numbersAt, type Table } from "../table/table.ts";
import { type CellValue, dateOf } from "./made-rows.ts";
import type { RawColumn } from "./raw-columns.ts";

/** The median of numbers and dates (of whole days a whole one); of all else what most rows hold. Null where no row holds anything. */
export function medianOf(table: Table, { column, kind }: RawColumn): CellValue {
  if (kind !== "number" && kind !== "date") return countValues(column, allRows(table)).counts[0]?.[0] ?? null;
  const known = numbersAt(column, allRows(table), kind)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (known.length === 0) return null;
  const [low, high] = [known[(known.length - 1) >> 1], known[known.length >> 1]];
  const middle = low + (high - low) / 2;
  if (kind === "number") return middle;
  const areDays = known.every(Number.isInteger);
  return dateOf(areDays ? Math.floor(middle) : middle, areDays);
}
