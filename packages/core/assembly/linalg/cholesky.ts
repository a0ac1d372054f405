/**
 * A = L Lᵀ by blocks of columns, looking left: what the columns before a block contribute to it is one matrix product,
 * S = L[j:j+b, :j] L[j:, :j]ᵀ. The block's own square is factorised by inner products; the rows below it, L₂₁ = (A₂₁ − S) L₁₁⁻ᵀ,
 * are solved for eight at a time, side by side: transposed, so that a number of L₁₁ meets runs of memory.
 * Golub & Van Loan, "Matrix computations", 4th ed., §4.2.9
 */

import { gemm, gemmWorkspace } from "../product/gemm";
import { madd, splat } from "../vector";
import { dot } from "./vectors";

/** Columns of a block. */
const BLOCK = 32;
/** Rows that are solved for together: four vectors, as many as hide the latency of adding to one. */
const SIDE = 8;

/** Bytes from one row of S to the next: on whole groups. */
@inline
function rowOf(n: i32): usize {
  return <usize>((n + SIDE - 1) & -SIDE) << 3;
}

/** Bytes of workspace: S, and what its product needs. */
export function choleskyWorkspace(n: i32): i32 {
  return BLOCK * <i32>rowOf(n) + gemmWorkspace(BLOCK, n, n, 8);
}

/** A [n, n] → L in the lower triangle. Returns −1, or the first pivot that is not > 0. */
export function cholesky(n: i32, a: usize, products: usize): i32 {
  const row = <usize>n << 3;
  const wide = rowOf(n);
  const workspace = products + BLOCK * wide;
  for (let j0 = 0; j0 < n; j0 += BLOCK) {
    const width = min(BLOCK, n - j0);
    const left = a + j0 * row;
    const block = left + (<usize>j0 << 3);
    gemm<f64>(width, n - j0, j0, false, true, left, left, products, n, n, <i32>(wide >> 3), workspace);
    const failed = factorSquare(width, block, row, products, wide);
    if (failed >= 0) return j0 + failed;
    const below = n - j0 - width;
    if (below > 0) solveBelow(width, below, block, row, products + (<usize>width << 3), wide);
  }
  return -1;
}

/** The square on the diagonal; S is symmetric there. */
function factorSquare(width: i32, block: usize, row: usize, products: usize, wide: usize): i32 {
  let x = block;
  for (let i = 0; i < width; i++, x += row, products += wide) {
    let y = block;
    for (let j = 0; j <= i; j++, y += row) {
      const at = <usize>j << 3;
      const rest = load<f64>(x + at) - load<f64>(products + at) - dot(x, y, j);
      if (j == i) {
        if (!(rest > 0)) return i;
        store<f64>(x + at, sqrt(rest));
      } else {
        store<f64>(x + at, rest / load<f64>(y + at));
      }
    }
  }
  return -1;
}

/** The rows below it; `t` is S of these rows, [width, below], and what they become. */
function solveBelow(width: i32, below: i32, block: usize, row: usize, t: usize, wide: usize): void {
  const end = <usize>width << 3;
  const first = block + <usize>width * row;
  for (let i = 0; i < below; i++) {
    const x = first + i * row;
    let to = t + (<usize>i << 3);
    for (let j: usize = 0; j < end; j += 8, to += wide) store<f64>(to, load<f64>(x + j) - load<f64>(to));
  }
  for (let i = 0; i < below; i += SIDE) solveGroup(width, block, row, t + (<usize>i << 3), wide);
  for (let i = 0; i < below; i++) {
    const x = first + i * row;
    let from = t + (<usize>i << 3);
    for (let j: usize = 0; j < end; j += 8, from += wide) store<f64>(x + j, load<f64>(from));
  }
}

/** L₁₁ x = b for eight right-hand sides, next to each other. */
function solveGroup(width: i32, block: usize, row: usize, t: usize, wide: usize): void {
  let l = block;
  let to = t;
  for (let j = 0; j < width; j++, l += row, to += wide) {
    let x0 = v128.load(to);
    let x1 = v128.load(to, 16);
    let x2 = v128.load(to, 32);
    let x3 = v128.load(to, 48);
    let known = t;
    const diagonal = l + (<usize>j << 3);
    for (let p = l; p < diagonal; p += 8, known += wide) {
      const factor = splat<f64>(-load<f64>(p));
      x0 = madd<f64>(factor, v128.load(known), x0);
      x1 = madd<f64>(factor, v128.load(known, 16), x1);
      x2 = madd<f64>(factor, v128.load(known, 32), x2);
      x3 = madd<f64>(factor, v128.load(known, 48), x3);
    }
    const pivot = v128.load_splat<f64>(diagonal);
    v128.store(to, v128.div<f64>(x0, pivot));
    v128.store(to, v128.div<f64>(x1, pivot), 16);
    v128.store(to, v128.div<f64>(x2, pivot), 32);
    v128.store(to, v128.div<f64>(x3, pivot), 48);
  }
}
