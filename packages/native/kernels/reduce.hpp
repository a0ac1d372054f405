/**
 * Sum, maximum and log-sum-exp over the middle axis of [outer, reduce, inner]. Long contiguous rows (inner = 1) are reduced along
 * vectors, everything else across them, a lane for each result. Sums are blocked: runs are added up on their own and only their
 * totals meet, so that the rounding error grows with the number of runs (Higham, "Accuracy and Stability of Numerical Algorithms", §4.2).
 */
#pragma once
#include "math.hpp"

namespace NAMESPACE {

/** Terms that one lane adds up before they join the total. */
constexpr int RUN = 128;
/** Contiguous rows shorter than this are reduced side by side. */
constexpr int SHORT = 32;

/** Σ over a contiguous row; four accumulators hide the latency of addition. */
template <class T> inline T rowSum(const T *row, int count) {
  constexpr int L = LANES<T>;
  T total = 0;
  int i = 0;
  while (i + 4 * L <= count) {
    V<T> s[4] = {};
    for (int run = 0; run < RUN && i + 4 * L <= count; run++, i += 4 * L)
      for (int k = 0; k < 4; k++) s[k] += load<T>(row + i + k * L);
    total += sumOf<T>((s[0] + s[1]) + (s[2] + s[3]));
  }
  V<T> s{};
  for (; i + L <= count; i += L) s += load<T>(row + i);
  if (i < count) s += loadPart(row + i, count - i, V<T>{});
  return total + sumOf<T>(s);
}

/** The largest so far, and all bits set where something was not a number. */
template <class T> struct Largest {
  V<T> value = splat<T>(T(-__builtin_inf()));
  I<T> nan{};
  void take(V<T> x) {
    value = most<T>(value, x);
    nan |= x != x;
  }
  V<T> get() const { return (V<T>)((I<T>)value | nan); }
};

template <class T> inline T rowMax(const T *row, int count) {
  Largest<T> all;
  for (int i = 0; i < count; i += LANES<T>) {
    const int rest = count - i;
    all.take(rest >= LANES<T> ? load<T>(row + i) : loadPart(row + i, rest, splat<T>(T(-__builtin_inf()))));
  }
  const V<T> lanes = all.get();
  T result = lanes[0];
  for (int i = 1; i < LANES<T>; i++) result = lanes[i] != lanes[i] || lanes[i] > result ? lanes[i] : result;
  return result;
}

/** The shift of log-sum-exp: the maximum, or 0 where that is infinite, so that ∞ − ∞ does not arise. */
template <class T> inline V<T> finiteShift(V<T> x) { return where<T>(absolute<T>(x) != splat<T>(T(__builtin_inf())), x); }

/** log Σ eˣ = μ + log Σ e^(x − μ) with μ = max x, over a contiguous row. */
template <class T> inline T rowLogSumExp(const T *row, int count) {
  const V<T> shift = finiteShift<T>(splat<T>(rowMax<T>(row, count)));
  V<T> total{}, run{};
  for (int i = 0, terms = 1; i < count; i += LANES<T>, terms++) {
    const int rest = count - i;
    run += exp<T>((rest >= LANES<T> ? load<T>(row + i) : loadPart(row + i, rest, splat<T>(T(-__builtin_inf())))) - shift);
    if (terms % RUN == 0) {
      total += run;
      run = V<T>{};
    }
  }
  return (shift + log<T>(splat<T>(sumOf<T>(total + run))))[0];
}

/** Reduces `count` terms, `stride` elements apart, in each of `width` lanes, which are `laneStride` elements apart. */
template <class T> inline V<T> lanesReduce(int op, const T *from, int count, int64_t stride, int64_t laneStride, int width) {
  const auto term = [&](int r) {
    const T *p = from + r * stride;
    if (laneStride == 1) return width == LANES<T> ? load<T>(p) : loadPart(p, width, V<T>{});
    V<T> x{};
    for (int i = 0; i < width; i++) x[i] = p[i * laneStride];
    return x;
  };
  V<T> shift{};
  if (op != SUM) {
    Largest<T> all;
    for (int r = 0; r < count; r++) all.take(term(r));
    if (op == MAX) return all.get();
    shift = finiteShift<T>(all.get());
  }
  V<T> total{};
  for (int r = 0; r < count;) {
    V<T> run{};
    for (const int end = r + RUN < count ? r + RUN : count; r < end; r++) run += op == SUM ? term(r) : exp<T>(term(r) - shift);
    total += run;
  }
  return op == SUM ? total : shift + log<T>(total);
}

/** `results` reductions side by side, written contiguously. */
template <class T> inline void reduceAcross(int op, T *to, const T *from, int results, int count, int64_t stride, int64_t laneStride) {
  for (int i = 0; i < results; i += LANES<T>) {
    const int width = results - i < LANES<T> ? results - i : LANES<T>;
    const V<T> value = lanesReduce<T>(op, from + i * laneStride, count, stride, laneStride, width);
    if (width == LANES<T>) store<T>(to + i, value);
    else storePart(to + i, value, width);
  }
}

/** Short rows side by side: their elements are turned in memory that the thread keeps, so that lanes are neighbours. */
template <class T> inline void reduceShort(int op, T *to, const T *from, int rows, int count) {
  T turned[SHORT * LANES<T>];
  for (int i = 0; i < rows; i += LANES<T>, from += int64_t(count) * LANES<T>) {
    const int width = rows - i < LANES<T> ? rows - i : LANES<T>;
    for (int lane = 0; lane < width; lane++)
      for (int r = 0; r < count; r++) turned[r * LANES<T> + lane] = from[lane * count + r];
    for (int lane = width; lane < LANES<T>; lane++)
      for (int r = 0; r < count; r++) turned[r * LANES<T> + lane] = 0;
    reduceAcross<T>(op, to + i, turned, width, count, LANES<T>, 1);
  }
}

template <class T> inline void reduce(int op, T *to, const T *from, int outer, int count, int inner, int64_t stride) {
  if (stride == 1 && count < SHORT) {
    reduceShort<T>(op, to, from, outer, count);
  } else if (stride == 1) {
    for (int i = 0; i < outer; i++, from += count)
      to[i] = op == SUM ? rowSum<T>(from, count) : op == MAX ? rowMax<T>(from, count) : rowLogSumExp<T>(from, count);
  } else {
    for (int i = 0; i < outer; i++, to += stride, from += count * stride) reduceAcross<T>(op, to, from, inner, count, stride, 1);
  }
}

} // namespace NAMESPACE
