/** The values of a column at which a model is asked: evenly spread over where the rows are, or each one that there is. */
import { countingNumber, inRange } from "@chaingrad/core/given";
import { UserError } from "@chaingrad/core/user-error";
import type { TableModelData } from "../model/model-file.ts";
import { allRows, countValues, numbersAt, type Table } from "../table/table.ts";
import { checkValues, dateOf } from "./made-rows.ts";
import type { RawColumn } from "./raw-columns.ts";

/** Numbers, or texts as cells hold them: categories, dates as ISO 8601. */
export type GridValues = readonly (number | string)[];

/** Where a model is asked. */
export interface GridOptions {
  /** How many values of numbers and dates (default 100; of two columns 20 each): fewer where fewer differ. */
  readonly resolution?: number | undefined;
  /** Between which shares of the rows they lie (default [0.05, 0.95]). */
  readonly percentiles?: readonly [number, number] | undefined;
}

/**
 * Of numbers and dates the values that differ, where these are fewer than `resolution`; else so many between two percentiles, evenly
 * spread. Of categories each one that the rows hold or the model knows. All as scikit-learn's `partial_dependence` does.
 * @param given what is taken instead
 */
export function gridOf(
  model: TableModelData,
  table: Table,
  raw: RawColumn,
  { resolution = 100, percentiles = [0.05, 0.95] }: GridOptions,
  given?: GridValues,
): GridValues {
  const { column, kind } = raw;
  inRange("resolution", resolution, countingNumber);
  checkPercentiles(percentiles);
  if (kind === "category") {
    const known = categoriesOf(model, table, raw);
    if (given === undefined) return known;
    checkValues(raw, given, known);
    return given.map(String);
  }
  if (given !== undefined) {
    checkValues(raw, given, []);
    return kind === "number" ? given.map(Number) : given.map(String);
  }
  if (kind === "text") {
    const hint = "Give the texts to ask about as its grid.";
    throw new UserError(`'${column.name}' holds texts of words: there is no grid over them`, hint, { remedy: "grid" });
  }
  const values = knownNumbers(table, raw);
  const spread = spreadOver(values, resolution, percentiles);
  if (kind === "number") return spread;
  const areDays = values.every(Number.isInteger);
  return [...new Set(spread.map((days) => dateOf(areDays ? Math.round(days) : days, areDays)))];
}

/** The numbers of a column, or days since 1970-01-01, in ascending order. Throws UserError where there is none. */
export function knownNumbers(table: Table, { column, kind }: RawColumn): Float64Array {
  const values = numbersAt(column, allRows(table), kind === "date" ? "date" : "number").filter(
    (value) => !Number.isNaN(value),
  );
  if (values.length === 0) throw new UserError(`the column '${column.name}' has no values at all`);
  return values.sort();
}

/** In the order of their character codes. */
function categoriesOf({ encoder }: TableModelData, table: Table, { column }: RawColumn): string[] {
  const held = countValues(column, allRows(table)).counts.map(([name]) => name);
  const own = encoder.columns.find(({ name }) => name === column.name);
  const learnt = own !== undefined && "categories" in own ? own.categories : [];
  const known = column.type === "number" ? learnt.filter((name) => !Number.isNaN(Number(name))) : learnt;
  const isNew = (name: string): boolean =>
    !held.some((one) => one === name || (column.type === "number" && Number(one) === Number(name)));
  return [...held, ...known.filter(isNew)].sort((a, b) =>
    column.type === "number" ? Number(a) - Number(b) : a < b ? -1 : 1,
  );
}

function checkPercentiles(given: readonly number[]): void {
  const [from, to] = given;
  if (given.length === 2 && from >= 0 && to <= 1 && from < to) return;
  throw new RangeError(`percentiles must be two shares of the rows that ascend, from 0 to 1, got ${given.join(", ")}`);
}

/** @param values in ascending order */
function spreadOver(values: Float64Array, resolution: number, [from, to]: readonly [number, number]): number[] {
  const different = [...new Set(values)];
  if (different.length < resolution) return different;
  let [least, most] = [quantile(values, from), quantile(values, to)];
  // Where nearly all rows hold one value, as NumPy's `allclose` says, the extremes are what is left.
  if (Math.abs(least - most) <= 1e-8 + 1e-5 * Math.abs(most)) [least, most] = [values[0], values[values.length - 1]];
  if (resolution === 1) return [least];
  const step = (most - least) / (resolution - 1);
  return Array.from({ length: resolution }, (_, i) => (i === resolution - 1 ? most : i * step + least));
}

/** Plotting positions (k − 0.4)/(n + 0.2): approximately unbiased whatever the distribution (Cunnane 1978). */
function quantile(sorted: Float64Array, share: number): number {
  const n = sorted.length;
  if (n === 1) return sorted[0];
  const position = n * share + 0.4 + 0.2 * share;
  const k = Math.floor(Math.min(Math.max(position, 1), n - 1));
  const part = Math.min(Math.max(position - k, 0), 1);
  return (1 - part) * sorted[k - 1] + part * sorted[k];
}
