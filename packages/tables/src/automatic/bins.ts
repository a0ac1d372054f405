/**
 * Where numbers bend: edges at the quantiles of each feature's training rows, for core's layer of bins. Trees split anywhere, a
 * smooth network of a few hundred rows hardly does; between edges it is linear, and each edge is free.
 * Gorishniy, Rubachev & Babenko, "On embeddings for numerical features in tabular deep learning", NeurIPS 2022, section 3.2.1.
 */
import type { LayerSpec } from "@chaingrad/core";
import type { Prepared } from "../table/prepare.ts";

/** Bins of a feature, where all together are not too many. */
const BINS = 24;
/** Bins of all features: a table of pixels has others to tell it where it bends. */
const MOST_BINS = 256;
/** A feature with fewer values is told by its number alone. */
const FEWEST_VALUES = 4;
/** So many rows tell the quantiles. */
const ROWS = 10_000;

/** The layer for a prepared table, from all its training rows: undefined where no feature has enough values, or there are too many. */
export function binsFor({ encoder, data }: Pick<Prepared, "encoder" | "data">): LayerSpec | undefined {
  const inputs = encoder.features.length;
  const { x } = data.train;
  const rows = Math.min(ROWS, x.length / inputs);
  const sorted = encoder.features.map((_, j) =>
    Float64Array.from({ length: rows }, (_, i) => x[i * inputs + j]).sort(),
  );
  const features = sorted.flatMap((values, j) => (hasMany(values) ? [j] : []));
  const bins = Math.min(BINS, Math.floor(MOST_BINS / features.length));
  if (features.length === 0 || bins < 2) return undefined;
  const edges = features.map((j) => quantiles(sorted[j], bins));
  const units = inputs + edges.reduce((total, own) => total + own.length - 1, 0);
  return { kind: "piecewise-linear", activation: "identity", name: "bins", features, edges, units };
}

const hasMany = (sorted: Float64Array): boolean => new Set(sorted).size >= FEWEST_VALUES;

/** Of ascending values with at least two different ones: bins + 1 at equal shares, each once. */
function quantiles(sorted: Float64Array, bins: number): number[] {
  const last = sorted.length - 1;
  return [...new Set(Array.from({ length: bins + 1 }, (_, k) => sorted[Math.round((k * last) / bins)]))];
}
