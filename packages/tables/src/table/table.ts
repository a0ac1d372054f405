/** A table in memory, column by column, as a reader hands it over. */
import { UserError } from "@chaingrad/core/user-error";

interface AnyColumn {
  readonly name: string;
  /** What its reader has to say about it: which cells keep it from being numbers, what was read into them. */
  readonly note?: string;
  /** What somebody who had it read says that it is, whatever it looks like. */
  readonly declared?: "number" | "category" | "date" | "text";
}

/** A column of numbers; NaN where one is missing. */
export interface NumberColumn extends AnyColumn {
  readonly type: "number";
  /** NaN means missing. */
  readonly values: Float64Array;
  /** How its values are written, where that is not as JavaScript prints them: "1.0", "2E7". */
  readonly written?: ReadonlyMap<number, string>;
}

/** A column of texts: each row has the code of a value, or of none. */
export interface TextColumn extends AnyColumn {
  readonly type: "text" | "boolean" | "date";
  /** null means missing. Booleans may be spelt in any case, as "TRUE"; dates are ISO 8601. */
  readonly values: readonly (string | boolean | null)[];
  /** Of points in time: minutes by which the one zone that all of them were written in is ahead of UTC. */
  readonly offset?: number;
  /**
   * What most values of a text column are, where `note` names those that are not; "missing" where all are marks like
   * "-", which are missing values where numbers or dates are due.
   */
  readonly almost?: "number" | "date" | "missing";
}

/** A column of a table, by what it holds. */
export type Column = NumberColumn | TextColumn;

/** A table: columns of equal length. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: number;
}

/** Row indices of a table, from 0. */
export type Rows = ArrayLike<number>;

/** Features that cannot be made from a table; `row` (from 0) where one row is to blame. */
export class EncodingError extends UserError {
  override readonly name: string = "EncodingError";
  readonly column: string | undefined;
  readonly row: number | undefined;
  constructor(message: string, column?: string, row?: number, hint?: string, options?: ErrorOptions) {
    super(message, hint, options);
    this.column = column;
    this.row = row;
  }
}

/** A column that cannot be the target; `row` (from 0) where one row is to blame. */
export class TargetError extends EncodingError {
  override readonly name: string = "TargetError";
}

/** Every row of a table. */
export function allRows({ rows }: { readonly rows: number }): Rows {
  return Int32Array.from({ length: rows }, (_, row) => row);
}

/** One value as it is written, null when missing: how categories and classes are named whatever the column's type. */
export function textAt(column: Column, row: number): string | null {
  const value = column.values[row];
  if (value === null || Number.isNaN(value)) return null;
  return (column.type === "number" ? column.written?.get(value as number) : undefined) ?? String(value);
}

/**
 * Finds names again that another file spells in another way: 1 for "1.0", true for "TRUE". A name that is there as it is
 * given comes first. Codes ("007") are no numbers.
 */
export function placesOf(names: readonly string[]): (name: string) => number | undefined {
  const exact = new Map(names.map((name, place) => [name, place]));
  const loose = new Map(names.map((name, place) => [plainName(name), place]).reverse() as [string, number][]);
  return (name) => exact.get(name) ?? loose.get(plainName(name));
}

function plainName(name: string): string {
  if (/^(?:true|false)$/i.test(name)) return name.toLowerCase();
  const isNumber = /^[+-]?(?:0|[1-9]\d{0,14})?(?:\.\d*)?(?:[eE][+-]?\d+)?$/.test(name) && /\d/.test(name);
  return isNumber ? String(Number(name)) : name;
}

/**
 * One value as a number, NaN when missing: a date as days since 1970-01-01 (UTC where it names no zone), text as the
 * number it spells. Throws EncodingError when it is not what was asked for.
 */
export function numberAt(column: Column, row: number, kind: "number" | "date"): number {
  const value = column.values[row];
  if (typeof value === "number" && kind === "number") return value;
  if (column.type === "text" && column.almost === "missing") return Number.NaN;
  const text = textAt(column, row)?.trim();
  if (text === undefined) return Number.NaN;
  const number = kind === "date" ? days(text) : Number(text || Number.NaN);
  if (!Number.isNaN(number)) return number;
  const expected = kind === "date" ? "a date as YYYY-MM-DD" : "a number";
  // Where most are numbers, the reader knows which cell is not; the first of all is none by its type alone.
  if (column.note !== undefined)
    throw new EncodingError(`column '${column.name}': expected ${expected} in each row; ${column.note}`, column.name);
  const where = `column '${column.name}', row ${row + 1}`;
  throw new EncodingError(`${where}: expected ${expected}, got '${text}'`, column.name, row);
}

/** The given rows' values as numbers, NaN where missing. Throws as `numberAt`. */
export function numbersAt(column: Column, rows: Rows, kind: "number" | "date"): Float64Array {
  const numbers = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) numbers[i] = numberAt(column, rows[i], kind);
  return numbers;
}

const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ]([\d:.]+)(Z|[+-]\d\d:\d\d)?)?$/;

function days(text: string): number {
  const [, day, time = "00:00", zone = "Z"] = DATE.exec(text) ?? [];
  return Date.parse(`${day}T${time}${zone}`) / 86_400_000;
}

/** How many rows hold each value, most frequent first, then by name; and how many hold none. */
export function countValues(column: Column, rows: Rows): { counts: [value: string, count: number][]; missing: number } {
  const counts = new Map<string, number>();
  let missing = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = textAt(column, rows[i]);
    if (value === null) missing++;
    else counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return { counts: [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)), missing };
}
