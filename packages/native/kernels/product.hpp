/**
 * C = op(A) op(B), row-major, every combination of transposes.
 *
 * The product is cut along k into blocks and along n into panels of a few vectors. Rows of op(A) pass by a panel of op(B), a few at a
 * time, through a tile of C that is kept in registers (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication",
 * 2008, with a panel of B in the place of their block). What does not lie as the tile reads it is packed first.
 */
#pragma once
#include "vector.hpp"

namespace NAMESPACE {

/** The longest block of k. Blocks are added up on their own and only their totals meet, which halves the rounding error. */
constexpr int MAX_DEPTH = 256;
/** The most rows of A that are packed at a time. */
constexpr int MAX_ROWS = 256;
/** Vectors of a tile's row, and rows of a tile, by how many vectors those have: as many as there are registers for. */
#if defined(__AVX512F__)
constexpr int MOST_VECTORS = 4;
constexpr int TILE_ROWS[MOST_VECTORS] = {12, 12, 8, 6};
#else
constexpr int MOST_VECTORS = 3;
constexpr int TILE_ROWS[MOST_VECTORS] = {8, 6, 4};
#endif
constexpr int MOST_ROWS = TILE_ROWS[0];
/** B is packed when this many tiles of rows will pass over it, or it is transposed. */
constexpr int WORTH_PACKING = 8;

/** Bytes of a row of the squares that are transposed at a time, and its elements: a vector is a number of them. */
constexpr int SQUARE_BYTES = WIDTH < 32 ? WIDTH : 32;
template <class T> constexpr int SQUARE = SQUARE_BYTES / int(sizeof(T));
template <class T> struct Square {
  typedef T V __attribute__((vector_size(SQUARE_BYTES), may_alias));
  typedef T Loose __attribute__((vector_size(SQUARE_BYTES), aligned(1), may_alias));
};

template <class T> inline void interleave(typename Square<T>::V a, typename Square<T>::V b, typename Square<T>::V &low, typename Square<T>::V &high) {
  if constexpr (SQUARE<T> == 8) {
    low = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    high = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
  } else if constexpr (SQUARE<T> == 4) {
    low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  } else {
    low = __builtin_shufflevector(a, b, 0, 2);
    high = __builtin_shufflevector(a, b, 1, 3);
  }
}

/** Interleaving the first half of the rows with the second, log₂ of their number times, transposes them. */
template <class T> inline void transposeSquare(typename Square<T>::V (&row)[SQUARE<T>]) {
  constexpr int N = SQUARE<T>;
  for (int stage = 1; stage < N; stage *= 2) {
    typename Square<T>::V next[N];
    for (int i = 0; i < N / 2; i++) interleave<T>(row[i], row[i + N / 2], next[2 * i], next[2 * i + 1]);
    for (int i = 0; i < N; i++) row[i] = next[i];
  }
}

/** to[p, j] = from[j, p] for j < width, p < depth. Beyond, up to whole squares, anything is read and written, and never used. */
template <class T> inline void packTransposed(T *to, int64_t toRow, const T *from, int64_t fromRow, int width, int depth) {
  constexpr int N = SQUARE<T>;
  for (int j = 0; j < width; j += N) {
    for (int p = 0; p < depth; p += N) {
      typename Square<T>::V row[N];
      for (int i = 0; i < N; i++) {
        const int own = j + i < width ? j + i : width - 1;
        row[i] = *(const typename Square<T>::Loose *)(from + own * fromRow + p);
      }
      transposeSquare<T>(row);
      for (int i = 0; i < N && p + i < depth; i++) *(typename Square<T>::Loose *)(to + (p + i) * toRow + j) = row[i];
    }
  }
}

template <class T> inline void packRows(T *to, int64_t toRow, const T *from, int64_t fromRow, int width, int depth) {
  for (int p = 0; p < depth; p++, to += toRow, from += fromRow)
    for (int j = 0; j < width; j += LANES<T>) store<T>(to + j, load<T>(from + j));
}

/** Where a tile finds its operands; strides in elements. */
template <class T> struct Operands {
  int depth;
  const T *a;
  int64_t aRow, aColumn;
  const T *b;
  int64_t bRow;
  T *c;
  int64_t cRow;
  /** Whether the tile is added to what is in C. */
  bool adds;
  /** Lanes of the last vector of each row that are C's. */
  int rest;
};

/** C[r, :] = Σ_p A[r, p] B[p, :] for R rows of N vectors; UNIT where the rows of A are neighbours. */
template <class T, int R, int N, bool UNIT> void tile(const Operands<T> &o) {
  V<T> sum[R][N] = {};
  const T *a = o.a, *b = o.b;
  const int64_t aRow = UNIT ? 1 : o.aRow;
  for (int p = 0; p < o.depth; p++, a += o.aColumn, b += o.bRow) {
    V<T> own[N];
#pragma GCC unroll 4
    for (int j = 0; j < N; j++) own[j] = load<T>(b + j * LANES<T>);
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
      const V<T> x = splat<T>(a[r * aRow]);
#pragma GCC unroll 4
      for (int j = 0; j < N; j++) sum[r][j] = madd(x, own[j], sum[r][j]);
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < R; r++) {
    T *c = o.c + r * o.cRow;
#pragma GCC unroll 4
    for (int j = 0; j < N; j++, c += LANES<T>) {
      if (j == N - 1 && o.rest < LANES<T>) {
        if (o.adds) sum[r][j] += loadPart(c, o.rest, V<T>{});
        storePart(c, sum[r][j], o.rest);
      } else {
        if (o.adds) sum[r][j] += load<T>(c);
        store<T>(c, sum[r][j]);
      }
    }
  }
}

template <class T> using Tile = void (*)(const Operands<T> &);

/** The tile of so many rows and vectors. */
template <class T, bool UNIT, int N, int R = TILE_ROWS[N - 1]> inline Tile<T> tileOf(int rows) {
  if constexpr (R == 1) return tile<T, 1, N, UNIT>;
  else return rows == R ? tile<T, R, N, UNIT> : tileOf<T, UNIT, N, R - 1>(rows);
}
template <class T, bool UNIT, int N = MOST_VECTORS> inline Tile<T> tileFor(int vectors, int rows) {
  if constexpr (N == 1) return tileOf<T, UNIT, 1>(rows);
  else return vectors == N ? tileOf<T, UNIT, N>(rows) : tileFor<T, UNIT, N - 1>(vectors, rows);
}

/** to[j · toStep] = Σ_p x[p] B[j, p] for j < count: where one side is a single row, tiles would be mostly padding. */
template <class T> inline void dots(int count, int depth, const T *x, const T *b, int64_t bRow, T *to, int64_t toStep) {
  for (int j = 0; j < count; j++, b += bRow, to += toStep) {
    V<T> s[4] = {};
    int p = 0;
    for (; p + 4 * LANES<T> <= depth; p += 4 * LANES<T>)
      for (int i = 0; i < 4; i++) s[i] = madd(load<T>(x + p + i * LANES<T>), load<T>(b + p + i * LANES<T>), s[i]);
    for (; p + LANES<T> <= depth; p += LANES<T>) s[0] = madd(load<T>(x + p), load<T>(b + p), s[0]);
    const int rest = depth - p;
    if (rest) s[1] = madd(loadPart(x + p, rest, V<T>{}), loadPart(b + p, rest, V<T>{}), s[1]);
    *to = sumOf<T>((s[0] + s[1]) + (s[2] + s[3]));
  }
}

/** k is cut evenly, so that no sliver is left over. */
inline int depthOf(int k) {
  const int blocks = k <= MAX_DEPTH ? 1 : (k + MAX_DEPTH - 1) / MAX_DEPTH;
  return (k + blocks - 1) / blocks;
}

/** Elements of a packed tile of A are so many apart from one p to the next. */
template <class T> inline int padded(int rows) { return (rows + SQUARE<T> - 1) / SQUARE<T> * SQUARE<T>; }

/** Bytes of workspace that a product needs, whatever its transposes: a panel of B, a block of A. */
inline int64_t workspaceFor(int m, int, int k, int bytes) {
  const int64_t rows = 2 * (m < MAX_ROWS ? m : MAX_ROWS) + 16;
  return (depthOf(k) + 8) * (int64_t(MOST_VECTORS) * WIDTH + rows * bytes);
}

template <class T> struct Product {
  int m, n, k;
  bool transposeA, transposeB;
  const T *a, *b;
  T *c;
  int64_t lda, ldb, ldc;
};

/** All rows by one panel of B, which begins at column j. */
template <class T> inline void panel(const Product<T> &o, Operands<T> &at, int i0, int rows, int tall, int j, int vectors, bool packed) {
  const T *const block = at.a;
  T *const c = o.c + i0 * o.ldc + j;
  for (int i = 0; i < rows; i += tall) {
    const int own = rows - i < tall ? rows - i : tall;
    at.a = packed ? block + int64_t(i / tall) * padded<T>(tall) * at.depth : block + i * at.aRow;
    at.c = c + i * o.ldc;
    (at.aRow == 1 ? tileFor<T, true>(vectors, own) : tileFor<T, false>(vectors, own))(at);
  }
  at.a = block;
}

template <class T> inline void gemm(const Product<T> &o, T *workspace) {
  const auto [m, n, k, transposeA, transposeB, a, b, c, lda, ldb, ldc] = o;
  if (!transposeA && transposeB && m < 4) {
    for (int i = 0; i < m; i++) dots<T>(n, k, a + i * lda, b, ldb, c + i * ldc, 1);
    return;
  }
  if (!transposeA && n == 1 && (transposeB || ldb == 1)) return dots<T>(m, k, b, a, lda, c, ldc);

  const int all = (n + LANES<T> - 1) / LANES<T>;
  const int panels = (all + MOST_VECTORS - 1) / MOST_VECTORS;
  const int vectors = panels == 0 ? 1 : (all + panels - 1) / panels;
  const int wide = vectors * LANES<T>;
  const int tall = m < TILE_ROWS[vectors - 1] ? (m < 1 ? 1 : m) : TILE_ROWS[vectors - 1];
  const int depth = depthOf(k);
  T *const packedB = workspace;
  T *const packedA = packedB + int64_t(depth + 8) * MOST_VECTORS * LANES<T>;
  const bool packB = transposeB || m >= WORTH_PACKING * tall;

  int p = 0;
  do {
    const int deep = depth < k - p ? depth : k - p;
    for (int i0 = 0; i0 < m; i0 += MAX_ROWS) {
      const int rows = MAX_ROWS < m - i0 ? MAX_ROWS : m - i0;
      Operands<T> at{deep, nullptr, 1, lda, nullptr, ldb, nullptr, ldc, p > 0, LANES<T>};
      if (transposeA) {
        at.a = a + p * lda + i0;
      } else {
        for (int i = 0; i < rows; i += tall) {
          const int own = rows - i < tall ? rows - i : tall;
          packTransposed<T>(packedA + int64_t(i / tall) * padded<T>(tall) * deep, padded<T>(tall), a + (i0 + i) * lda + p, lda, own, deep);
        }
        at.a = packedA;
        at.aColumn = padded<T>(tall);
      }
      for (int j = 0; j < n; j += wide) {
        const int width = wide < n - j ? wide : n - j;
        const int own = (width + LANES<T> - 1) / LANES<T>;
        const T *from = transposeB ? b + j * ldb + p : b + p * ldb + j;
        at.rest = width - (own - 1) * LANES<T>;
        at.b = packB ? packedB : from;
        at.bRow = packB ? wide : ldb;
        if (transposeB) packTransposed<T>(packedB, wide, from, ldb, width, deep);
        else if (packB) packRows<T>(packedB, wide, from, ldb, width, deep);
        panel<T>(o, at, i0, rows, tall, j, own, !transposeA);
      }
    }
    p += depth;
  } while (p < k);
}

} // namespace NAMESPACE
