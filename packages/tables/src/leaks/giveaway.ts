/** How well one column by itself tells the target: each row by the others of its value, or else by its neighbours in that column. */
import { ascending } from "../judging/ascending.ts";

/** Rows that share a value of the column, in its order; NaN, which comes last, is a value as well. */
interface Run {
  readonly value: number;
  readonly rows: number[];
}

/**
 * R² of amounts that are each the mean of the other rows of the same value, or else interpolated between the neighbours. Null where
 * all amounts are the same.
 */
export function toldAmounts(values: Float64Array, amounts: ArrayLike<number>): number | null {
  const runs = runsOf(values);
  const sums = runs.map(({ rows }) => rows.reduce((sum, row) => sum + amounts[row], 0));
  const mean = sums.reduce((sum, own) => sum + own, 0) / values.length;
  const meanOf = (i: number): number => sums[i] / runs[i].rows.length;
  let [error, total] = [0, 0];
  runs.forEach(({ rows }, i) => {
    const between = rows.length > 1 ? 0 : interpolated(runs, i, meanOf);
    for (const row of rows) {
      const said = rows.length > 1 ? (sums[i] - amounts[row]) / (rows.length - 1) : between;
      error += (amounts[row] - said) ** 2;
      total += (amounts[row] - mean) ** 2;
    }
  });
  return total > 0 ? 1 - error / total : null;
}

/** The share of rows whose class is the commonest one of the other rows of the same value, or else of the nearer neighbours. */
export function toldClasses(values: Float64Array, labels: ArrayLike<number>): number {
  const runs = runsOf(values);
  const counts = runs.map(({ rows }) => {
    const own = new Map<number, number>();
    for (const row of rows) own.set(labels[row], (own.get(labels[row]) ?? 0) + 1);
    return [...own].sort(([a, m], [b, n]) => n - m || a - b);
  });
  let right = 0;
  runs.forEach(({ rows }, i) => {
    const [[first, most], [second, next] = [-1, 0]] = counts[i];
    for (const row of rows) {
      const others = labels[row] === first && most - 1 < next ? second : first;
      const said = rows.length > 1 ? others : counts[nearer(runs, i)][0][0];
      if (said === labels[row]) right++;
    }
  });
  return right / values.length;
}

function runsOf(values: Float64Array): Run[] {
  const runs: Run[] = [];
  for (const row of ascending(values)) {
    const last = runs[runs.length - 1];
    if (last !== undefined && Object.is(last.value + 0, values[row] + 0)) last.rows.push(row);
    else runs.push({ value: values[row], rows: [row] });
  }
  return runs;
}

/** The runs before and after, as far as there are such. */
const beside = (runs: readonly Run[], i: number): number[] =>
  [i - 1, i + 1].filter((place) => runs[place] !== undefined && !Number.isNaN(runs[place].value));

function interpolated(runs: readonly Run[], i: number, meanOf: (i: number) => number): number {
  const [before, after = before] = beside(runs, i);
  if (before === undefined || Number.isNaN(runs[i].value)) return meanOf(before ?? i);
  if (before === after) return meanOf(before);
  const share = (runs[i].value - runs[before].value) / (runs[after].value - runs[before].value);
  return (1 - share) * meanOf(before) + share * meanOf(after);
}

function nearer(runs: readonly Run[], i: number): number {
  const distance = (place: number): number => Math.abs(runs[place].value - runs[i].value);
  return beside(runs, i).reduce((a, b) => (distance(b) < distance(a) ? b : a), beside(runs, i)[0] ?? i);
}
