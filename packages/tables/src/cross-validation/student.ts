/** Student's distribution, as far as a test needs it. */

/**
 * The chance that |T| exceeds |t| with ν degrees of freedom, a whole number ≥ 1: one less the finite sums of Abramowitz & Stegun
 * 1964, 26.7.3 (odd ν) and 26.7.4 (even ν), in θ = atan(t/√ν).
 */
export function twoSidedP(t: number, freedom: number): number {
  const angle = Math.atan(Math.abs(t) / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let power = isOdd ? 3 : 2; power <= freedom - 2; power += 2) {
    term *= ((power - 1) / power) * cosine ** 2;
    sum += term;
  }
  const within = isOdd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return Math.min(1, Math.max(0, 1 - within));
}
