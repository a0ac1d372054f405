/**
 * Inner products, for matrix products so narrow that tiles would be mostly padding: a single row (a prediction) or a
 * single column (a network with one output).
 */

import { horizontalSum, lanes, loadPart, madd, splat } from "../vector";

/** dst[j] = Σ_p x[p] B[j, p] for j < count, four at a time; strides in bytes. A missing row of B repeats the last. */
export function dots<T>(count: i32, depth: i32, x: usize, b: usize, bRow: usize, dst: usize, dstStep: usize): void {
  const rest = depth & (lanes<T>() - 1);
  const whole = <usize>(depth - rest) * sizeof<T>();
  const zero = splat<T>(0);
  for (; count > 0; count -= 4, b += 4 * bRow, dst += 4 * dstStep) {
    const b1 = count > 1 ? b + bRow : b;
    const b2 = count > 2 ? b1 + bRow : b1;
    const b3 = count > 3 ? b2 + bRow : b2;
    let s0 = zero;
    let s1 = zero;
    let s2 = zero;
    let s3 = zero;
    for (let p: usize = 0; p < whole; p += 16) {
      const v = v128.load(x + p);
      s0 = madd<T>(v, v128.load(b + p), s0);
      s1 = madd<T>(v, v128.load(b1 + p), s1);
      s2 = madd<T>(v, v128.load(b2 + p), s2);
      s3 = madd<T>(v, v128.load(b3 + p), s3);
    }
    if (rest) {
      const v = loadPart<T>(x + whole, rest, zero);
      s0 = madd<T>(v, loadPart<T>(b + whole, rest, zero), s0);
      s1 = madd<T>(v, loadPart<T>(b1 + whole, rest, zero), s1);
      s2 = madd<T>(v, loadPart<T>(b2 + whole, rest, zero), s2);
      s3 = madd<T>(v, loadPart<T>(b3 + whole, rest, zero), s3);
    }
    store<T>(dst, horizontalSum<T>(s0));
    if (count > 1) store<T>(dst + dstStep, horizontalSum<T>(s1));
    if (count > 2) store<T>(dst + 2 * dstStep, horizontalSum<T>(s2));
    if (count > 3) store<T>(dst + 3 * dstStep, horizontalSum<T>(s3));
  }
}
