/** Numbers so far from all others in their column that they are more likely mistakes than values. */
import type { ColumnRole } from "./columns.ts";
import { allRows, type NumberColumn, type Rows, type Table } from "./table.ts";
import type { SingleTarget } from "./targets/target.ts";

/** Farther from the median than this many times the distance of the next … */
const GAP = 100;
/** … and than this many interquartile ranges. */
const RANGES = 100;
/** At most this share of the rows is set apart; more are a second population. */
const SHARE = 0.05;

interface Outlier {
  /** From 0. */
  readonly row: number;
  readonly value: number;
}

export interface Outliers {
  readonly found: readonly Outlier[];
  /** Between which all others lie. */
  readonly least: number;
  readonly most: number;
}

/** The outliers of a column that is an amount: an input, or a target. */
export interface ColumnOutliers extends Outliers {
  readonly name: string;
  readonly isInput: boolean;
}

/** Of all columns of a table that are amounts, where they have outliers. */
export function outliersOf(
  table: Table,
  roles: readonly ColumnRole[],
  targets: readonly SingleTarget[],
): ColumnOutliers[] {
  const rows = allRows(table);
  const amounts = targets.filter(({ task }) => task === "regression");
  return table.columns.flatMap((column, index) => {
    const { role, name } = roles[index];
    const isInput = role === "number";
    const counts = column.type === "number" && (isInput || amounts.some((one) => one.name === name));
    const outliers = counts ? findOutliers(column, rows) : undefined;
    return outliers === undefined ? [] : [{ name, isInput, ...outliers }];
  });
}

/**
 * Rows that amounts are not learnt from: each holds the only outlier of an input. A row by itself cannot teach what such values
 * mean, and its squared error pulls at what is said of others. Several outliers may mean something (a mark for missing values),
 * and of classes one row moves little. None where they would be more than a few of the table's rows.
 */
export function misleadingRows(
  outliers: readonly ColumnOutliers[],
  targets: readonly SingleTarget[],
  rows: number,
): readonly number[] {
  if (targets.some(({ task }) => task !== "regression")) return [];
  const alone = outliers.flatMap(({ isInput, found }) => (isInput && found.length === 1 ? [found[0].row] : []));
  const different = [...new Set(alone)];
  return different.length <= Math.max(1, SHARE * rows) ? different : [];
}

/** The outliers of a column among the given rows, farthest first; undefined where there are none. */
export function findOutliers({ values }: NumberColumn, rows: Rows): Outliers | undefined {
  const known = finiteOf(values, rows);
  const { length } = known;
  if (length < 5 || isSpread(known)) return undefined;
  const sorted = known.sort();
  const at = (share: number): number => sorted[Math.round(share * (length - 1))];
  const [median, range] = [at(0.5), at(0.75) - at(0.25)];
  const ends = outermost(sorted, median, Math.max(1, Math.floor(SHARE * length)) + 1);
  for (let count = ends.length - 1; count >= 1; count--) {
    const next = ends[count].distance;
    if (next === 0 || ends[count - 1].distance <= Math.max(GAP * next, RANGES * range)) continue;
    const { lower } = ends[count];
    const [least, most] = [sorted[lower], sorted[length - 1 - (count - lower)]];
    return { found: farther(values, rows, median, next), least, most };
  }
  return undefined;
}

function finiteOf(values: Float64Array, rows: Rows): Float64Array {
  const finite = new Float64Array(rows.length);
  let length = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]];
    if (Number.isFinite(value)) finite[length++] = value;
  }
  return finite.subarray(0, length);
}

/**
 * Whether there is no outlier for certain, without sorting: where one is RANGES interquartile ranges away, the inner half of
 * the values lies within 1/RANGES of the span of all, and so in two neighbours of slightly wider bins.
 */
function isSpread(values: Float64Array): boolean {
  let [least, most] = [values[0], values[0]];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < least) least = values[i];
    if (values[i] > most) most = values[i];
  }
  const bins = new Uint32Array(RANGES);
  const perUnit = (RANGES - 2) / (most - least);
  if (!(perUnit > 0 && Number.isFinite(perUnit))) return false;
  for (let i = 0; i < values.length; i++) bins[Math.floor((values[i] - least) * perUnit)]++;
  const inner = (values.length - 1) / 2 - 1;
  return bins.every((count, i) => count + (bins[i + 1] ?? 0) < inner);
}

interface End {
  readonly distance: number;
  /** How many of those that are farther lie at the lower end. */
  readonly lower: number;
}

/** The `count` values farthest from the median, farthest first: those at the one end of the sorted values or the other. */
function outermost(sorted: Float64Array, median: number, count: number): End[] {
  let [low, high] = [0, sorted.length - 1];
  return Array.from({ length: count }, (): End => {
    const [below, above] = [Math.abs(sorted[low] - median), Math.abs(sorted[high] - median)];
    const end = { distance: Math.max(below, above), lower: low };
    if (below > above) low++;
    else high--;
    return end;
  });
}

/** The rows whose values lie farther from the median, farthest first. */
function farther(values: Float64Array, rows: Rows, median: number, distance: number): Outlier[] {
  const found: Outlier[] = [];
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]];
    if (Number.isFinite(value) && Math.abs(value - median) > distance) found.push({ row: rows[i], value });
  }
  return found.sort((a, b) => Math.abs(b.value - median) - Math.abs(a.value - median));
}
