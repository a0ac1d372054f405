/** Standardising: (x − mean) / scale. */

export interface Moments {
  readonly mean: number;
  /** The population standard deviation, as scikit-learn's StandardScaler; 1 where every value is the same. */
  readonly scale: number;
}

/**
 * Mean and standard deviation of the finite values; 0 and 1 when there are none. Two passes, in units of a power of two
 * near max|x|, which costs no rounding and lets no square overflow or vanish.
 */
export function moments(values: ArrayLike<number>): Moments {
  const finite = Float64Array.from(values).filter(Number.isFinite);
  if (finite.length === 0) return { mean: 0, scale: 1 };
  if (finite.every((x) => x === finite[0])) return { mean: finite[0], scale: 1 };
  const unit = 2 ** Math.floor(Math.log2(finite.reduce((most, x) => Math.max(most, Math.abs(x)), 0)));
  let sum = 0;
  for (let i = 0; i < finite.length; i++) sum += finite[i] / unit;
  const mean = sum / finite.length;
  let squares = 0;
  for (let i = 0; i < finite.length; i++) squares += (finite[i] / unit - mean) ** 2;
  return { mean: mean * unit, scale: Math.sqrt(squares / finite.length) * unit || 1 };
}
