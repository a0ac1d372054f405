/**
 * Columns as numbers a network can read. What is learnt from the training rows is plain JSON, saved with the model;
 * applying it to any other table is a pure function. What each kind of column becomes stands in `encodings/`.
 */

import { nearest } from "@chaingrad/core";
import type { ColumnRole } from "./columns.ts";
import { clockOf, fitDate } from "./encodings/date.ts";
import { fitDurations } from "./encodings/duration.ts";
import { type Embed, fitCategory, mostOneHotOf } from "./encodings/fit-category.ts";
import type { Cells, Output } from "./encodings/kind.ts";
import {
  type ColumnEncoding,
  isNumeric,
  type NumericEncoding,
  numericKind,
  readsOf,
  type TextualEncoding,
  textKind,
} from "./encodings/kinds.ts";
import { fitNumber } from "./encodings/number.ts";
import { fitText } from "./encodings/text.ts";
import { layoutOf } from "./layout.ts";
import { type Column, EncodingError, numbersAt, type Rows, type Table, textAt } from "./table.ts";

/** A feature that holds the number of a row, from 0: of an embedding that a network learns. */
export interface EmbeddedFeature {
  /** Its place among the features, from 0. */
  readonly feature: number;
  /** How many rows there are; the last two are for all other values and for no value. */
  readonly size: number;
}

/**
 * How the columns of a table become the inputs of a network: fitted on the training rows, kept with the model. Amounts come
 * first among the features, then flags (between −1 and 1: categories, hashed words, what is missing), then embedded ones.
 */
export interface Encoder {
  /** The name of each feature, in order: "weight", "day: week (sin)", "weight (missing)", "origin=USA", "origin (other)". */
  readonly features: readonly string[];
  /** How many of them are amounts: the first ones. */
  readonly numbers: number;
  /** Those that are looked up: the last ones. */
  readonly embedded: readonly EmbeddedFeature[];
  readonly columns: readonly ColumnEncoding[];
}

/** How columns are encoded, where there is a choice. */
export interface EncoderOptions {
  /** Which columns of categories become one feature each, to be embedded (default none). */
  readonly embed?: Embed | undefined;
  /** How much each row of the table counts in medians and quantiles; by default all alike. */
  readonly weights?: ArrayLike<number> | undefined;
}

/** Columns named in one message. */
const MOST_REASONS = 10;

/**
 * Learns the encoding of the columns that have a role, from the given (training) rows alone.
 * Throws EncodingError when there are no rows or no column is left to learn from, and when a column's values do not
 * suit its role.
 */
export function fitEncoder(
  table: Table,
  rows: Rows,
  roles: readonly ColumnRole[],
  { embed = false, weights }: EncoderOptions = {},
): Encoder {
  if (rows.length === 0) throw new EncodingError("there are no rows to learn from");
  const mostOneHot = mostOneHotOf(embed, roles);
  const own = weights && Float64Array.from(rows, (row) => weights[row]);
  const dates: { name: string; days: Float64Array }[] = [];
  const columns = roles.flatMap(({ name, role }): ColumnEncoding[] => {
    if (role === "aside" || role === "target" || role === "weight" || role === "offset") return [];
    const column = findColumn(table, name, []);
    if (role === "category") return [fitCategory(column, rows, mostOneHot(name))];
    if (role === "text") return [fitText(name, textsAt(column, rows))];
    const cells = numbersAt(column, rows, role);
    if (role === "number") return [fitNumber(column, cells, own)];
    dates.push({ name, days: cells });
    return [fitDate(column, cells, { weights: own, offset: clockOf(column) })];
  });
  if (columns.length === 0) refuseEmpty(roles);
  return encoderOf([...columns, ...fitDurations(dates, own)]);
}

function refuseEmpty(roles: readonly ColumnRole[]): never {
  const reasons = roles.filter(({ role }) => role === "aside").map(({ name, why }) => `'${name}' (${why})`);
  if (reasons.length > MOST_REASONS)
    reasons.splice(MOST_REASONS, reasons.length, `${reasons.length - MOST_REASONS} more`);
  throw new EncodingError(`no column is left to learn from: ${reasons.join("; ") || "the table has only its target"}`);
}

const textsAt = (column: Column, rows: Rows): (string | null)[] => Array.from(rows, (row) => textAt(column, row));

/** What these encodings make together. */
export function encoderOf(columns: readonly ColumnEncoding[]): Encoder {
  const { features } = layoutOf(columns);
  return {
    features: features.map(({ name }) => name),
    numbers: features.filter(({ group }) => group === "number").length,
    embedded: features.flatMap(({ size }, feature) => (size === undefined ? [] : [{ feature, size }])),
    columns,
  };
}

/** The columns of the table that an encoder reads, each once. */
export const columnsRead = ({ columns }: Pick<Encoder, "columns">): string[] => [...new Set(columns.flatMap(readsOf))];

/**
 * The features of the given rows (by default all), row-major [rows, features]. A missing number is 0 (the centre), a
 * category never seen is "other"; both are all zeros where the training rows gave them no feature of their own.
 * Throws EncodingError on a column that the table lacks, and on a value that is no number where numbers are due.
 */
export function encode(encoder: Encoder, table: Table, rows?: Rows): Float64Array {
  const width = encoder.features.length;
  const count = rows?.length ?? table.rows;
  const all = rows ?? Int32Array.from({ length: count }, (_, row) => row);
  const values = new Float64Array(count * width);
  const { places } = layoutOf(encoder.columns);
  const names = columnsRead(encoder);
  const cells = new Map<string, Float64Array>();
  const cellsOf = (name: string, kind: "number" | "date"): Float64Array => {
    const known = cells.get(name) ?? numbersAt(findColumn(table, name, names), all, kind);
    cells.set(name, known);
    return known;
  };
  for (const [i, encoding] of encoder.columns.entries()) {
    const output = { values, places: places[i] };
    if (isNumeric(encoding)) {
      const { cell } = numericKind(encoding);
      const own = readsOf(encoding).map((name) => cellsOf(name, cell));
      encodeNumbers(encoding, own, output, width);
    } else encodeTexts(encoding, findColumn(table, encoding.name, names), all, output, width);
  }
  return values;
}

function encodeNumbers(encoding: NumericEncoding, cells: Cells, output: Output, width: number): void {
  const write = numericKind(encoding).writer(encoding);
  for (let i = 0; i < cells[0].length; i++) write(cells, i, output, i * width);
}

function encodeTexts(encoding: TextualEncoding, column: Column, rows: Rows, output: Output, width: number): void {
  const write = textKind(encoding).writer(encoding);
  for (let i = 0; i < rows.length; i++) write(textAt(column, rows[i]), output, i * width);
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
