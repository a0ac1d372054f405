/**
 * Packing for the matrix product: elements in the order in which the microkernel reads them, transposes undone on the
 * way.
 */

import { PANEL, ROWS } from "./microkernel";
import { lanes } from "../vector";

/** Four rows of four f32, or two of two f64, transposed. */
@inline
function transposeSquare<T>(dst: usize, dstRow: usize, src: usize, srcRow: usize): void {
  const r0 = v128.load(src);
  const r1 = v128.load(src + srcRow);
  if (sizeof<T>() == 4) {
    const r2 = v128.load(src + 2 * srcRow);
    const r3 = v128.load(src + 3 * srcRow);
    const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
    const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
    const high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
    const high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
    v128.store(dst, v128.shuffle<i64>(low01, low23, 0, 2));
    v128.store(dst + dstRow, v128.shuffle<i64>(low01, low23, 1, 3));
    v128.store(dst + 2 * dstRow, v128.shuffle<i64>(high01, high23, 0, 2));
    v128.store(dst + 3 * dstRow, v128.shuffle<i64>(high01, high23, 1, 3));
  } else {
    v128.store(dst, v128.shuffle<i64>(r0, r1, 0, 2));
    v128.store(dst + dstRow, v128.shuffle<i64>(r0, r1, 1, 3));
  }
}

/** dst[p, j] = src[j, p] for j < width, p < depth: whole squares, then what remains element by element. */
function packTransposed<T>(dst: usize, dstRow: usize, src: usize, srcRow: usize, width: i32, depth: i32): void {
  const size = sizeof<T>();
  const square: usize = 16 / size;
  let wide = 0;
  for (; wide + lanes<T>() <= width; wide += lanes<T>(), dst += 16, src += square * srcRow) {
    let to = dst;
    let from = src;
    let p = depth;
    for (; p >= lanes<T>(); p -= lanes<T>(), to += square * dstRow, from += 16) {
      transposeSquare<T>(to, dstRow, from, srcRow);
    }
    for (; p > 0; p--, to += dstRow, from += size) {
      for (let j: usize = 0; j < square; j++) store<T>(to + j * size, load<T>(from + j * srcRow));
    }
  }
  for (; wide < width; wide++, dst += size, src += srcRow) {
    let to = dst;
    let from = src;
    for (let p = depth; p > 0; p--, to += dstRow, from += size) store<T>(to, load<T>(from));
  }
}

/**
 * A panel of op(B): dst[p, j] = op(B)[p, j] for p < depth, j < width. Columns beyond `width` keep whatever was there:
 * the microkernel computes with them, and nobody looks at what comes of it.
 */
export function packPanel<T>(dst: usize, b: usize, stride: usize, transposed: bool, width: i32, depth: i32): void {
  const widthBytes = <usize>width * sizeof<T>();
  if (transposed) {
    packTransposed<T>(dst, PANEL, b, stride, width, depth);
  } else if (widthBytes == PANEL) {
    for (; depth > 0; depth--, dst += PANEL, b += stride) {
      v128.store(dst, v128.load(b));
      v128.store(dst, v128.load(b, 16), 16);
    }
  } else {
    for (; depth > 0; depth--, dst += PANEL, b += stride) {
      for (let j: usize = 0; j < widthBytes; j += sizeof<T>()) store<T>(dst + j, load<T>(b + j));
    }
  }
}

/** op(A) in tiles of four rows: dst[i / 4][p][i mod 4] = op(A)[i, p] for i < rows, p < depth. */
export function packRows<T>(dst: usize, a: usize, stride: usize, transposed: bool, rows: i32, depth: i32): void {
  const tileRow: usize = ROWS * sizeof<T>();
  const tile = tileRow * depth;
  if (!transposed) {
    for (; rows > 0; rows -= ROWS, a += ROWS * stride, dst += tile) {
      packTransposed<T>(dst, tileRow, a, stride, min(ROWS, rows), depth);
    }
    return;
  }
  for (; depth > 0; depth--, a += stride, dst += tileRow) {
    let from = a;
    let to = dst;
    let i = rows;
    for (; i >= ROWS; i -= ROWS, from += tileRow, to += tile) {
      v128.store(to, v128.load(from));
      if (sizeof<T>() == 8) v128.store(to, v128.load(from, 16), 16);
    }
    for (; i > 0; i--, from += sizeof<T>(), to += sizeof<T>()) store<T>(to, load<T>(from));
  }
}
