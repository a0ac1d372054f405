/** One value of a table. A missing value is null. */
export type Cell = number | string | boolean | null;

/** Numbers as one flat array, eight bytes a row. NaN means missing, and only that: reading refuses NaN and ±Infinity. */
export interface NumberColumn {
  readonly name: string;
  readonly type: "number";
  readonly values: Float64Array;
}

/** Text; also a column in which every value is missing. */
export interface TextColumn {
  readonly name: string;
  readonly type: "text";
  readonly values: readonly (string | null)[];
}

export interface BooleanColumn {
  readonly name: string;
  readonly type: "boolean";
  readonly values: readonly (boolean | null)[];
}

/** ISO 8601: `2020-01-05` throughout, or `2020-01-05T10:00:00.000Z` throughout (UTC, as Date.toISOString prints). */
export interface DateColumn {
  readonly name: string;
  readonly type: "date";
  readonly values: readonly (string | null)[];
}

export type Column = NumberColumn | TextColumn | BooleanColumn | DateColumn;

export interface Table {
  /** The path as the user gave it. */
  readonly path: string;
  readonly columns: readonly Column[];
  readonly rows: number;
}

/** The value in one row, with null for missing whatever the column's type. */
export function cell(column: Column, row: number): Cell {
  const value = column.values[row];
  return Number.isNaN(value) ? null : value;
}
