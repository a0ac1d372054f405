/**
 * Fused chains of elementwise operations. A chain runs tile by tile: all its micro-operations on 512 elements, then the next 512, so
 * that what passes between them stays in the first-level cache.
 */
#pragma once
#include <cmath>
#include "math.hpp"
#include "move.hpp"

namespace NAMESPACE {

/** The words of a micro-operation: [micro, flags, to, a, b, c, d, e]; a flag says that its pointer moves with the tile. */
struct Micro {
  int32_t op;
  uint32_t flags, place[6];

  /** Operand k, 0 being the result, on the tile at `offset` (bytes). */
  template <class T> T *at(char *memory, int k, int64_t offset) const {
    return (T *)(memory + place[k] + (flags >> k & 1 ? offset : 0));
  }
};

/** The larger of both, not a number where either is none; of two zeros the positive one (IEEE 754 maximum). */
template <class T> inline V<T> maximum(V<T> a, V<T> b) {
  const V<T> equal = (V<T>)((I<T>)a & (I<T>)b);
  return choose<T>(a == b, equal, choose<T>(a > b, a, choose<T>(a < b, b, a + b)));
}
template <class T> inline V<T> minimum(V<T> a, V<T> b) {
  const V<T> equal = (V<T>)((I<T>)a | (I<T>)b);
  return choose<T>(a == b, equal, choose<T>(a < b, a, choose<T>(a > b, b, a + b)));
}

template <class T> inline bool binary(int op, T *to, const T *a, const T *b, int count) {
  const V<T> one = splat<T>(1);
  switch (op) {
    case M_ADD: map<T>(to, count, a, b, [](V<T> x, V<T> y) { return x + y; }); return true;
    case M_SUB: map<T>(to, count, a, b, [](V<T> x, V<T> y) { return x - y; }); return true;
    case M_MUL: map<T>(to, count, a, b, [](V<T> x, V<T> y) { return x * y; }); return true;
    case M_DIV: map<T>(to, count, a, b, [](V<T> x, V<T> y) { return x / y; }); return true;
    case M_MAXIMUM: map<T>(to, count, a, b, maximum<T>); return true;
    case M_MINIMUM: map<T>(to, count, a, b, minimum<T>); return true;
    case M_LESS: map<T>(to, count, a, b, [=](V<T> x, V<T> y) { return where<T>(x < y, one); }); return true;
    case M_LESS_EQUAL: map<T>(to, count, a, b, [=](V<T> x, V<T> y) { return where<T>(x <= y, one); }); return true;
    case M_EQUAL: map<T>(to, count, a, b, [=](V<T> x, V<T> y) { return where<T>(x == y, one); }); return true;
    default: return false;
  }
}

/** A function of the C library, one element at a time, through double. */
template <class T, class F> inline bool eachOne(T *to, const T *a, int count, F f) {
  for (int i = 0; i < count; i++) to[i] = T(f(double(a[i])));
  return true;
}

template <class T> inline bool unary(int op, T *to, const T *a, int count) {
  const V<T> zero{}, one = splat<T>(1);
  switch (op) {
    case M_COPY: map<T>(to, count, a, [](V<T> x) { return x; }); return true;
    case M_NEG: map<T>(to, count, a, [](V<T> x) { return -x; }); return true;
    case M_ABS: map<T>(to, count, a, absolute<T>); return true;
    // Where x is 0 or not a number, its sign is x itself.
    case M_SIGN: map<T>(to, count, a, [=](V<T> x) { return choose<T>(absolute<T>(x) > zero, copySign<T>(one, x), x); }); return true;
    case M_SQRT: map<T>(to, count, a, [](V<T> x) { return root(x); }); return true;
    case M_RELU: map<T>(to, count, a, [=](V<T> x) { return most<T>(x, zero); }); return true;
    case M_FLOOR: map<T>(to, count, a, [](V<T> x) { return down(x); }); return true;
    case M_RECIPROCAL: map<T>(to, count, a, [=](V<T> x) { return one / x; }); return true;
    case M_EXP: map<T>(to, count, a, exp<T>); return true;
    case M_LOG: map<T>(to, count, a, log<T>); return true;
    case M_TANH: map<T>(to, count, a, tanh<T>); return true;
    case M_SIGMOID: map<T>(to, count, a, sigmoid<T>); return true;
    case M_SOFTPLUS: map<T>(to, count, a, softplus<T>); return true;
    case M_EXPM1: return eachOne(to, a, count, (double (*)(double))::expm1);
    case M_LOG1P: return eachOne(to, a, count, (double (*)(double))::log1p);
    case M_ERF: return eachOne(to, a, count, (double (*)(double))::erf);
    case M_SIN: return eachOne(to, a, count, (double (*)(double))::sin);
    case M_COS: return eachOne(to, a, count, (double (*)(double))::cos);
    case M_TAN: return eachOne(to, a, count, (double (*)(double))::tan);
    case M_ATAN: return eachOne(to, a, count, (double (*)(double))::atan);
    default: return false;
  }
}

/** xʸ by JavaScript's rules, which know no power of 1 or −1 whose exponent is infinite or not a number. */
inline double power(double x, double y) {
  if (y != y || (std::isinf(y) && (x == 1 || x == -1))) return __builtin_nan("");
  return ::pow(x, y);
}

/** Several operations at once, each rounded on its own (core/src/compile/fuse.ts). */
template <class T> inline bool fused(const Micro &micro, char *memory, int64_t offset, int count) {
  T *to = micro.at<T>(memory, 0, offset);
  const T *p[5];
  for (int k = 0; k < 5; k++) p[k] = micro.at<T>(memory, k + 1, offset);
  const auto all = [&](int operands, auto f) {
    const V<T> one = splat<T>(1);
    int i = 0;
    const auto whole = [&](int k) { return k < operands ? load<T>(p[k] + i) : one; };
    for (; i + LANES<T> <= count; i += LANES<T>) store<T>(to + i, f(whole(0), whole(1), whole(2), whole(3), whole(4)));
    const int rest = count - i;
    const auto part = [&](int k) { return k < operands ? loadPart(p[k] + i, rest, one) : one; };
    if (rest) storePart(to + i, f(part(0), part(1), part(2), part(3), part(4)), rest);
    return true;
  };
  switch (micro.op) {
    case M_SUM_OF_PRODUCTS: return all(4, [](V<T> a, V<T> b, V<T> c, V<T> d, V<T>) { return a * b + c * d; });
    case M_SUM_OF_SQUARES: return all(5, [](V<T> a, V<T> b, V<T> c, V<T> d, V<T> e) { return a * b + c * (d * e); });
    case M_NORMALISED_STEP: return all(5, [](V<T> a, V<T> b, V<T> c, V<T> d, V<T> e) { return a - b * c / (root(d) + e); });
    case M_GATE: return all(3, [](V<T> a, V<T> b, V<T> c, V<T>, V<T>) { return a * where<T>(b < c, splat<T>(1)); });
    case M_MINUS_PRODUCT: return all(3, [](V<T> a, V<T> b, V<T> c, V<T>, V<T>) { return a - b * c; });
    case M_TIMES_DIFFERENCE: return all(4, [](V<T> a, V<T> b, V<T> c, V<T> d, V<T>) { return a * (b - c * d); });
    default: return false;
  }
}

/** to[i] = a[i] + b[(start + i) mod period]: a row at a time. */
template <class T> inline void addRow(T *to, const T *a, const T *b, int start, int count, int period) {
  for (int column = start % period; count > 0; column = 0) {
    const int run = count < period - column ? count : period - column;
    map<T>(to, run, a, b + column, [](V<T> x, V<T> y) { return x + y; });
    to += run;
    a += run;
    count -= run;
  }
}

/**
 * Three micro-operations in one pass, because each tensor is then read and written once, and nothing waits for memory:
 * m' = a m + b g,  v' = c v + d (g g),  w' = w − (s m') / (√v' + e)
 */
template <class T> inline void moments(const Micro *micro, char *memory, int64_t offset, int count) {
  const auto at = [&](int i, int k) { return micro[i].at<T>(memory, k, offset); };
  const V<T> a = splat<T>(*at(0, 1)), b = splat<T>(*at(0, 3)), c = splat<T>(*at(1, 1)), d = splat<T>(*at(1, 3));
  const V<T> s = splat<T>(*at(2, 2)), e = splat<T>(*at(2, 5));
  T *const toM = at(0, 0), *const toV = at(1, 0), *const toW = at(2, 0);
  const T *const m = at(0, 2), *const g = at(0, 4), *const v = at(1, 2), *const w = at(2, 1);
  const auto step = [&](int i, auto get, auto put) {
    const V<T> gradient = get(g + i);
    const V<T> first = a * get(m + i) + b * gradient;
    const V<T> second = c * get(v + i) + d * (gradient * gradient);
    const V<T> before = get(w + i);
    put(toW + i, before - s * first / (root(second) + e));
    put(toM + i, first);
    put(toV + i, second);
  };
  int i = 0;
  for (; i + LANES<T> <= count; i += LANES<T>)
    step(i, [](const T *p) { return load<T>(p); }, [](T *p, V<T> x) { store<T>(p, x); });
  const int rest = count - i;
  if (rest)
    step(i, [=](const T *p) { return loadPart(p, rest, splat<T>(1)); }, [=](T *p, V<T> x) { storePart(p, x, rest); });
}

/** One micro-operation on one tile. */
template <class T> inline bool step(const Micro &micro, char *memory, int start, int64_t offset, int count) {
  const int op = micro.op;
  T *to = micro.at<T>(memory, 0, offset);
  const T *a = micro.at<T>(memory, 1, offset);
  const auto number = [&](int k) { return int(micro.place[k]); };
  if (op == M_BROADCAST) {
    broadcast<T>(to, a, start, count, number(2), number(3));
    return true;
  }
  const T *b = micro.at<T>(memory, 2, offset);
  if (op == M_ADD_ROW) {
    addRow<T>(to, a, (const T *)(memory + micro.place[2]), start, count, number(3));
    return true;
  }
  if (op < 16) return binary<T>(op, to, a, b, count);
  if (op == M_WHERE) {
    const T *c = micro.at<T>(memory, 3, offset);
    map<T>(to, count, a, b, c, [](V<T> x, V<T> y, V<T> z) { return choose<T>(x != V<T>{}, y, z); });
    return true;
  }
  if (op == M_POW) {
    for (int i = 0; i < count; i++) to[i] = T(power(double(a[i]), double(b[i])));
    return true;
  }
  return op > M_BROADCAST && op < M_EXP ? fused<T>(micro, memory, offset, count) : unary<T>(op, to, a, count);
}

/** Runs the CHAIN instruction p: [op, len, first, count, segments, stride, splats, body, …splats × 2, …body × 8]. */
template <class T> inline bool chain(const int32_t *p, char *memory) {
  const int count = p[3], segments = p[4], stride = p[5], splats = p[6];
  const Micro *const body = (const Micro *)(p + 8 + 2 * splats);
  const Micro *const end = body + p[7];
  if (count <= 0) return true;
  for (int i = 0; i < splats; i++)
    fill<T>((T *)(memory + uint32_t(p[8 + 2 * i])), *(const T *)(memory + uint32_t(p[9 + 2 * i])), count < TILE ? count : TILE);
  for (int segment = 0, first = p[2]; segment < segments; segment++, first += stride) {
    for (int start = first; start < first + count; start += TILE) {
      const int size = first + count - start < TILE ? first + count - start : TILE;
      const int64_t offset = int64_t(start) * int64_t(sizeof(T));
      for (const Micro *micro = body; micro < end; micro++) {
        if (micro->op == M_MOMENTS) {
          moments<T>(micro, memory, offset, size);
          micro += 2;
        } else if (!step<T>(*micro, memory, start, offset, size)) {
          return false;
        }
      }
    }
  }
  return true;
}

} // namespace NAMESPACE
