/**
 * The words every kernel is written in: vectors as wide as the processor's, of T, which is float or double. What the compiler's
 * vectors do not know (a fused multiply-add, a part of a vector) has a form for each processor here, and nowhere else.
 */
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace NAMESPACE {

#if defined(__AVX512F__)
constexpr int WIDTH = 64;
#elif defined(__AVX2__)
constexpr int WIDTH = 32;
#else
constexpr int WIDTH = 16;
#endif

template <class T> using Whole = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;

template <class T> struct Wide {
  typedef T V __attribute__((vector_size(WIDTH), may_alias));
  typedef T Loose __attribute__((vector_size(WIDTH), aligned(1), may_alias));
  typedef Whole<T> I __attribute__((vector_size(WIDTH), may_alias));
};
/** A vector of T, and one of whole numbers as wide, which a comparison gives: all bits set where it holds. */
template <class T> using V = typename Wide<T>::V;
template <class T> using I = typename Wide<T>::I;

/** Lanes of a vector. */
template <class T> constexpr int LANES = WIDTH / int(sizeof(T));

template <class T> inline V<T> splat(T x) { return x - V<T>{}; }
template <class T> inline V<T> load(const T *p) { return *(const typename Wide<T>::Loose *)p; }
template <class T> inline void store(T *p, V<T> x) { *(typename Wide<T>::Loose *)p = x; }

template <class T> inline V<T> bits(I<T> x) { return (V<T>)x; }
/** x where the condition holds, else 0. */
template <class T> inline V<T> where(I<T> condition, V<T> x) { return (V<T>)((I<T>)x & condition); }
template <class T> inline V<T> choose(I<T> condition, V<T> a, V<T> b) {
  return (V<T>)(((I<T>)a & condition) | ((I<T>)b & ~condition));
}
template <class T> inline I<T> signBit() { return (I<T>)splat<T>(T(-0.0)); }
template <class T> inline V<T> absolute(V<T> x) { return (V<T>)((I<T>)x & ~signBit<T>()); }
/** The magnitude of a with the sign of b. */
template <class T> inline V<T> copySign(V<T> a, V<T> b) {
  return (V<T>)(((I<T>)a & ~signBit<T>()) | ((I<T>)b & signBit<T>()));
}
/** The smaller and the larger of both; the first where it is not a number. */
template <class T> inline V<T> least(V<T> a, V<T> b) { return b < a ? b : a; }
template <class T> inline V<T> most(V<T> a, V<T> b) { return a < b ? b : a; }

#if defined(__AVX512F__)
inline V<float> madd(V<float> a, V<float> b, V<float> c) { return (V<float>)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
inline V<double> madd(V<double> a, V<double> b, V<double> c) { return (V<double>)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
inline V<float> root(V<float> x) { return (V<float>)_mm512_sqrt_ps((__m512)x); }
inline V<double> root(V<double> x) { return (V<double>)_mm512_sqrt_pd((__m512d)x); }
inline V<float> down(V<float> x) { return (V<float>)_mm512_roundscale_ps((__m512)x, 9); }
inline V<double> down(V<double> x) { return (V<double>)_mm512_roundscale_pd((__m512d)x, 9); }
inline V<float> nearest(V<float> x) { return (V<float>)_mm512_roundscale_ps((__m512)x, 8); }
inline V<double> nearest(V<double> x) { return (V<double>)_mm512_roundscale_pd((__m512d)x, 8); }
inline V<float> loadPart(const float *p, int count, V<float> fill) {
  return (V<float>)_mm512_mask_loadu_ps((__m512)fill, __mmask16((1u << count) - 1), p);
}
inline V<double> loadPart(const double *p, int count, V<double> fill) {
  return (V<double>)_mm512_mask_loadu_pd((__m512d)fill, __mmask8((1u << count) - 1), p);
}
inline void storePart(float *p, V<float> x, int count) { _mm512_mask_storeu_ps(p, __mmask16((1u << count) - 1), (__m512)x); }
inline void storePart(double *p, V<double> x, int count) { _mm512_mask_storeu_pd(p, __mmask8((1u << count) - 1), (__m512d)x); }
#elif defined(__AVX2__)
inline V<float> madd(V<float> a, V<float> b, V<float> c) { return (V<float>)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
inline V<double> madd(V<double> a, V<double> b, V<double> c) { return (V<double>)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
inline V<float> root(V<float> x) { return (V<float>)_mm256_sqrt_ps((__m256)x); }
inline V<double> root(V<double> x) { return (V<double>)_mm256_sqrt_pd((__m256d)x); }
inline V<float> down(V<float> x) { return (V<float>)_mm256_round_ps((__m256)x, 9); }
inline V<double> down(V<double> x) { return (V<double>)_mm256_round_pd((__m256d)x, 9); }
inline V<float> nearest(V<float> x) { return (V<float>)_mm256_round_ps((__m256)x, 8); }
inline V<double> nearest(V<double> x) { return (V<double>)_mm256_round_pd((__m256d)x, 8); }
inline __m256i firstLanes(int count, float) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
inline __m256i firstLanes(int count, double) {
  return _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
}
inline V<float> loadPart(const float *p, int count, V<float> fill) {
  const __m256i mask = firstLanes(count, 0.f);
  return choose<float>((I<float>)mask, (V<float>)_mm256_maskload_ps(p, mask), fill);
}
inline V<double> loadPart(const double *p, int count, V<double> fill) {
  const __m256i mask = firstLanes(count, 0.0);
  return choose<double>((I<double>)mask, (V<double>)_mm256_maskload_pd(p, mask), fill);
}
inline void storePart(float *p, V<float> x, int count) { _mm256_maskstore_ps(p, firstLanes(count, 0.f), (__m256)x); }
inline void storePart(double *p, V<double> x, int count) { _mm256_maskstore_pd(p, firstLanes(count, 0.0), (__m256d)x); }
#else
template <class X> inline X eachLane(X x, X (*)(X)) { return x; }
#define EACH_LANE(NAME, CALL)                                                                                          \
  template <class X> inline X NAME(X x) {                                                                              \
    for (unsigned i = 0; i < sizeof(x) / sizeof(x[0]); i++) x[i] = CALL(x[i]);                                         \
    return x;                                                                                                          \
  }
EACH_LANE(root, __builtin_sqrt)
EACH_LANE(down, __builtin_floor)
EACH_LANE(nearest, __builtin_rint)
inline V<float> madd(V<float> a, V<float> b, V<float> c) {
  for (int i = 0; i < LANES<float>; i++) c[i] = __builtin_fmaf(a[i], b[i], c[i]);
  return c;
}
inline V<double> madd(V<double> a, V<double> b, V<double> c) {
  for (int i = 0; i < LANES<double>; i++) c[i] = __builtin_fma(a[i], b[i], c[i]);
  return c;
}
template <class T> inline V<T> loadPart(const T *p, int count, V<T> fill) {
  for (int i = 0; i < count; i++) fill[i] = p[i];
  return fill;
}
template <class T> inline void storePart(T *p, V<T> x, int count) {
  for (int i = 0; i < count; i++) p[i] = x[i];
}
#endif

/** The sum of all lanes: halves are added until one is left, the same way on every call. */
template <class T> inline T sumOf(V<T> x) {
  T lane[LANES<T>];
  store<T>(lane, x);
  for (int half = LANES<T> / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++) lane[i] += lane[i + half];
  return lane[0];
}

/** A function of vectors on `count` numbers: whole vectors, then what is left. Operands may be the result. */
template <class T, class F> inline void map(T *to, int count, const T *a, F f) {
  int i = 0;
  for (; i + LANES<T> <= count; i += LANES<T>) store<T>(to + i, f(load<T>(a + i)));
  if (i < count) storePart(to + i, f(loadPart(a + i, count - i, splat<T>(1))), count - i);
}
template <class T, class F> inline void map(T *to, int count, const T *a, const T *b, F f) {
  int i = 0;
  for (; i + LANES<T> <= count; i += LANES<T>) store<T>(to + i, f(load<T>(a + i), load<T>(b + i)));
  const int rest = count - i;
  const V<T> one = splat<T>(1);
  if (rest) storePart(to + i, f(loadPart(a + i, rest, one), loadPart(b + i, rest, one)), rest);
}
template <class T, class F> inline void map(T *to, int count, const T *a, const T *b, const T *c, F f) {
  int i = 0;
  for (; i + LANES<T> <= count; i += LANES<T>) store<T>(to + i, f(load<T>(a + i), load<T>(b + i), load<T>(c + i)));
  const int rest = count - i;
  const V<T> one = splat<T>(1);
  if (rest)
    storePart(to + i, f(loadPart(a + i, rest, one), loadPart(b + i, rest, one), loadPart(c + i, rest, one)), rest);
}

} // namespace NAMESPACE
