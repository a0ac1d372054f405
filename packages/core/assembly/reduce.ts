/**
 * Sum, maximum and log-sum-exp over the middle axis of [outer, reduce, inner]. With inner = 1 the reduced axis is
 * contiguous and vectors run along it; otherwise vectors run across it, one lane per column.
 *
 * Sums are blocked: short runs are added up on their own and only their totals meet, so that the rounding error grows
 * with the number of runs, not with the number of terms (Higham, "Accuracy and Stability of Numerical Algorithms", §4.2).
 */

import { LOGSUMEXP, MAX, SUM } from '../src/engines/wasm/opcodes';
import { exp, log } from './math';
import { horizontalMax, horizontalSum, lanes, loadPart, splat, storePart } from './vector';

/** Terms that one lane adds up before they join the total. */
const RUN = 128;

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

function rowMax<T>(src: usize, count: i32): T {
  const end = src + <usize>count * sizeof<T>();
  const least = splat<T>(-Infinity);
  let m0 = least;
  let m1 = least;
  for (; src + 32 <= end; src += 32) {
    m0 = v128.max<T>(m0, v128.load(src));
    m1 = v128.max<T>(m1, v128.load(src, 16));
  }
  if (src + 16 <= end) {
    m0 = v128.max<T>(m0, v128.load(src));
    src += 16;
  }
  if (src < end) m1 = v128.max<T>(m1, loadPart<T>(src, <i32>((end - src) / sizeof<T>()), least));
  return horizontalMax<T>(v128.max<T>(m0, m1));
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
  let run = splat<T>(0);
  for (let i = 0; count > 0; count -= lanes<T>(), src += 16) {
    const x = count >= lanes<T>() ? v128.load(src) : loadPart<T>(src, count, splat<T>(-Infinity));
    run = v128.add<T>(run, exp<T>(v128.sub<T>(x, shift)));
    if (++i % RUN == 0) {
      total = v128.add<T>(total, run);
      run = splat<T>(0);
    }
  }
  const sum = v128.splat<T>(horizontalSum<T>(v128.add<T>(total, run)));
  return v128.extract_lane<T>(v128.add<T>(shift, log<T>(sum)), 0);
}

/** One vector from a row, or the part of it that a narrow row has. */
@inline
function loadColumns<T>(src: usize, width: i32): v128 {
  return width >= lanes<T>() ? v128.load(src) : loadPart<T>(src, width, splat<T>(0));
}

/** Reduces `rows` rows, `stride` bytes apart, of one vector's columns. */
function columns<T>(op: i32, src: usize, rows: i32, stride: usize, width: i32): v128 {
  let maximum = splat<T>(-Infinity);
  if (op != SUM) {
    let row = src;
    for (let r = 0; r < rows; r++, row += stride) maximum = v128.max<T>(maximum, loadColumns<T>(row, width));
    if (op == MAX) return maximum;
  }
  const shift = finiteShift<T>(maximum);
  let total = splat<T>(0);
  for (let left = rows; left > 0; left -= RUN) {
    let run = splat<T>(0);
    for (let r = min(left, RUN); r > 0; r--, src += stride) {
      let x = loadColumns<T>(src, width);
      if (op == LOGSUMEXP) x = exp<T>(v128.sub<T>(x, shift));
      run = v128.add<T>(run, x);
    }
    total = v128.add<T>(total, run);
  }
  return op == SUM ? total : v128.add<T>(shift, log<T>(total));
}

/** Sums of four vectors' columns at once: the common case, a bias' cotangent, a cache line at a time. */
function wideColumnSum<T>(dst: usize, src: usize, rows: i32, stride: usize): void {
  let t0 = splat<T>(0);
  let t1 = t0;
  let t2 = t0;
  let t3 = t0;
  for (; rows > 0; rows -= RUN) {
    let s0 = splat<T>(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let r = min(rows, RUN); r > 0; r--, src += stride) {
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

export function reduce<T>(op: i32, dst: usize, src: usize, outer: i32, rows: i32, inner: i32): void {
  const size = sizeof<T>();
  const stride = <usize>inner * size;
  if (inner == 1) {
    for (; outer > 0; outer--, dst += size, src += <usize>rows * size) {
      store<T>(dst, op == SUM ? rowSum<T>(src, rows) : op == MAX ? rowMax<T>(src, rows) : rowLogSumExp<T>(src, rows));
    }
    return;
  }
  for (; outer > 0; outer--, dst += stride, src += <usize>rows * stride) {
    let i = 0;
    if (op == SUM) {
      for (; i + 4 * lanes<T>() <= inner; i += 4 * lanes<T>()) {
        wideColumnSum<T>(dst + <usize>i * size, src + <usize>i * size, rows, stride);
      }
    }
    while (i < inner) {
      // The last vector of a row is moved back to end with the row: some columns are reduced twice.
      const width = min(lanes<T>(), inner);
      const at = <usize>min(i, inner - width) * size;
      const value = columns<T>(op, src + at, rows, stride, width);
      if (width == lanes<T>()) v128.store(dst + at, value);
      else storePart<T>(dst + at, value, width);
      i += lanes<T>();
    }
  }
}
