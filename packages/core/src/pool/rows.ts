/**
 * Rows of a training that waits: a dataset, or places in one that several trainings share, so that each copies its rows out
 * only when it begins, and only where it runs.
 */
import { type Dataset, pickRows, rowsOf } from "../train/dataset.ts";
import type { FitData } from "../train/fit.ts";

/** Some rows of a dataset, by their places from 0, in this order. */
export interface RowsOf {
  readonly of: Dataset;
  readonly rows: Int32Array;
}

/** Rows to learn from, and rows that decide when to stop. Arrays must stay as they are until the training has ended. */
export interface QueuedData {
  readonly train: Dataset | RowsOf;
  readonly validation?: Dataset | RowsOf;
}

/** The rows themselves. Throws DataError where x is no whole number of rows. */
export function pickedData({ train, validation }: QueuedData, inputs: number): FitData {
  const pick = (part: Dataset | RowsOf): Dataset =>
    "of" in part ? pickRows(part.of, rowsOf(part.of, inputs), part.rows) : part;
  return { train: pick(train), ...(validation && { validation: pick(validation) }) };
}

/** What stands for arrays in memory that threads share: each array is copied once, however many trainings have it. */
export type Copies = WeakMap<ArrayLike<number>, ArrayLike<number>>;

/** The same rows in memory that threads share. */
export function sharedData({ train, validation }: QueuedData, copies: Copies): QueuedData {
  const dataset = ({ x, y, weight }: Dataset): Dataset => ({
    ...{ x: shared(x, copies), y: shared(y, copies) },
    ...(weight && { weight: shared(weight, copies) }),
  });
  const share = (part: Dataset | RowsOf): Dataset | RowsOf =>
    "of" in part ? { of: dataset(part.of), rows: part.rows } : dataset(part);
  return { train: share(train), ...(validation && { validation: share(validation) }) };
}

type TypedArray = Float64Array | Float32Array | Int32Array;

/** What is no array of one element type goes as it is. */
function shared(values: ArrayLike<number>, copies: Copies): ArrayLike<number> {
  const known = copies.get(values);
  if (known !== undefined) return known;
  if (!ArrayBuffer.isView(values) || values instanceof DataView || !(values.buffer instanceof ArrayBuffer))
    return values;
  const own = values as unknown as TypedArray;
  const Values = own.constructor as { new (memory: SharedArrayBuffer): TypedArray };
  const copy = new Values(new SharedArrayBuffer(own.byteLength));
  copy.set(own);
  copies.set(values, copy);
  return copy;
}

/** Whether threads can share memory here: a page must be cross-origin isolated. */
export const mayShare: boolean = typeof SharedArrayBuffer === "function";
