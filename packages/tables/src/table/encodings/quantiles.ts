/** Quantiles of what training rows hold, each row with its weight. */

/** Numbers in order, and how much each counts. */
export interface Sorted {
  readonly values: Float64Array;
  /** Absent where all count alike. */
  readonly weights?: Float64Array;
}

/** The finite values in order. A row without weight (0) does not count. */
export function sorted(values: Float64Array, weights?: ArrayLike<number>): Sorted {
  if (weights === undefined) {
    const finite = values.every(Number.isFinite) ? values.slice() : values.filter(Number.isFinite);
    return { values: finite.sort() };
  }
  const rows = Array.from(values.keys()).filter((row) => Number.isFinite(values[row]) && weights[row] > 0);
  rows.sort((a, b) => values[a] - values[b]);
  return {
    values: Float64Array.from(rows, (row) => values[row]),
    weights: Float64Array.from(rows, (row) => weights[row]),
  };
}

/**
 * Below which a share of the rows lies, linear between neighbours. A value stands in the middle of its weight, and the first and
 * the last at 0 and 1: with equal weights Hyndman and Fan's definition 7, NumPy's own. NaN where there are no values.
 */
export function quantileOf({ values, weights }: Sorted): (share: number) => number {
  const last = values.length - 1;
  if (last <= 0) return () => values[0] ?? Number.NaN;
  if (weights === undefined) return (share) => between(values, share * last);
  const middles = new Float64Array(values.length);
  let total = 0;
  for (const [i, weight] of weights.entries()) {
    middles[i] = total + weight / 2;
    total += weight;
  }
  return (share) => {
    const wanted = middles[0] + share * (middles[last] - middles[0]);
    let [low, high] = [0, last];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (middles[middle] <= wanted) low = middle;
      else high = middle;
    }
    return between(values, low + (wanted - middles[low]) / (middles[high] - middles[low]));
  };
}

function between(values: Float64Array, place: number): number {
  const low = Math.min(Math.floor(place), values.length - 2);
  const part = place - low;
  // Two products and no difference: neighbours may be as far apart as numbers are.
  return part === 0 ? values[low] : (1 - part) * values[low] + part * values[low + 1];
}
