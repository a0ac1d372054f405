/** Rows parted so that each network is trained without some of them, and each row is left out by one network. */
import { shuffle } from "@chaingrad/core";

/** Far from the streams that splitting and the epochs of training use. */
const FOLD_STREAM = 2 ** 31 - 3;

/**
 * The places (from 0) of `rows` rows in `count` folds of nearly equal size; with labels each class is spread over all of them
 * in proportion. The same seed and round give the same folds.
 */
export function foldsOf(
  rows: number,
  labels: ArrayLike<number> | undefined,
  { count, seed, round = 0 }: { readonly count: number; readonly seed: number; readonly round?: number },
): Int32Array[] {
  const order = shuffle(
    Int32Array.from({ length: rows }, (_, row) => row),
    seed,
    FOLD_STREAM - round,
  );
  if (labels !== undefined) order.sort((a, b) => labels[a] - labels[b]);
  const folds = Array.from({ length: count }, (): number[] => []);
  order.forEach((row, i) => {
    folds[i % count].push(row);
  });
  return folds.map((fold) => Int32Array.from(fold).sort());
}

/** All places but those of one fold. */
export function without(rows: number, fold: Int32Array): Int32Array {
  const left = new Uint8Array(rows).fill(1);
  for (const row of fold) left[row] = 0;
  return Int32Array.from({ length: rows }, (_, row) => row).filter((row) => left[row] === 1);
}
