/** Columns of formats that have types (Parquet, Arrow) as a table's. */
import { CellCollector, type Cells } from "../reading/cells.ts";
import type { Column } from "../table/table.ts";
import { type FileTable, inferOptions, inferred, NumberCollector, type ReadingOptions } from "./columns.ts";
import { noRows } from "./refusals.ts";

/** A cell of a typed column; a `whole` one is a bigint, a `date` days since 1970, a `time` milliseconds since then. */
export type TypedValue = number | bigint | string | boolean | null | undefined;

export interface TypedColumn {
  readonly name: string;
  readonly kind: "number" | "whole" | "boolean" | "date" | "time" | "text";
  readonly values: ArrayLike<TypedValue>;
}

/**
 * The table of typed columns, all of one length. Text is looked at value by value, as in every format, and so are whole
 * numbers that a double does not tell apart: they name things, and stay text.
 *
 * @throws UserError where there are no rows, or a number is infinite
 */
export function typedTable(
  columns: readonly TypedColumn[],
  rows: number,
  label: string,
  options: ReadingOptions,
): Omit<FileTable, "path"> {
  if (rows === 0) throw noRows(label);
  const copied = columns.map((column) => copy(column, rows, label));
  return { rows, ...inferred(copied, label, { ...inferOptions(options), likely: "." }) };
}

function copy(column: TypedColumn, rows: number, label: string): Column | Cells {
  const { name, kind, values } = column;
  switch (kind) {
    case "number":
      return numbers(column, rows, label);
    case "whole":
      return isExact(values) ? numbers(column, rows, label) : cells(column, rows);
    case "text":
      return cells(column, rows);
    case "boolean":
      return { name, type: "boolean", values: list(values, (value) => Boolean(value)) };
    case "date":
      return { name, type: "date", values: list(values, (days) => isoDay(Number(days) * 86_400_000)) };
    case "time":
      return { name, type: "date", values: list(values, (time) => new Date(Number(time)).toISOString()) };
    default:
      return kind satisfies never;
  }
}

const list = <T>(values: ArrayLike<TypedValue>, read: (value: TypedValue) => T): (T | null)[] =>
  Array.from(values, (value) => (value === null || value === undefined ? null : read(value)));

const isoDay = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().slice(0, -"T00:00:00.000Z".length);

/** Whether there are values, and a double holds each. */
function isExact(values: ArrayLike<TypedValue>): boolean {
  let known = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === null || value === undefined) continue;
    if (Math.abs(Number(value)) > Number.MAX_SAFE_INTEGER) return false;
    known++;
  }
  return known > 0;
}

function numbers({ name, values }: TypedColumn, rows: number, label: string): Column {
  const collector = new NumberCollector(name, rows, label);
  for (let row = 0; row < rows; row++) {
    const value = values[row];
    collector.set(row, value === null || value === undefined ? null : Number(value));
  }
  return collector.column();
}

function cells({ name, values }: TypedColumn, rows: number): Cells {
  const collector = new CellCollector(name, rows);
  for (let row = 0; row < rows; row++) {
    const value = values[row];
    collector.set(row, value === null || value === undefined ? null : String(value));
  }
  return collector.cells();
}

/** A time of day: `10:00:00`, with as many digits of the second as it has. */
export function clock(microseconds: bigint): string {
  const seconds = Number(microseconds / 1_000_000n);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const fraction = String(microseconds % 1_000_000n)
    .padStart(6, "0")
    .replace(/0+$/, "");
  return `${parts.map((part) => String(part).padStart(2, "0")).join(":")}${fraction === "" ? "" : `.${fraction}`}`;
}
