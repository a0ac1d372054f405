/** Rows parted so that each network is trained without some of them, and each row is left out by one network. */
import { type Dataset, type Loss, shuffle } from "@chaingrad/core";

/** Far from the streams that splitting and the epochs of training use. */
const FOLD_STREAM = 2 ** 31 - 3;

/** What decides folds: the same always gives the same. */
export interface FoldOptions {
  /** How many folds there are at most: fewer where there are fewer rows that count. */
  readonly most: number;
  readonly seed: number;
  /** Other rounds have other folds. */
  readonly round?: number;
  /** Of each row what it stays together with, as a whole number ≥ 0. */
  readonly together?: Int32Array | undefined;
}

/**
 * The places (from 0) of the rows of a dataset in folds of nearly equal size; where a row has one class each class is spread
 * over all of them in proportion, and so are rows of weight.
 */
export function foldsFor(
  { y, weight }: Dataset,
  rows: number,
  { target }: Loss,
  { most, seed, round = 0, together }: FoldOptions,
): Int32Array[] {
  const order = shuffle(
    Int32Array.from({ length: rows }, (_, row) => row),
    seed,
    FOLD_STREAM - round,
  );
  const groups = together && groupsIn(order, together);
  if (groups !== undefined && groups.length > 1) return foldsOfGroups(groups, most);
  const weightless = (row: number): number => Number(weight !== undefined && !(weight[row] > 0));
  const label = (row: number): number => (target === "labels" ? y[row] : 0);
  order.sort((a, b) => weightless(a) - weightless(b) || label(a) - label(b));
  const counted = order.filter((row) => weightless(row) === 0).length;
  const count = Math.max(2, Math.min(most, counted));
  const folds = Array.from({ length: count }, (): number[] => []);
  order.forEach((row, i) => {
    folds[i % count].push(row);
  });
  return folds.map((fold) => Int32Array.from(fold).sort());
}

/** The rows of each group, the largest group first. */
function groupsIn(order: Int32Array, together: Int32Array): number[][] {
  const groups = new Map<number, number[]>();
  for (const row of order) {
    const own = groups.get(together[row]);
    if (own === undefined) groups.set(together[row], [row]);
    else own.push(row);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

/** Whole groups, each into the fold that has the fewest rows so far. */
function foldsOfGroups(groups: readonly (readonly number[])[], most: number): Int32Array[] {
  const folds = Array.from({ length: Math.min(most, groups.length) }, (): number[] => []);
  for (const group of groups) folds.reduce((a, b) => (b.length < a.length ? b : a)).push(...group);
  return folds.map((fold) => Int32Array.from(fold).sort());
}

/** All places but those of one fold. */
export function without(rows: number, fold: Int32Array): Int32Array {
  const left = new Uint8Array(rows).fill(1);
  for (const row of fold) left[row] = 0;
  return Int32Array.from({ length: rows }, (_, row) => row).filter((row) => left[row] === 1);
}
