/** Rows that nobody gave, below those of a table: cells of a grid, or a row of medians. */
import { nearest } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import { printDate } from "../reading/dates.ts";
import type { Column, Table } from "../table/table.ts";
import { numberAt, textAt } from "../table/table.ts";
import type { RawColumn, RawKind } from "./raw-columns.ts";

/** A value of a column: a number, or the text that a cell holds (a date as ISO 8601); null where it is missing. */
export type CellValue = number | string | null;

/**
 * The table with so many more rows, which hold the given values; where a column has none given, what its first row holds, which
 * nobody is to look at.
 */
export function withRows(
  table: Table,
  count: number,
  valuesOf: (name: string) => readonly CellValue[] | undefined,
): Table {
  const columns = table.columns.map((column): Column => {
    const values = valuesOf(column.name) ?? new Array<CellValue>(count).fill(column.values[0] as CellValue);
    if (column.type !== "number") return { ...column, values: [...column.values, ...values.map(textOf)] };
    const numbers = new Float64Array(table.rows + count);
    numbers.set(column.values);
    numbers.set(
      values.map((value) => (value === null ? Number.NaN : Number(value))),
      table.rows,
    );
    return { ...column, values: numbers };
  });
  return { ...table, rows: table.rows + count, columns };
}

const textOf = (value: CellValue): string | null => (typeof value === "number" ? String(value) : value);

const DAY = 86_400_000;

/** Days since 1970-01-01 as a cell holds them, to the millisecond; without a time of day where all are whole days. */
export const dateOf = (days: number, isDate: boolean): string =>
  printDate(Math.round(days * DAY), isDate ? "date" : "time");

/** The value of a cell, as it is shown. */
export function valueAt(column: Column, row: number, kind: RawKind | undefined): CellValue {
  if (kind !== "number") return textAt(column, row);
  const value = numberAt(column, row, kind);
  return Number.isNaN(value) ? null : value;
}

/**
 * Values of a column that somebody gave. Throws UserError on none, one that the column cannot hold, and a category that neither the
 * rows nor the model know.
 */
export function checkValues(
  { column, kind }: RawColumn,
  given: readonly (number | string)[],
  known: readonly string[],
): void {
  const refuse = (message: string, hint?: string): UserError =>
    new UserError(`grid: ${message}`, hint, { option: "grid" });
  if (!Array.isArray(given) || given.length === 0) throw refuse(`expected values of '${column.name}', got none`);
  for (const value of given) {
    if (kind === "category" && !known.includes(String(value))) {
      const near = nearest(String(value), known);
      const hint = near === undefined ? `It holds ${known.slice(0, 20).join(", ")}.` : `Did you mean '${near}'?`;
      throw refuse(`'${column.name}' has no category '${value}'`, hint);
    }
    if (kind === "number" && (String(value).trim() === "" || !Number.isFinite(Number(value))))
      throw refuse(`'${column.name}' holds numbers, got '${value}'`);
    if (kind === "date" && !isDate(String(value)))
      throw refuse(`'${column.name}' holds dates, got '${value}'`, "Write it as 2024-03-01 or 2024-03-01T12:30:00Z.");
  }
}

function isDate(text: string): boolean {
  try {
    return !Number.isNaN(numberAt({ name: "", type: "date", values: [text] }, 0, "date"));
  } catch {
    return false;
  }
}
