/** The rows of each fold of a cross-validation, and those that its model is trained on. */
import { foldsFor, without } from "../automatic/folds.ts";
import type { Prepared } from "../table/prepare.ts";
import { periods } from "../table/split/by-time.ts";
import type { SplitBy } from "../table/split/split-by.ts";
import { type Column, EncodingError, type Table } from "../table/table.ts";

/** Places of rows in the table, from 0. */
export interface Fold {
  /** From 0. */
  readonly repeat: number;
  readonly fold: number;
  readonly train: Int32Array;
  /** What is left out, and judged. */
  readonly test: Int32Array;
}

/** How a table is parted into folds. */
export interface FoldsOf {
  readonly split: SplitBy | undefined;
  readonly folds: number;
  readonly repeat: number;
  readonly seed: number;
}

/**
 * Of all rows that were prepared for training: random folds, alike in every class; whole groups where the split is by group; by time
 * rolling origins, each trained on all that came before. Throws EncodingError where there are fewer rows, groups or times than folds,
 * RangeError on repeats of folds that are always the same.
 */
export function foldsOf(table: Table, prepared: Prepared, { split, folds, repeat, seed }: FoldsOf): Fold[] {
  const rows = prepared.rows.train;
  if (split?.time !== undefined) {
    if (repeat > 1) throw new RangeError("repeat: folds in time are the same each time; leave repeat out");
    const column = table.columns.find(({ name }) => name === split.time) as Column;
    const parts = periods(column, rows, folds + 1);
    return parts.slice(1).map((test, fold) => {
      const before = parts.slice(0, fold + 1).flatMap((part) => [...part]);
      return { repeat: 0, fold, train: Int32Array.from(before).sort(), test };
    });
  }
  const groups = prepared.together && new Set(prepared.together.train).size;
  const [units, what] = groups === undefined ? [rows.length, "rows"] : [groups, `groups in '${split?.group}'`];
  if (units < folds) throw new EncodingError(`${units} ${what} cannot be ${folds} folds: each needs one`, split?.group);
  return Array.from({ length: repeat }, (_, round) => {
    const parts = foldsFor(prepared.data.train, rows.length, prepared.loss, {
      ...{ most: folds, seed, round, together: prepared.together?.train },
    });
    const at = (places: Int32Array): Int32Array => places.map((place) => rows[place]).sort();
    return parts.map((own, fold) => ({ repeat: round, fold, train: at(without(rows.length, own)), test: at(own) }));
  }).flat();
}
