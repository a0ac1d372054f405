/**
 * The innermost part of a matrix product: a tile of C, four rows by 32 bytes, in eight accumulators. With two vectors
 * of B, an element of A and a product beside them, this is the largest tile for which the hosts' compilers, which keep
 * a register or two of the sixteen to themselves, need not spill: six rows ran at two thirds of the speed.
 * Inlined into the loop over tiles: calls with this many arguments cost 6 %, while what a smaller function gains by
 * being optimized sooner is a few milliseconds, once.
 */

import { madd, splat } from "../vector";

/** Rows of a tile. */
export const ROWS = 4;
/** Bytes of a row of a tile: 8 f32 or 4 f64. */
export const PANEL = 32;

/**
 * C[r, :] = Σ_p A[r, p] B[p, :] (+ C[r, :]) for p < depth and `rows` ≤ 4 rows, with columns of A contiguous: Aᵀ as it
 * lies, or A packed. Strides in bytes. Missing rows are computed too, from what follows in A, and not stored.
 */
@inline
export function columnKernel<T>(
  rows: i32, depth: i32, a: usize, aColumn: usize, b: usize, bRow: usize, c: usize, cRow: usize, accumulate: bool,
): void {
  // A missing row is stored where the last one is, and before it: rows are stored from the last to the first.
  const c1 = rows > 1 ? c + cRow : c;
  const c2 = rows > 2 ? c1 + cRow : c1;
  const c3 = rows > 3 ? c2 + cRow : c2;
  let c00 = splat<T>(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (const end = b + depth * bRow; b < end; a += aColumn, b += bRow) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x0 = v128.load_splat<T>(a);
    c00 = madd<T>(x0, b0, c00);
    c01 = madd<T>(x0, b1, c01);
    const x1 = v128.load_splat<T>(a, sizeof<T>());
    c10 = madd<T>(x1, b0, c10);
    c11 = madd<T>(x1, b1, c11);
    const x2 = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = madd<T>(x2, b0, c20);
    c21 = madd<T>(x2, b1, c21);
    const x3 = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = madd<T>(x3, b0, c30);
    c31 = madd<T>(x3, b1, c31);
  }
  if (accumulate) {
    c00 = v128.add<T>(c00, v128.load(c));
    c01 = v128.add<T>(c01, v128.load(c, 16));
    c10 = v128.add<T>(c10, v128.load(c1));
    c11 = v128.add<T>(c11, v128.load(c1, 16));
    c20 = v128.add<T>(c20, v128.load(c2));
    c21 = v128.add<T>(c21, v128.load(c2, 16));
    c30 = v128.add<T>(c30, v128.load(c3));
    c31 = v128.add<T>(c31, v128.load(c3, 16));
  }
  v128.store(c3, c30);
  v128.store(c3, c31, 16);
  v128.store(c2, c20);
  v128.store(c2, c21, 16);
  v128.store(c1, c10);
  v128.store(c1, c11, 16);
  v128.store(c, c00);
  v128.store(c, c01, 16);
}

/** The same with any strides of A, for operands too small to be worth packing. Missing rows repeat the last. */
@inline
export function stridedKernel<T>(
  rows: i32, depth: i32, a: usize, aRow: usize, aColumn: usize, b: usize, bRow: usize, c: usize, cRow: usize,
  accumulate: bool,
): void {
  let a1 = rows > 1 ? a + aRow : a;
  let a2 = rows > 2 ? a1 + aRow : a1;
  let a3 = rows > 3 ? a2 + aRow : a2;
  const c1 = rows > 1 ? c + cRow : c;
  const c2 = rows > 2 ? c1 + cRow : c1;
  const c3 = rows > 3 ? c2 + cRow : c2;
  let c00 = splat<T>(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (; depth > 0; depth--) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const x0 = v128.load_splat<T>(a);
    c00 = madd<T>(x0, b0, c00);
    c01 = madd<T>(x0, b1, c01);
    const x1 = v128.load_splat<T>(a1);
    c10 = madd<T>(x1, b0, c10);
    c11 = madd<T>(x1, b1, c11);
    const x2 = v128.load_splat<T>(a2);
    c20 = madd<T>(x2, b0, c20);
    c21 = madd<T>(x2, b1, c21);
    const x3 = v128.load_splat<T>(a3);
    c30 = madd<T>(x3, b0, c30);
    c31 = madd<T>(x3, b1, c31);
    a += aColumn;
    a1 += aColumn;
    a2 += aColumn;
    a3 += aColumn;
    b += bRow;
  }
  if (accumulate) {
    c00 = v128.add<T>(c00, v128.load(c));
    c01 = v128.add<T>(c01, v128.load(c, 16));
    c10 = v128.add<T>(c10, v128.load(c1));
    c11 = v128.add<T>(c11, v128.load(c1, 16));
    c20 = v128.add<T>(c20, v128.load(c2));
    c21 = v128.add<T>(c21, v128.load(c2, 16));
    c30 = v128.add<T>(c30, v128.load(c3));
    c31 = v128.add<T>(c31, v128.load(c3, 16));
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c1, c10);
  v128.store(c1, c11, 16);
  v128.store(c2, c20);
  v128.store(c2, c21, 16);
  v128.store(c3, c30);
  v128.store(c3, c31, 16);
}
