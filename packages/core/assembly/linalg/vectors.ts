/** What the factorisations in f64 have in common: inner products, lengths, reflections. The theory is in src/linalg. */

import { horizontalSum, madd, splat } from "../vector";

/** Σ x[i] y[i] for i < count. */
export function dot(x: usize, y: usize, count: i32): f64 {
  let sum = splat<f64>(0);
  const end = x + (<usize>(count & -2) << 3);
  for (; x < end; x += 16, y += 16) sum = madd<f64>(v128.load(x), v128.load(y), sum);
  const total = horizontalSum<f64>(sum);
  return count & 1 ? total + load<f64>(x) * load<f64>(y) : total;
}

/** ‖x − factor · y‖₂ of elements `stride` bytes apart, without overflow or underflow on the way. */
export function norm(x: usize, y: usize, factor: f64, count: i32, stride: usize): f64 {
  let largest: f64 = 0;
  const end = <usize>count * stride;
  for (let p: usize = 0; p < end; p += stride) {
    largest = max(largest, abs(load<f64>(x + p) - factor * load<f64>(y + p)));
  }
  if (!(largest > 0 && largest < f64.POSITIVE_INFINITY)) return largest;
  let sum: f64 = 0;
  for (let p: usize = 0; p < end; p += stride) {
    const ratio = (load<f64>(x + p) - factor * load<f64>(y + p)) / largest;
    sum += ratio * ratio;
  }
  return largest * sqrt(sum);
}

/** H = I − τ v vᵀ: β replaces the element at `first`, v the others, `stride` bytes apart from `rest` on. Returns τ. */
export function reflector(first: usize, rest: usize, count: i32, stride: usize): f64 {
  const length = norm(rest, rest, 0, count, stride);
  if (length == 0) return 0;
  const alpha = load<f64>(first);
  const large = max(abs(alpha), length);
  const ratio = min(abs(alpha), length) / large;
  const beta = copysign(large * sqrt(1 + ratio * ratio), alpha > 0 ? -1 : 1);
  for (; count > 0; count--, rest += stride) store<f64>(rest, load<f64>(rest) / (alpha - beta));
  store<f64>(first, beta);
  return (beta - alpha) / beta;
}
