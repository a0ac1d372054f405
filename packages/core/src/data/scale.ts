/** Standardising: (x − mean) / scale. */

export interface Moments {
  readonly mean: number;
  /** The population standard deviation, as scikit-learn's StandardScaler; 1 where every value is the same. */
  readonly scale: number;
}

/**
 * Mean and standard deviation of the finite values; 0 and 1 when there are none. Two passes over x/max|x|, so that no
 * square overflows and a constant has exactly no spread.
 */
export function moments(values: readonly number[]): Moments {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return { mean: 0, scale: 1 };
  const average = (of: (x: number) => number): number => finite.reduce((sum, x) => sum + of(x), 0) / finite.length;
  const [low, high] = extent(finite);
  if (low === high) return { mean: low, scale: 1 };
  const unit = Math.max(-low, high);
  const center = average((x) => x / unit);
  const reach = Math.max(high / unit - center, center - low / unit);
  const spread = Math.sqrt(average((x) => ((x / unit - center) / reach) ** 2));
  return { mean: center * unit, scale: unit * reach * spread || 1 };
}

/** Least and greatest value. */
export function extent(values: readonly number[]): [low: number, high: number] {
  return values.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);
}
