/**
 * Sum, maximum and log-sum-exp over the middle axis of [outer, reduce, inner]. Long contiguous rows (inner = 1) are
 * reduced along vectors. Everything else is reduced across them, a lane for each result: the lanes are neighbours in
 * `inner`, or, for short contiguous rows, neighbours in `outer`.
 *
 * Sums are blocked: runs are added up on their own and only their totals meet, so that the rounding error grows with
 * the number of runs, not of terms (Higham, "Accuracy and Stability of Numerical Algorithms", §4.2).
 */

import { MAX, SUM } from "../src/engines/wasm/opcodes";
import { exp, log } from "./elementwise/math";
import { horizontalMax, horizontalSum, lanes, loadPart, splat, storePart } from "./vector";

/** Terms that one lane adds up before they join the total. */
const RUN = 128;
/** Contiguous rows shorter than this are reduced side by side. */
const SHORT = 32;

/** Σ over a contiguous row; four accumulators hide the latency of addition. */
function rowSum<T>(src: usize, count: i32): T {
  const end = src + <usize>count * sizeof<T>();
  let total: T = 0;
  while (src + 64 <= end) {
    const runEnd = min(end - 63, src + RUN * 64);
    let s0 = splat<T>(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (; src < runEnd; src += 64) {
      s0 = v128.add<T>(s0, v128.load(src));
      s1 = v128.add<T>(s1, v128.load(src, 16));
      s2 = v128.add<T>(s2, v128.load(src, 32));
      s3 = v128.add<T>(s3, v128.load(src, 48));
    }
    total += horizontalSum<T>(v128.add<T>(v128.add<T>(s0, s1), v128.add<T>(s2, s3)));
  }
  let s = splat<T>(0);
  for (; src + 16 <= end; src += 16) s = v128.add<T>(s, v128.load(src));
  if (src < end) s = v128.add<T>(s, loadPart<T>(src, <i32>((end - src) / sizeof<T>()), splat<T>(0)));
  return <T>(total + horizontalSum<T>(s));
}

/** pmax is one instruction, where max is six, but passes over NaN: what is not a number is collected beside it. */
function rowMax<T>(src: usize, count: i32): T {
  const least = splat<T>(-Infinity);
  let maximum = least;
  let nan = splat<T>(0);
  for (; count > 0; count -= lanes<T>(), src += 16) {
    const x = count >= lanes<T>() ? v128.load(src) : loadPart<T>(src, count, least);
    maximum = v128.pmax<T>(maximum, x);
    nan = v128.or(nan, v128.ne<T>(x, x));
  }
  return horizontalMax<T>(v128.or(maximum, nan));
}

/** The shift of log-sum-exp: the maximum, or 0 where that is infinite, so that ∞ − ∞ does not arise. */
@inline
function finiteShift<T>(maximum: v128): v128 {
  return v128.and(maximum, v128.ne<T>(v128.abs<T>(maximum), splat<T>(Infinity)));
}

/** log Σ eˣ = μ + log Σ e^(x − μ) with μ = max x, over a contiguous row. */
function rowLogSumExp<T>(src: usize, count: i32): T {
  const shift = finiteShift<T>(v128.splat<T>(rowMax<T>(src, count)));
  let total = splat<T>(0);
  let run = total;
  for (let i = 1; count > 0; i++, count -= lanes<T>(), src += 16) {
    const x = count >= lanes<T>() ? v128.load(src) : loadPart<T>(src, count, splat<T>(-Infinity));
    run = v128.add<T>(run, exp<T>(v128.sub<T>(x, shift)));
    if (i % RUN == 0) {
      total = v128.add<T>(total, run);
      run = splat<T>(0);
    }
  }
  const sum = v128.splat<T>(horizontalSum<T>(v128.add<T>(total, run)));
  return v128.extract_lane<T>(v128.add<T>(shift, log<T>(sum)), 0);
}

/** Sums of four vectors of neighbouring columns, the common case (a bias' cotangent): a cache line at a time. */
function wideSum<T>(dst: usize, src: usize, count: i32, stride: usize): void {
  let t0 = splat<T>(0);
  let t1 = t0;
  let t2 = t0;
  let t3 = t0;
  for (; count > 0; count -= RUN) {
    let s0 = splat<T>(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let r = min(count, RUN); r > 0; r--, src += stride) {
      s0 = v128.add<T>(s0, v128.load(src));
      s1 = v128.add<T>(s1, v128.load(src, 16));
      s2 = v128.add<T>(s2, v128.load(src, 32));
      s3 = v128.add<T>(s3, v128.load(src, 48));
    }
    t0 = v128.add<T>(t0, s0);
    t1 = v128.add<T>(t1, s1);
    t2 = v128.add<T>(t2, s2);
    t3 = v128.add<T>(t3, s3);
  }
  v128.store(dst, t0);
  v128.store(dst, t1, 16);
  v128.store(dst, t2, 32);
  v128.store(dst, t3, 48);
}

/** A vector from lanes at src and at the given byte offsets from it; for f64 the first offset is that of lane 1. */
@inline
function gather<T>(src: usize, o1: usize, o2: usize, o3: usize): v128 {
  if (sizeof<T>() == 8) return v128.load64_lane(src + o1, v128.load64_zero(src), 1);
  const low = v128.load32_lane(src + o1, v128.load32_zero(src), 1);
  return v128.load32_lane(src + o3, v128.load32_lane(src + o2, low, 2), 3);
}

/** Reduces `count` terms, `stride` bytes apart, in each of `width` lanes, `laneStride` bytes apart. */
function lanesReduce<T>(op: i32, src: usize, count: i32, stride: usize, laneStride: usize, width: i32): v128 {
  // Missing lanes repeat the last.
  const o1 = width > 1 ? laneStride : 0;
  const o2 = width > 2 ? 2 * laneStride : o1;
  const o3 = width > 3 ? 3 * laneStride : o2;
  const adjacent = laneStride == sizeof<T>() && width == lanes<T>();
  let maximum = splat<T>(-Infinity);
  if (op != SUM) {
    let nan = splat<T>(0);
    let at = src;
    for (let r = count; r > 0; r--, at += stride) {
      const x = adjacent ? v128.load(at) : gather<T>(at, o1, o2, o3);
      maximum = v128.pmax<T>(maximum, x);
      nan = v128.or(nan, v128.ne<T>(x, x));
    }
    maximum = v128.or(maximum, nan);
    if (op == MAX) return maximum;
  }
  const shift = finiteShift<T>(maximum);
  let total = splat<T>(0);
  for (; count > 0; count -= RUN) {
    let run = splat<T>(0);
    for (let r = min(count, RUN); r > 0; r--, src += stride) {
      const x = adjacent ? v128.load(src) : gather<T>(src, o1, o2, o3);
      run = v128.add<T>(run, op == SUM ? x : exp<T>(v128.sub<T>(x, shift)));
    }
    total = v128.add<T>(total, run);
  }
  return op == SUM ? total : v128.add<T>(shift, log<T>(total));
}

/** `results` reductions side by side, a vector of them at a time, written contiguously. */
function reduceAcross<T>(
  op: i32, dst: usize, src: usize, results: i32, count: i32, stride: usize, laneStride: usize,
): void {
  let i = 0;
  if (op == SUM && laneStride == sizeof<T>()) {
    for (; i + 4 * lanes<T>() <= results; i += 4 * lanes<T>()) {
      wideSum<T>(dst + i * sizeof<T>(), src + i * laneStride, count, stride);
    }
  }
  for (; i < results; i += lanes<T>()) {
    const width = min(lanes<T>(), results - i);
    const value = lanesReduce<T>(op, src + i * laneStride, count, stride, laneStride, width);
    if (width == lanes<T>()) v128.store(dst + i * sizeof<T>(), value);
    else storePart<T>(dst + i * sizeof<T>(), value, width);
  }
}

export function reduce<T>(
  op: i32, dst: usize, src: usize, outer: i32, count: i32, inner: i32, elementStride: i32,
): void {
  const size = sizeof<T>();
  if (elementStride == 1 && count < SHORT) {
    reduceAcross<T>(op, dst, src, outer, count, size, <usize>count * size);
  } else if (elementStride == 1) {
    for (; outer > 0; outer--, dst += size, src += <usize>count * size) {
      if (op == SUM) store<T>(dst, rowSum<T>(src, count));
      else if (op == MAX) store<T>(dst, rowMax<T>(src, count));
      else store<T>(dst, rowLogSumExp<T>(src, count));
    }
  } else {
    const stride = <usize>elementStride * size;
    for (; outer > 0; outer--, dst += stride, src += count * stride) {
      reduceAcross<T>(op, dst, src, inner, count, stride, size);
    }
  }
}
