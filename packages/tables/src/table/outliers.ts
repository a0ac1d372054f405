/** Numbers so far from all others in their column that they are more likely mistakes than values. */
import type { NumberColumn, Rows } from "./table.ts";

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

/** The outliers of a column among the given rows, farthest first; undefined where there are none. */
export function findOutliers({ values }: NumberColumn, rows: Rows): Outliers | undefined {
  const known = Array.from(rows).filter((row) => Number.isFinite(values[row]));
  if (known.length < 5) return undefined;
  const sorted = Float64Array.from(known, (row) => values[row]).sort();
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))];
  const [median, range] = [at(0.5), at(0.75) - at(0.25)];
  const far = known.sort((a, b) => Math.abs(values[b] - median) - Math.abs(values[a] - median));
  const distance = (place: number): number => Math.abs(values[far[place]] - median);
  const most = Math.max(1, Math.floor(SHARE * known.length));
  for (let count = most; count >= 1; count--) {
    const next = distance(count);
    if (next === 0 || distance(count - 1) <= Math.max(GAP * next, RANGES * range)) continue;
    const others = far.slice(count).map((row) => values[row]);
    return {
      found: far.slice(0, count).map((row) => ({ row, value: values[row] })),
      least: others.reduce((a, b) => Math.min(a, b)),
      most: others.reduce((a, b) => Math.max(a, b)),
    };
  }
  return undefined;
}
