/**
 * Where numbers bend: edges at the quantiles of each feature's training rows, for core's layer of bins. Trees split anywhere, a
 * smooth network of a few hundred rows hardly does; between edges these are straight, and each edge bends freely.
 * Gorishniy, Rubachev & Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022, section 3.2.1.
 */
import type { LayerSpec } from "@chaingrad/core";
import { frontOf } from "../embedding-layer.ts";
import type { Prepared } from "../table/prepare.ts";

/** Bins of a feature, where all together are not too many. */
const BINS = 24;
/** Bins of all features: a table of pixels has others to tell it where it bends. */
const MOST_BINS = 256;
/** A feature with fewer values is told by its number alone. */
const FEWEST_VALUES = 4;
/** Values nearer to each other than this share of an interquartile range are one: no bin is narrower. */
const LEAST_WIDTH = 1e-3;
/** So many rows tell the quantiles. */
const ROWS = 10_000;

/**
 * The layer for a prepared table, from all its training rows, on top of what stands before it: undefined where no feature has enough
 * values, or there are too many. What is looked up (embedding-layer.ts) is no number.
 */
export function binsFor({ encoder, data }: Pick<Prepared, "encoder" | "data">): LayerSpec | undefined {
  const inputs = encoder.features.length;
  const { x } = data.train;
  const rows = Math.min(ROWS, x.length / inputs);
  const looked = new Set(encoder.embedded.map(({ feature }) => feature));
  const numbers = encoder.features.flatMap((_, j) => (looked.has(j) ? [] : [j]));
  const sorted = numbers.map((j) => Float64Array.from({ length: rows }, (_, i) => x[i * inputs + j]).sort());
  // An embedding gives the numbers first, in their order.
  const features = sorted.flatMap((values, place) => (hasMany(values) ? [place] : []));
  const bins = Math.min(BINS, Math.floor(MOST_BINS / features.length));
  if (features.length === 0 || bins < 2) return undefined;
  const edges = features.map((place) => edgesOf(sorted[place], bins));
  const units = frontOf(encoder).outputs + edges.reduce((total, own) => total + own.length - 1, 0);
  return { kind: "piecewise-linear", activation: "identity", name: "bins", features, edges, units };
}

/** Whether ascending values fall into as many groups that are told apart. */
function hasMany(sorted: Float64Array): boolean {
  let groups = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (const value of sorted) {
    if (value - last <= LEAST_WIDTH) continue;
    groups++;
    last = value;
  }
  return groups >= FEWEST_VALUES;
}

/**
 * At most bins + 1 edges, at equal shares of the rows. Each is in the middle of a gap between two values: where a row is, there is no
 * kink, and its derivative is that of both sides.
 */
function edgesOf(sorted: Float64Array, bins: number): number[] {
  const edges = [sorted[0] - LEAST_WIDTH];
  const end = sorted[sorted.length - 1] + LEAST_WIDTH;
  for (let k = 1; k < bins; k++) {
    const edge = middleOfGap(sorted, Math.max(0, Math.round((k * sorted.length) / bins) - 1));
    if (edge !== undefined && edge - edges[edges.length - 1] > LEAST_WIDTH && end - edge > LEAST_WIDTH)
      edges.push(edge);
  }
  return [...edges, end];
}

/** Of the gaps behind a place, up to the first value that is told apart from the one there, the widest. */
function middleOfGap(sorted: Float64Array, place: number): number | undefined {
  let widest = 0;
  let middle: number | undefined;
  for (let i = place; i + 1 < sorted.length && sorted[i] - sorted[place] <= LEAST_WIDTH; i++) {
    const gap = sorted[i + 1] - sorted[i];
    if (gap <= widest) continue;
    widest = gap;
    middle = (sorted[i] + sorted[i + 1]) / 2;
  }
  return middle;
}
