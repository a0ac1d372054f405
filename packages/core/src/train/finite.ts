/** The check that training makes after each epoch; the search for a fault, `diagnosis/first-fault`, is loaded only where it fails. */

/** Whether no number is NaN or infinite: x − x is 0 for all others. */
export function allFinite(values: ArrayLike<number>): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] - values[i];
  return sum === 0;
}
