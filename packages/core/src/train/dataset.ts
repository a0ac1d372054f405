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
