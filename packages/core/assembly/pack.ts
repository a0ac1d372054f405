/**
 * Packing for the matrix product: the elements in the order in which the microkernel reads them, transposes undone on
 * the way.
 */

import { PANEL, ROWS } from './microkernel';
import { lanes } from './vector';

/** Four rows of four f32, or two of two f64, transposed: vectors `stride` bytes apart to vectors PANEL bytes apart. */
@inline
function transposeSquare<T>(dst: usize, dstStride: usize, src: usize, stride: usize): void {
  if (sizeof<T>() == 4) {
    const r0 = v128.load(src);
    const r1 = v128.load(src + stride);
    const r2 = v128.load(src + 2 * stride);
    const r3 = v128.load(src + 3 * stride);
    const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
    const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
    const high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
    const high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
    v128.store(dst, v128.shuffle<i64>(low01, low23, 0, 2));
    v128.store(dst + dstStride, v128.shuffle<i64>(low01, low23, 1, 3));
    v128.store(dst + 2 * dstStride, v128.shuffle<i64>(high01, high23, 0, 2));
    v128.store(dst + 3 * dstStride, v128.shuffle<i64>(high01, high23, 1, 3));
  } else {
    const r0 = v128.load(src);
    const r1 = v128.load(src + stride);
    v128.store(dst, v128.shuffle<i64>(r0, r1, 0, 2));
    v128.store(dst + dstStride, v128.shuffle<i64>(r0, r1, 1, 3));
  }
}

/**
 * dst[p, j] = op(B)[p, j] for p < depth, j < width: a panel. Columns beyond `width` keep whatever was there; the
 * microkernel computes with them, and its caller does not look at what comes of it.
 */
export function packPanel<T>(dst: usize, b: usize, stride: usize, transposed: bool, width: i32, depth: i32): void {
  const size = sizeof<T>();
  const widthBytes = <usize>width * size;
  const end = dst + <usize>depth * PANEL;
  if (!transposed) {
    if (widthBytes == PANEL) {
      for (; dst < end; dst += PANEL, b += stride) {
        v128.store(dst, v128.load(b));
        v128.store(dst, v128.load(b, 16), 16);
      }
    } else {
      for (; dst < end; dst += PANEL, b += stride) {
        for (let j: usize = 0; j < widthBytes; j += size) store<T>(dst + j, load<T>(b + j));
      }
    }
    return;
  }
  packTransposed<T>(dst, PANEL, b, stride, width, depth);
}

/** dst[p, j] = src[j, p] for j < width, p < depth, the rows of dst dstStride bytes apart. */
function packTransposed<T>(dst: usize, dstStride: usize, src: usize, stride: usize, width: i32, depth: i32): void {
  const size = sizeof<T>();
  const square: usize = 16 / size;
  const end = dst + <usize>depth * dstStride;
  // Squares of one vector's width, as far as there are whole ones, then single columns.
  let j = width;
  for (; j >= lanes<T>(); j -= lanes<T>(), dst += 16, src += square * stride) {
    let at = dst;
    let from = src;
    let p = depth;
    for (; p >= lanes<T>(); p -= lanes<T>(), at += square * dstStride, from += 16) transposeSquare<T>(at, dstStride, from, stride);
    for (; p > 0; p--, at += dstStride, from += size) {
      for (let i: usize = 0; i < square; i++) store<T>(at + i * size, load<T>(from + i * stride));
    }
  }
  for (; j > 0; j--, dst += size, src += stride) {
    let from = src;
    let at = dst;
    for (let p = depth; p > 0; p--, at += dstStride, from += size) store<T>(at, load<T>(from));
  }
}

/** op(A) as tiles of four rows: dst[i / 4][p][i mod 4] = op(A)[i, p] for i < rows, p < depth. */
export function packRows<T>(dst: usize, a: usize, stride: usize, transposed: bool, rows: i32, depth: i32): void {
  const tileRow = <usize>ROWS * sizeof<T>();
  const tile = tileRow * <usize>depth;
  if (transposed) {
    for (let p = 0; p < depth; p++, a += stride, dst += tileRow) {
      let src = a;
      let at = dst;
      let i = rows;
      for (; i >= ROWS; i -= ROWS, src += tileRow, at += tile) {
        v128.store(at, v128.load(src));
        if (sizeof<T>() == 8) v128.store(at, v128.load(src, 16), 16);
      }
      for (; i > 0; i--, src += sizeof<T>(), at += sizeof<T>()) store<T>(at, load<T>(src));
    }
    return;
  }
  for (; rows > 0; rows -= ROWS, a += <usize>ROWS * stride, dst += tile) packTransposed<T>(dst, tileRow, a, stride, min(ROWS, rows), depth);
}
