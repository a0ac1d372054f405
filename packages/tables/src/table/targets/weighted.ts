/** Statistics of weighted values: a weight of 2 counts as the value twice, a weight of 0 as the value absent. */
import { type Moments, moments } from "@chaingrad/core/given";

/** What is known of the training rows' amounts. */
export interface Weighted {
  readonly values: Float64Array;
  /** One for each value, ≥ 0; absent: each counts the same. */
  readonly weights?: Float64Array | undefined;
}

/** Σ w f(x) / Σ w */
export function weightedMean({ values, weights }: Weighted, of: (x: number, i: number) => number = (x) => x): number {
  let [sum, total] = [0, 0];
  for (const [i, value] of values.entries()) {
    const weight = weights?.[i] ?? 1;
    if (weight === 0) continue;
    sum += weight * of(value, i);
    total += weight;
  }
  return sum / total;
}

/** Mean and standard deviation; the latter is 1 where all values are the same. */
export function weightedMoments(given: Weighted): Moments {
  if (given.weights === undefined) return moments(given.values);
  const counted = given.values.filter((_, i) => given.weights?.[i] !== 0);
  if (counted.every((value) => value === counted[0])) return { mean: counted[0] ?? 0, scale: 1 };
  const largest = counted.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  const mean = weightedMean(given, (x) => x / largest);
  const variance = weightedMean(given, (x) => (x / largest - mean) ** 2);
  return { mean: mean * largest, scale: Math.sqrt(variance) * largest || 1 };
}

/** The third standardised moment: 0 of what is symmetric, > 0 of a long tail to the right. */
export function skewness(given: Weighted): number {
  const { mean, scale } = weightedMoments(given);
  return weightedMean(given, (x) => ((x - mean) / scale) ** 3);
}

/** The least value that at least this share of the weight does not exceed. */
export function weightedQuantile({ values, weights }: Weighted, share: number): number {
  const order = Array.from(values, (value, i) => ({ value, weight: weights?.[i] ?? 1 })).sort(
    (a, b) => a.value - b.value,
  );
  const total = order.reduce((sum, { weight }) => sum + weight, 0);
  let reached = 0;
  for (const { value, weight } of order) {
    reached += weight;
    if (weight > 0 && reached >= share * total) return value;
  }
  return Number.NaN;
}
