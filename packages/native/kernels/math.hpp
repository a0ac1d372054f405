/**
 * exp, log and what follows from them, on vectors: the argument is reduced to a short interval by exact arithmetic on the exponent,
 * and a polynomial evaluated there. The method and the coefficients are those of the WebAssembly kernels
 * (packages/core/assembly/elementwise/math.ts says where they come from, and how large their errors are).
 */
#pragma once
#include "vector.hpp"

namespace NAMESPACE {

template <class T> constexpr bool SINGLE = sizeof(T) == 4;

/** p ← p r + c for each coefficient. */
template <class T> inline V<T> horner(V<T> p, V<T>) { return p; }
template <class T, class... Rest> inline V<T> horner(V<T> p, V<T> r, double c, Rest... rest) {
  return horner<T>(madd(p, r, splat<T>(T(c))), r, rest...);
}

/** 2ⁿ for whole numbers: adding 1.5 · 2ᵐ (m mantissa bits) leaves n + bias in the low bits. */
template <class T> inline V<T> powerOfTwo(V<T> n) {
  if constexpr (SINGLE<T>) return (V<T>)((I<T>)(n + splat<T>(12582912 + 127)) << 23);
  else return (V<T>)((I<T>)(n + splat<T>(6755399441055744.0 + 1023)) << 52);
}

/** eʳ − 1 = r + r² P(r) for |r| ≤ ½ log 2. */
template <class T> inline V<T> expm1Reduced(V<T> r) {
  V<T> p;
  if constexpr (SINGLE<T>) p = horner<T>(splat<T>(0.001392625f), r, 0.008363233, 0.041666552, 0.16666576, 0.5);
  else
    p = horner<T>(
      splat<T>(2.09147553258932e-9), r, 2.5105312729622103e-8, 2.755727347871858e-7, 2.755725517000089e-6,
      2.480158732567746e-5, 1.984126987500228e-4, 1.3888888888883711e-3, 8.333333333326084e-3, 4.166666666666667e-2,
      0.1666666666666667, 0.5);
  return madd(r * r, p, r);
}

/** eˣ, or eˣ − 1, by 2ⁿ in two factors, so that neither overflows at the ends of the range. */
template <class T, bool MINUS_ONE> inline V<T> exponential(V<T> x) {
  x = least<T>(x, splat<T>(SINGLE<T> ? 89 : 710));
  x = most<T>(x, splat<T>(SINGLE<T> ? -105 : -747));
  const V<T> n = nearest(x * splat<T>(T(1.4426950408889634)));
  V<T> r = x - n * splat<T>(T(SINGLE<T> ? 0.693115234375 : 0.6931471805592082));
  r = r - n * splat<T>(T(SINGLE<T> ? 3.1946183e-5 : 7.371002565167799e-13));
  const V<T> q = expm1Reduced<T>(r);
  const V<T> half = down(n * splat<T>(T(0.5)));
  const V<T> h = powerOfTwo<T>(half);
  const V<T> rest = n - half;
  const V<T> offset = MINUS_ONE ? h - powerOfTwo<T>(-rest) : h;
  return madd(q, h, offset) * powerOfTwo<T>(rest);
}
template <class T> inline V<T> exp(V<T> x) { return exponential<T, false>(x); }

/** 2 atanh(s) = 2s + s R(s²), the series of the logarithm. */
template <class T> inline V<T> logSeries(V<T> z) {
  if constexpr (SINGLE<T>) return horner<T>(splat<T>(0.29580986f), z, 0.3998876, 0.66666687) * z;
  else
    return horner<T>(
      splat<T>(0.14617807153417325), z, 0.15331611722055008, 0.1818289243253687, 0.22222211089379496,
      0.28571428626253836, 0.3999999999989889, 0.666666666666667) * z;
}

/** log x for normal positive x, plus k0 log 2. */
template <class T> inline V<T> logNormal(V<T> x, V<T> k0) {
  typedef std::make_unsigned_t<Whole<T>> U __attribute__((vector_size(WIDTH)));
  V<T> k, m;
  if constexpr (SINGLE<T>) {
    const I<T> word = (I<T>)x + (0x3f800000 - 0x3f3504f3);
    k = (V<T>)((I<T>)((U)word >> 23) | (I<T>)splat<T>(8388608)) - splat<T>(8388608 + 127);
    m = (V<T>)((word & 0x007fffff) + 0x3f3504f3);
  } else {
    const I<T> word = (I<T>)x + (0x3ff0000000000000 - 0x3fe6a09e667f3bcd);
    k = (V<T>)((I<T>)((U)word >> 52) | (I<T>)splat<T>(4503599627370496.0)) - splat<T>(4503599627370496.0 + 1023);
    m = (V<T>)((word & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd);
  }
  k = k + k0;
  const V<T> f = m - splat<T>(1);
  const V<T> s = f / (f + splat<T>(2));
  const V<T> halfSquare = f * f * splat<T>(T(0.5));
  const V<T> series = halfSquare + logSeries<T>(s * s);
  const V<T> low = splat<T>(T(SINGLE<T> ? 3.1946183e-5 : 7.371002565167799e-13));
  const V<T> high = splat<T>(T(SINGLE<T> ? 0.693115234375 : 0.6931471805592082));
  return madd(k, high, f - (halfSquare - madd(s, series, k * low)));
}

template <class T> inline V<T> log(V<T> x) {
  const T infinity = T(__builtin_inf());
  const I<T> denormal = x < splat<T>(T(SINGLE<T> ? 1.1754943508222875e-38 : 2.2250738585072014e-308));
  const V<T> scaled = choose<T>(denormal, x * splat<T>(T(SINGLE<T> ? 16777216 : 18014398509481984.0)), x);
  V<T> y = logNormal<T>(scaled, where<T>(denormal, splat<T>(SINGLE<T> ? -24 : -54)));
  y = choose<T>(x < splat<T>(infinity), y, x);
  y = choose<T>(x == splat<T>(0), splat<T>(-infinity), y);
  return (V<T>)((I<T>)y | (x < splat<T>(0))); // all bits set is not a number
}

/** log(1 + eˣ) = max(x, 0) + log(1 + e^−|x|). */
template <class T> inline V<T> softplus(V<T> x) {
  const V<T> one = splat<T>(1);
  const V<T> e = exp<T>(-absolute<T>(x));
  const V<T> u = e + one;
  return most<T>(x, splat<T>(0)) + (logNormal<T>(u, splat<T>(0)) + (e - (u - one)) / u);
}

/** 1 / (1 + e^−x) = (x < 0 ? e : 1) / (1 + e) with e = e^−|x|: small results keep their digits. */
template <class T> inline V<T> sigmoid(V<T> x) {
  const V<T> one = splat<T>(1);
  const V<T> e = exp<T>(-absolute<T>(x));
  return choose<T>(x < splat<T>(0), e, one) / (e + one);
}

/** tanh |x| = t / (t + 2) with t = e^2|x| − 1. */
template <class T> inline V<T> tanh(V<T> x) {
  const V<T> t = exponential<T, true>(least<T>(absolute<T>(x + x), splat<T>(SINGLE<T> ? 20 : 40)));
  return copySign<T>(t / (t + splat<T>(2)), x);
}

} // namespace NAMESPACE
