/**
 * Columns as numbers a network can read. What is learnt from the training rows is plain JSON, saved with the model;
 * applying it to any other table is a pure function.
 */

import { nearest } from "@chaingrad/core";
import { moments } from "@chaingrad/core/given";
import { type ColumnRole, rareBelow } from "./columns.ts";
import { type Column, countValues, EncodingError, numberAt, placesOf, type Rows, type Table, textAt } from "./table.ts";

/** One feature (x − mean) / scale, and one that is 1 where the value is missing, if the training rows lack some. */
export interface NumberEncoding {
  readonly kind: "number" | "date";
  readonly name: string;
  readonly mean: number;
  readonly scale: number;
  readonly missing: boolean;
}

/** One feature for each category; one for all other values and one for no value, if the training rows have such. */
export interface CategoryEncoding {
  readonly kind: "category";
  readonly name: string;
  readonly categories: readonly string[];
  readonly other: boolean;
  readonly missing: boolean;
}

/** How one column becomes features. */
export type ColumnEncoding = NumberEncoding | CategoryEncoding;

/** How the columns of a table become the inputs of a network: fitted on the training rows, kept with the model. */
export interface Encoder {
  /** The name of each feature, in order: "weight", "weight (missing)", "origin=USA", "origin (other)". */
  readonly features: readonly string[];
  readonly columns: readonly ColumnEncoding[];
}

/**
 * A standardised value stays within ±10: ten standard deviations say "very large", and an outlier a thousand away would
 * only drown the other features. It holds for training rows and new rows alike.
 */
export const LIMIT = 10;
/** More categories than this in one column go to "other", the least frequent first. */
const MOST_CATEGORIES = 100;
/** Columns named in one message. */
const MOST_REASONS = 10;

/**
 * Learns the encoding of the columns that have a role, from the given (training) rows alone.
 * Throws EncodingError when there are no rows or no column is left to learn from, and when a column's values do not
 * suit its role.
 */
export function fitEncoder(table: Table, rows: Rows, roles: readonly ColumnRole[]): Encoder {
  if (rows.length === 0) throw new EncodingError("there are no rows to learn from");
  const columns = roles.flatMap(({ name, role }): ColumnEncoding[] => {
    if (role === "aside" || role === "target" || role === "weight" || role === "offset") return [];
    const column = findColumn(table, name, []);
    return [role === "category" ? fitCategory(column, rows) : fitNumber(column, rows, role)];
  });
  if (columns.length === 0) {
    const reasons = roles.filter(({ role }) => role === "aside").map(({ name, why }) => `'${name}' (${why})`);
    if (reasons.length > MOST_REASONS)
      reasons.splice(MOST_REASONS, reasons.length, `${reasons.length - MOST_REASONS} more`);
    throw new EncodingError(
      `no column is left to learn from: ${reasons.join("; ") || "the table has only its target"}`,
    );
  }
  return { features: columns.flatMap(featuresOf), columns };
}

function fitNumber(column: Column, rows: Rows, kind: "number" | "date"): NumberEncoding {
  const values = Array.from(rows, (row) => numberAt(column, row, kind));
  return { kind, name: column.name, ...moments(values), missing: values.some(Number.isNaN) };
}

function fitCategory(column: Column, rows: Rows): CategoryEncoding {
  const { counts, missing } = countValues(column, rows);
  const common = counts.filter(([, count]) => count >= rareBelow(rows.length)).slice(0, MOST_CATEGORIES);
  return {
    kind: "category",
    name: column.name,
    categories: common.map(([value]) => value),
    other: common.length < counts.length,
    missing: missing > 0,
  };
}

/** The names of a column's features, in order. */
export function featuresOf(encoding: ColumnEncoding): string[] {
  const { name, kind, missing } = encoding;
  const features = kind === "category" ? encoding.categories.map((category) => `${name}=${category}`) : [name];
  if (kind === "category" && encoding.other) features.push(`${name} (other)`);
  if (missing) features.push(`${name} (missing)`);
  return features;
}

/**
 * The features of the given rows (by default all), row-major [rows, features]. A missing number is 0 (the mean), a
 * category never seen is "other"; both are all zeros where the training rows gave them no feature of their own.
 * Throws EncodingError on a column that the table lacks, and on a value that is no number where numbers are due.
 */
export function encode(encoder: Encoder, table: Table, rows?: Rows): Float64Array {
  const width = encoder.features.length;
  const count = rows?.length ?? table.rows;
  const output = new Float64Array(count * width);
  const names = encoder.columns.map(({ name }) => name);
  let first = 0;
  for (const encoding of encoder.columns) {
    const column = findColumn(table, encoding.name, names);
    const place = encoding.kind === "category" ? placeCategory(encoding, column) : placeNumber(encoding, column);
    for (let i = 0; i < count; i++) place(output, i * width + first, rows?.[i] ?? i);
    first += featuresOf(encoding).length;
  }
  return output;
}

/** Writes one row's features of one column at `start` of an output that holds zeros. */
type Place = (output: Float64Array, start: number, row: number) => void;

/** (value − mean) / scale, within ±LIMIT. */
export function standardise({ mean, scale }: NumberEncoding, value: number): number {
  return Math.min(LIMIT, Math.max(-LIMIT, (value - mean) / scale));
}

function placeNumber(encoding: NumberEncoding, column: Column): Place {
  return (output, start, row) => {
    const value = numberAt(column, row, encoding.kind);
    if (!Number.isNaN(value)) output[start] = standardise(encoding, value);
    else if (encoding.missing) output[start + 1] = 1;
  };
}

function placeCategory({ categories, other, missing }: CategoryEncoding, column: Column): Place {
  const placeOf = placesOf(categories);
  return (output, start, row) => {
    const value = textAt(column, row);
    if (value !== null) {
      const place = placeOf(value) ?? (other ? categories.length : undefined);
      if (place !== undefined) output[start + place] = 1;
    } else if (missing) output[start + categories.length + (other ? 1 : 0)] = 1;
  };
}

/** Throws EncodingError when the table has no such column, with the nearest name that is not `taken`. */
export function findColumn(table: Table, name: string, taken: readonly string[]): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column) return column;
  const free = table.columns.map((candidate) => candidate.name).filter((candidate) => !taken.includes(candidate));
  const near = nearest(name, free);
  const hint = near === undefined ? "" : `; did you mean '${near}'?`;
  throw new EncodingError(`the table has no column '${name}', which the model was trained with${hint}`, name);
}
