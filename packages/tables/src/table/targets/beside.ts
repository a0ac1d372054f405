/** Row-major matrices put together. */

/** Matrices of as many rows beside each other. */
export function beside(parts: readonly ArrayLike<number>[], rows: number): Float64Array {
  const widths = parts.map(({ length }) => length / rows);
  const total = widths.reduce((a, b) => a + b, 0);
  const whole = new Float64Array(rows * total);
  let first = 0;
  for (const [k, values] of parts.entries()) {
    for (let i = 0; i < values.length; i++)
      whole[Math.floor(i / widths[k]) * total + first + (i % widths[k])] = values[i];
    first += widths[k];
  }
  return whole;
}
