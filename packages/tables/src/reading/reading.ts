/** How a table was read, where that decides what its cells are: kept with a model, so that other tables are read alike. */
import type { DateOrder } from "./dates.ts";
import type { DecimalSign } from "./numbers.ts";

/** What a caller says a column is, whatever its cells look like. */
export type ColumnType = "number" | "category" | "date" | "text";

/** All that a caller may declare a column to be. */
export const COLUMN_TYPES: readonly ColumnType[] = ["number", "category", "date", "text"];

/** What another table of the same kind is read by, where its own cells do not tell. */
export interface Reading {
  /** A comma where numbers were written so; a point goes without saying. */
  readonly decimal?: DecimalSign;
  readonly dates?: DateOrder;
  /** Columns that were declared to be of a type, by name. */
  readonly types?: Readonly<Record<string, ColumnType>>;
}
