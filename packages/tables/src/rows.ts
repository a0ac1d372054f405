/**
 * Rows as programs hold them (objects, or columns by name) as a table. What a value is, is decided as for files: numbers
 * are numbers, and text that spells numbers, dates or marks for missing is what it spells (`reading/infer.ts`).
 */

import { nearest } from "@chaingrad/core";
import { CellCollector, type Cells } from "./reading/cells.ts";
import { inferColumns } from "./reading/infer.ts";
import type { Reading } from "./reading/reading.ts";
import { ValueError } from "./reading/value-error.ts";
import { type Column, EncodingError, type Table } from "./table/table.ts";

/** A cell: null, undefined and NaN are missing. */
export type Value = number | string | boolean | bigint | Date | null | undefined;

/** Objects, columns of equal length by name, or a table that a reader made. */
export type Rows<Row extends object = object> = readonly Row[] | ColumnsOf<Row> | Table;

/** Rows as columns: for each name as many values as there are rows. */
export type ColumnsOf<Row extends object> = { readonly [Name in keyof Row]: ArrayLike<Row[Name]> };

/** Rows that are no table; `row` (from 0) and `column` where one cell is to blame. */
export class RowsError extends EncodingError {
  override readonly name: string = "RowsError";
}

export const isTable = (rows: unknown): rows is Table =>
  typeof rows === "object" && rows !== null && "columns" in rows && Array.isArray(rows.columns) && "rows" in rows;

/** Whether these are rows, and not one: a list, a table, or columns, which are lists themselves. */
export function isMany(rows: object): rows is Rows<object> {
  if (Array.isArray(rows) || isTable(rows)) return true;
  const values = Object.values(rows);
  return values.length > 0 && values.every((value) => typeof value === "object" && value !== null && "length" in value);
}

/**
 * `remembered`: how the table was read that a model was trained on.
 * Throws RowsError on no rows, on columns of different lengths, and on a value that is no cell (an object, a function, an
 * infinity), naming row and column. A key that some rows lack is missing there; one that is nearly another's name is refused.
 */
export function tableOf(rows: Rows<object>, remembered?: Reading): Table {
  if (isTable(rows)) return rows;
  if (typeof rows !== "object" || rows === null)
    throw new RowsError(`expected rows as objects, columns by name or a table, got ${String(rows)}`);
  return Array.isArray(rows)
    ? fromObjects(rows, remembered)
    : fromColumns(rows as Readonly<Record<string, ArrayLike<unknown>>>, remembered);
}

function fromObjects(rows: readonly unknown[], remembered: Reading | undefined): Table {
  if (rows.length === 0) throw new RowsError("there are no rows: the list is empty");
  const names = new Map<string, number>();
  for (const [row, object] of rows.entries()) {
    if (typeof object !== "object" || object === null || Array.isArray(object) || object instanceof Date)
      throw new RowsError(
        `row ${row + 1}: expected an object with a value for each column, got ${show(object)}`,
        undefined,
        row,
      );
    for (const name of Object.keys(object)) names.set(name, (names.get(name) ?? 0) + 1);
  }
  refuseMisspelt(names, rows);
  const columns = [...names.keys()].map((name): [string, unknown[]] => [
    name,
    rows.map((row) => (row as Record<string, unknown>)[name]),
  ]);
  return fromValues(columns, rows.length, remembered);
}

/** A key of one row alone, beside a key that all others have and that row has not: a slip of the pen, not a column. */
function refuseMisspelt(names: ReadonlyMap<string, number>, rows: readonly unknown[]): void {
  if (rows.length < 3) return;
  const usual = [...names].filter(([, count]) => count === rows.length - 1).map(([name]) => name);
  for (const [name, count] of names) {
    const near = count === 1 ? nearest(name, usual) : undefined;
    const row = near === undefined ? -1 : rows.findIndex((object) => Object.hasOwn(object as object, name));
    if (near === undefined || Object.hasOwn(rows[row] as object, near)) continue;
    throw new RowsError(`row ${row + 1} has '${name}' where all others have '${near}': did you mean that?`, name, row);
  }
}

function fromColumns(columns: Readonly<Record<string, ArrayLike<unknown>>>, remembered: Reading | undefined): Table {
  const entries = Object.entries(columns);
  if (entries.length === 0) throw new RowsError("there are no columns: expected lists of values by name");
  for (const [name, values] of entries) {
    if (typeof values !== "object" || values === null || typeof values.length !== "number")
      throw new RowsError(`column '${name}': expected a list of values, got ${show(values)}`, name);
  }
  const [first, { length }] = entries[0];
  const other = entries.find(([, values]) => values.length !== length);
  if (other)
    throw new RowsError(`column '${other[0]}' holds ${other[1].length} values, '${first}' ${length}`, other[0]);
  if (length === 0) throw new RowsError("there are no rows: the columns are empty");
  return fromValues(entries, length, remembered);
}

function inferred(cells: readonly Cells[], remembered: Reading | undefined): ReturnType<typeof inferColumns> {
  try {
    return inferColumns(cells, { remembered });
  } catch (error) {
    // A text that spells a number too large for 64 bits.
    throw error instanceof ValueError ? new RowsError(error.message, error.column, error.row) : error;
  }
}

function fromValues(
  columns: readonly (readonly [string, ArrayLike<unknown>])[],
  rows: number,
  remembered: Reading | undefined,
): Table {
  const read = columns.map(([name, values]) => columnOf(name, values, rows));
  const cells = read.filter((column): column is Cells => "places" in column);
  const { columns: judged, decimal, dates } = inferred(cells, remembered);
  const next = judged.values();
  return {
    rows,
    columns: read.map((column) => ("places" in column ? (next.next().value as Column) : column)),
    decimal,
    ...(dates && { dates }),
  };
}

/** Numbers as they are; where there is anything else, each value as it is written. */
function columnOf(name: string, values: ArrayLike<unknown>, rows: number): Column | Cells {
  if (!areNumbers(values)) {
    const cells = new CellCollector(name, rows);
    for (let row = 0; row < rows; row++) cells.set(row, textOf(values[row], name, row));
    return cells.cells();
  }
  const numbers = new Float64Array(rows);
  for (let row = 0; row < rows; row++) numbers[row] = finite((values[row] ?? Number.NaN) as number, name, row);
  return { name, type: "number", values: numbers };
}

/** Whether there are values, and each is a number. */
function areNumbers(values: ArrayLike<unknown>): boolean {
  let known = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === null || value === undefined) continue;
    if (typeof value !== "number") return false;
    known++;
  }
  return known > 0;
}

function textOf(value: unknown, column: string, row: number): string | null {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new RowsError(`${place(column, row)}: the date is not valid`, column, row);
    return value.toISOString();
  }
  if (typeof value === "number") return String(finite(value, column, row));
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "bigint") return String(value);
  const expected = "expected a number, text, boolean, bigint or Date, or null where it is missing";
  throw new RowsError(`${place(column, row)}: ${expected}, got ${show(value)}`, column, row);
}

function finite(value: number, column: string, row: number): number {
  if (Math.abs(value) !== Number.POSITIVE_INFINITY) return value;
  throw new RowsError(`${place(column, row)}: expected a finite number, got ${value}`, column, row);
}

const place = (column: string, row: number): string => `row ${row + 1}, column '${column}'`;

function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" && value !== null
    ? "an object"
    : typeof value === "function"
      ? "a function"
      : String(value);
}
