/**
 * Packing for the matrix product: the elements in the order in which the microkernel reads them, transposes undone on
 * the way.
 */

import { PANEL, ROWS } from './microkernel';

/** Four rows of four f32, or two of two f64, transposed: vectors `stride` bytes apart to vectors PANEL bytes apart. */
@inline
function transposeSquare<T>(dst: usize, src: usize, stride: usize): void {
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
    v128.store(dst, v128.shuffle<i64>(low01, low23, 1, 3), PANEL);
    v128.store(dst, v128.shuffle<i64>(high01, high23, 0, 2), 2 * PANEL);
    v128.store(dst, v128.shuffle<i64>(high01, high23, 1, 3), 3 * PANEL);
  } else {
    const r0 = v128.load(src);
    const r1 = v128.load(src + stride);
    v128.store(dst, v128.shuffle<i64>(r0, r1, 0, 2));
    v128.store(dst, v128.shuffle<i64>(r0, r1, 1, 3), PANEL);
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
  // Squares of one vector's width, as far as there are whole ones, then single columns.
  const square: usize = 16 / size;
  let column: usize = 0;
  for (; column + 16 <= widthBytes; column += 16, b += square * stride) {
    let at = dst + column;
    let src = b;
    for (; at + square * PANEL <= end + column; at += square * PANEL, src += 16) transposeSquare<T>(at, src, stride);
    for (; at < end; at += PANEL, src += size) {
      for (let j: usize = 0; j < square; j++) store<T>(at + j * size, load<T>(src + j * stride));
    }
  }
  for (; column < widthBytes; column += size, b += stride) {
    let src = b;
    for (let at = dst + column; at < end; at += PANEL, src += size) store<T>(at, load<T>(src));
  }
}

/** Aᵀ as tiles of four rows: dst[i / 4][p][i mod 4] = A[p, i] for i < rows, p < depth. */
export function packRows<T>(dst: usize, a: usize, stride: usize, rows: i32, depth: i32): void {
  const tileRow = <usize>ROWS * sizeof<T>();
  const tile = tileRow * <usize>depth;
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
}
