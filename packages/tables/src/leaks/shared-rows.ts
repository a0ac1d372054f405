/** Rows that stand on both sides of a split. */
import type { Dataset } from "@chaingrad/core";
import { ascending } from "../judging/ascending.ts";

/** Features (in interquartile ranges) that differ by no more are the same, but for rounding. */
const TOLERANCE = 1e-4;
/** More rows than these are looked at as far as they go. */
const MOST_JUDGED = 5000;
/** Candidates for one row: more are a value that very many rows share. */
const MOST_CANDIDATES = 64;

/** Places in each part, from 0. */
export interface SharedRow {
  readonly judged: number;
  readonly train: number;
}

/**
 * Finds judged rows that are equal, or nearly, to a training row in all features and the target. Rows that are near each other are so
 * in any one direction as well: by their places along one the candidates of each are found.
 */
export function sharedWith(train: Dataset, features: number): (judged: Dataset) => SharedRow[] {
  const own = along(train.x, features);
  const order = ascending(own);
  const sorted = own.map((_, i) => own[order[i]]);
  const room = TOLERANCE * directionOf(features).reduce((sum, part) => sum + part, 0);
  return (judged) => {
    const others = along(judged.x, features).subarray(0, MOST_JUDGED);
    return Array.from(others).flatMap((place, row): SharedRow[] => {
      let at = firstAbove(sorted, place - room);
      const last = Math.min(sorted.length, at + MOST_CANDIDATES);
      for (; at < last && sorted[at] <= place + room; at++)
        if (isSame(train, order[at], judged, row, features)) return [{ judged: row, train: order[at] }];
      return [];
    });
  };
}

/** All parts differ, so that rows with two features exchanged do not fall together. */
const directionOf = (features: number): Float64Array =>
  new Float64Array(features).map((_, i) => 0.5 + ((i * 0.6180339887) % 1));

function along(x: ArrayLike<number>, features: number): Float64Array {
  const direction = directionOf(features);
  return new Float64Array(x.length / features).map((_, row) => {
    let place = 0;
    for (let i = 0; i < features; i++) place += direction[i] * x[row * features + i];
    return place;
  });
}

function firstAbove(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isSame(a: Dataset, rowA: number, b: Dataset, rowB: number, features: number): boolean {
  for (let i = 0; i < features; i++)
    if (Math.abs(a.x[rowA * features + i] - b.x[rowB * features + i]) > TOLERANCE) return false;
  const width = a.y.length / (a.x.length / features);
  for (let i = 0; i < width; i++) if (Math.abs(a.y[rowA * width + i] - b.y[rowB * width + i]) > TOLERANCE) return false;
  return true;
}
