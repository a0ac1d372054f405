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

/** Rows to learn from, and rows that decide when to stop. */
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

/** What takes a dataset's place in all threads, by its arrays. */
const copies = new WeakMap<object, ArrayLike<number>>();

/** The same rows in memory that threads share: each array is copied once, however many trainings have it. */
export function sharedData({ train, validation }: QueuedData): QueuedData {
  const share = (part: Dataset | RowsOf): Dataset | RowsOf =>
    "of" in part ? { of: sharedDataset(part.of), rows: shared(part.rows) as Int32Array } : sharedDataset(part);
  return { train: share(train), ...(validation && { validation: share(validation) }) };
}

const sharedDataset = ({ x, y, weight }: Dataset): Dataset => ({
  ...{ x: shared(x), y: shared(y) },
  ...(weight && { weight: shared(weight) }),
});

type TypedArray = Float64Array | Float32Array | Int32Array;

/** What is no array of one element type goes as it is. */
function shared(values: ArrayLike<number>): ArrayLike<number> {
  const known = copies.get(values);
  if (known !== undefined) return known;
  if (!ArrayBuffer.isView(values) || values instanceof DataView || isShared(values.buffer)) return values;
  const own = values as unknown as TypedArray;
  const Values = own.constructor as { new (memory: SharedArrayBuffer): TypedArray };
  const copy = new Values(new SharedArrayBuffer(own.byteLength));
  copy.set(own);
  copies.set(values, copy);
  return copy;
}

const isShared = (memory: ArrayBufferLike): boolean => !(memory instanceof ArrayBuffer);

/** Whether threads can share memory here: a page must be cross-origin isolated. */
export const mayShare: boolean = typeof SharedArrayBuffer === "function";
