/**
 * A = L Lᵀ by blocks of columns, looking left: what the columns before a block contribute to it is one matrix product,
 * S = L[j:, :j] L[j:j+b, :j]ᵀ; what remains are inner products within the block.
 * Golub & Van Loan, "Matrix computations", 4th ed., §4.2.9
 */

import { gemm, gemmWorkspace } from "../product/gemm";
import { dot } from "./vectors";

/** Columns of a block: the narrowest for which the product packs both its operands. */
const BLOCK = 32;

/** Bytes of workspace: S, and what its product needs. */
export function choleskyWorkspace(n: i32): i32 {
  return n * (BLOCK << 3) + gemmWorkspace(n, BLOCK, n, 8);
}

/** A [n, n] → L in the lower triangle. Returns −1, or the first pivot that is not > 0. */
export function cholesky(n: i32, a: usize, products: usize): i32 {
  const row = <usize>n << 3;
  const workspace = products + n * (BLOCK << 3);
  for (let j0 = 0; j0 < n; j0 += BLOCK) {
    const width = min(BLOCK, n - j0);
    const block = a + j0 * row;
    gemm<f64>(n - j0, width, j0, false, true, block, block, products, n, n, BLOCK, workspace);
    const failed = factorBlock(n - j0, width, block + (<usize>j0 << 3), row, products);
    if (failed >= 0) return j0 + failed;
  }
  return -1;
}

/** The columns of a block, from its diagonal on, `height` rows of them. */
function factorBlock(height: i32, width: i32, block: usize, row: usize, products: usize): i32 {
  let x = block;
  for (let i = 0; i < height; i++, x += row, products += BLOCK << 3) {
    let y = block;
    for (let j = 0; j < width; j++, y += row) {
      const at = <usize>j << 3;
      const rest = load<f64>(x + at) - load<f64>(products + at) - dot(x, y, j);
      if (j == i) {
        if (!(rest > 0)) return i;
        store<f64>(x + at, sqrt(rest));
        break;
      }
      store<f64>(x + at, rest / load<f64>(y + at));
    }
  }
  return -1;
}
