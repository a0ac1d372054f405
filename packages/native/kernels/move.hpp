/** Moving and converting elements: copies, broadcasts within a chain, casts, rows by index. */
#pragma once
#include "vector.hpp"

namespace NAMESPACE {

/** Short runs are frequent, and a call of the library's own copy costs more than they do. */
inline void copyBytes(char *to, const char *from, int64_t bytes) {
  if (bytes > 1024 || bytes & 3) {
    memmove(to, from, bytes);
    return;
  }
  const int64_t count = bytes / 4;
  const float *a = (const float *)from;
  float *b = (float *)to;
  int64_t i = 0;
  for (; i + LANES<float> <= count; i += LANES<float>) store<float>(b + i, load<float>(a + i));
  if (i < count) storePart(b + i, loadPart(a + i, int(count - i), V<float>{}), int(count - i));
}

template <class T> inline void fill(T *to, T value, int count) {
  int i = 0;
  for (; i + LANES<T> <= count; i += LANES<T>) store<T>(to + i, splat<T>(value));
  if (i < count) storePart(to + i, splat<T>(value), count - i);
}

/** to[j] = from[((start + j) / run) mod period]: a tile of a broadcast, beginning at element `start`. */
template <class T> inline void broadcast(T *to, const T *from, int start, int count, int period, int run) {
  if (run == 1) {
    for (int phase = start % period; count > 0; phase = 0) {
      const int some = count < period - phase ? count : period - phase;
      copyBytes((char *)to, (const char *)(from + phase), int64_t(some) * sizeof(T));
      to += some;
      count -= some;
    }
    return;
  }
  int at = (start / run) % period;
  for (int left = run - start % run; count > 0; left = run) {
    const int some = left < count ? left : count;
    fill<T>(to, from[at], some);
    to += some;
    count -= some;
    if (++at == period) at = 0;
  }
}

/** A strided copy over the axes from `axis` on; `shape`: sizes, strides of `to`, strides of `from`, in bytes. */
inline void copyAxes(int size, int rank, int axis, const int32_t *shape, char *to, const char *from) {
  const int count = rank == 0 ? 1 : shape[axis];
  const int64_t toStride = rank == 0 ? size : shape[axis + rank];
  const int64_t fromStride = rank == 0 ? size : shape[axis + 2 * rank];
  if (axis + 1 < rank) {
    for (int i = 0; i < count; i++) copyAxes(size, rank, axis + 1, shape, to + i * toStride, from + i * fromStride);
  } else if (toStride == size && fromStride == size) {
    copyBytes(to, from, int64_t(count) * size);
  } else if (size == 4) {
    for (int i = 0; i < count; i++) *(int32_t *)(to + i * toStride) = *(const int32_t *)(from + i * fromStride);
  } else {
    for (int i = 0; i < count; i++) *(int64_t *)(to + i * toStride) = *(const int64_t *)(from + i * fromStride);
  }
}

/** Truncates, and keeps what no whole number is at the ends of their range. */
inline int32_t whole(double x) {
  return x >= 2147483647.0 ? INT32_MAX : x <= -2147483648.0 ? INT32_MIN : x != x ? 0 : int32_t(x);
}
template <class From> inline void castFrom(char *to, const From *from, int count, int toType) {
  for (int i = 0; i < count; i++) {
    if (toType == 0) ((float *)to)[i] = float(from[i]);
    else if (toType == 1) ((double *)to)[i] = double(from[i]);
    else ((int32_t *)to)[i] = whole(double(from[i]));
  }
}
/** Types are 0 = f32, 1 = f64, 2 = i32. */
inline void cast(char *to, const char *from, int count, int toType, int fromType) {
  if (fromType == 0) castFrom(to, (const float *)from, count, toType);
  else if (fromType == 1) castFrom(to, (const double *)from, count, toType);
  else castFrom(to, (const int32_t *)from, count, toType);
}

/** False on an index outside of the table. */
inline bool gatherRows(char *to, const char *from, const uint32_t *index, int rows, int rowBytes, int table) {
  for (int r = 0; r < rows; r++, to += rowBytes) {
    if (index[r] >= uint32_t(table)) return false;
    copyBytes(to, from + int64_t(index[r]) * rowBytes, rowBytes);
  }
  return true;
}

/** False on an index outside of the table. */
template <class T> inline bool scatterRows(T *to, const T *from, const uint32_t *index, int rows, int width, int table) {
  memset(to, 0, sizeof(T) * int64_t(table) * width);
  for (int r = 0; r < rows; r++, from += width) {
    if (index[r] >= uint32_t(table)) return false;
    T *row = to + int64_t(index[r]) * width;
    map<T>(row, width, row, from, [](V<T> a, V<T> b) { return a + b; });
  }
  return true;
}

template <class T> inline void oneHot(T *to, const uint32_t *index, int rows, int classes) {
  memset(to, 0, sizeof(T) * int64_t(rows) * classes);
  for (int r = 0; r < rows; r++, to += classes)
    if (index[r] < uint32_t(classes)) to[index[r]] = T(1);
}

} // namespace NAMESPACE
