/** Rows to learn from or to judge by, and the checks that run before anything else does. */
import type { Loss } from "../nn/losses.ts";

export interface Dataset {
  /** Inputs, row-major [rows, inputs]. */
  readonly x: ArrayLike<number>;
  /** Targets: integer labels [rows] for a loss on labels, else values [rows, outputs]. */
  readonly y: ArrayLike<number>;
  /** Sample weights [rows], ≥ 0; 1 each by default. A weight of 2 counts as the row twice. */
  readonly weight?: ArrayLike<number>;
}

/** Data that does not fit the network or holds a number that is not finite; the message says where. */
export class DataError extends Error {
  override readonly name: string = "DataError";
}

/** The number of rows. Throws DataError when x is not a whole number of rows. */
export function rowsOf(data: Dataset, inputs: number): number {
  const rows = data.x.length / inputs;
  if (!Number.isInteger(rows)) {
    throw new DataError(`x holds ${data.x.length} numbers, which is no whole number of rows of ${inputs} inputs`);
  }
  return rows;
}

/** Throws DataError unless every number is finite, every label a class and every length right. */
export function checkDataset(data: Dataset, what: string, inputs: number, outputs: number, loss: Loss): void {
  const rows = rowsOf(data, inputs);
  if (rows === 0) throw new DataError(`${what}: there are no rows`);
  const width = loss.target === "labels" ? 1 : outputs;
  if (data.y.length !== rows * width) {
    throw new DataError(`${what}: ${rows} rows need ${rows * width} targets, got ${data.y.length}`);
  }
  if (data.weight && data.weight.length !== rows) {
    throw new DataError(`${what}: ${rows} rows need ${rows} weights, got ${data.weight.length}`);
  }
  checkNumbers(
    data.x,
    (i) => `${what}: input ${i % inputs} of row ${Math.floor(i / inputs)}`,
    Number.isFinite,
    "a finite number",
  );
  checkNumbers(
    data.weight ?? [],
    (i) => `${what}: the weight of row ${i}`,
    (w) => Number.isFinite(w) && w >= 0,
    "a number ≥ 0",
  );
  if (data.weight && !Array.from(data.weight).some((w) => w > 0)) throw new DataError(`${what}: no row has weight`);
  const isLabel = (label: number): boolean => Number.isInteger(label) && label >= 0 && label < outputs;
  const [fits, expected] =
    loss.target === "labels"
      ? ([isLabel, `a label from 0 to ${outputs - 1}`] as const)
      : ([Number.isFinite, "a finite number"] as const);
  checkNumbers(data.y, (i) => `${what}: the target of row ${Math.floor(i / width)}`, fits, expected);
}

function checkNumbers(
  values: ArrayLike<number>,
  where: (i: number) => string,
  fits: (value: number) => boolean,
  expected: string,
): void {
  for (let i = 0; i < values.length; i++) {
    if (!fits(values[i])) throw new DataError(`${where(i)} must be ${expected}, got ${values[i]}`);
  }
}

/** Values of so many rows as float64, and one more row, of zeros: with weight zero it fills up a batch. */
export function withSpareRow(values: ArrayLike<number>, rows: number): Float64Array {
  const result = new Float64Array(values.length + values.length / rows);
  result.set(Float64Array.from(values));
  return result;
}

/** The given rows of a dataset of `total` rows, in that order. */
export function pickRows(data: Dataset, total: number, rows: ArrayLike<number>): Dataset {
  const pick = (values: ArrayLike<number>): Float64Array => {
    const width = values.length / total;
    return new Float64Array(rows.length * width).map(
      (_, i) => values[rows[Math.floor(i / width)] * width + (i % width)],
    );
  };
  return { x: pick(data.x), y: pick(data.y), ...(data.weight ? { weight: pick(data.weight) } : {}) };
}

/**
 * A dataset whose rows also weigh what their class weighs; for the loss, for metrics, or for both.
 * Throws DataError when a label has no weight.
 */
export function classWeighted(data: Dataset, weights: ArrayLike<number>): Dataset {
  const weight = Float64Array.from(data.y, (label, row) => {
    if (!(weights[label] >= 0))
      throw new DataError(`row ${row}: class ${label} has no weight ≥ 0 (there are ${weights.length})`);
    return weights[label] * (data.weight?.[row] ?? 1);
  });
  return { ...data, weight };
}

/** n / (K nₖ) for each of K classes: rare classes then count as much as frequent ones. A class without rows weighs 0. */
export function balancedWeights(labels: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let row = 0; row < labels.length; row++) counts[labels[row]]++;
  return counts.map((count) => (count === 0 ? 0 : labels.length / (classes * count)));
}
