/** Inner product and Euclidean norm of parts of arrays: what every factorisation here is made of. */

/** Σ x[xAt + i] y[yAt + i] for i < count. */
export function dot(x: Float64Array, xAt: number, y: Float64Array, yAt: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += x[xAt + i] * y[yAt + i];
  return sum;
}

/** x[xAt + i] += factor · y[yAt + i] for i < count. */
export function addScaled(
  x: Float64Array,
  xAt: number,
  factor: number,
  y: Float64Array,
  yAt: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) x[xAt + i] += factor * y[yAt + i];
}

/** ‖x‖₂ of `count` elements `stride` apart, without overflow or underflow on the way: squares are of ratios ≤ 1. */
export function norm(x: Float64Array, at: number, count: number, stride = 1): number {
  let largest = 0;
  for (let i = 0, p = at; i < count; i++, p += stride) largest = Math.max(largest, Math.abs(x[p]));
  if (!(largest > 0 && largest < Number.POSITIVE_INFINITY)) return largest;
  let sum = 0;
  for (let i = 0, p = at; i < count; i++, p += stride) sum += (x[p] / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** √(a² + b²), likewise. */
export function hypotenuse(a: number, b: number): number {
  const large = Math.max(Math.abs(a), Math.abs(b));
  if (large === 0) return 0;
  const ratio = Math.min(Math.abs(a), Math.abs(b)) / large;
  return large * Math.sqrt(1 + ratio * ratio);
}
