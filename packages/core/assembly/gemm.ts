/**
 * C = op(A) op(B), row-major, every combination of transposes, f32 and f64.
 *
 * The product is cut along k into blocks and along n into panels 32 bytes wide. A panel of op(B), block × 32 bytes, is
 * packed contiguously where that pays; it then stays in the first-level cache while all rows of op(A) pass by it, four
 * at a time, through the microkernel (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008,
 * with a panel of B in the place of their block). op(A) is read where it lies, except that a large Aᵀ, whose columns
 * would be far apart, is packed too, in blocks of rows that fit the second-level cache.
 */

import { microkernel, packedKernel, PANEL, ROWS } from './microkernel';
import { packPanel, packRows } from './pack';

/** The longest block of k: a panel of B (32 · 512 bytes) and four rows of A share the first-level cache. */
const MAX_DEPTH = 512;
/** The most rows of a packed Aᵀ: 256 · 512 f32 are half a megabyte. */
const MAX_ROWS = 256;
/** A matrix whose stride × depth stays below this many bytes is as good where it lies as packed. */
const SMALL = 16384;

/** k is cut evenly, so that no sliver is left over. */
@inline
function depthOf(k: i32): i32 {
  const blocks = max(1, (k + MAX_DEPTH - 1) / MAX_DEPTH);
  return (k + blocks - 1) / blocks;
}

@inline
function roundUpRows(m: i32): i32 {
  return (min(m, MAX_ROWS) + ROWS - 1) & -ROWS;
}

/** Bytes of workspace that a product needs, whatever its transposes: scratch tile, panel of B, rows of Aᵀ. */
export function gemmWorkspace(m: i32, n: i32, k: i32, elementBytes: i32): i32 {
  return ROWS * PANEL + depthOf(k) * (PANEL + roundUpRows(m) * elementBytes);
}

/** Adds (or copies) the valid part of a scratch tile, `rows` × `width` elements, to C. */
function flushTile<T>(tile: usize, rows: i32, width: i32, c: usize, cRow: usize, accumulate: bool): void {
  for (let r = 0; r < rows; r++, tile += PANEL, c += cRow) {
    for (let j: usize = 0; j < <usize>width * sizeof<T>(); j += sizeof<T>()) {
      const value = load<T>(tile + j);
      store<T>(c + j, accumulate ? <T>(load<T>(c + j) + value) : value);
    }
  }
}

export function gemm<T>(
  m: i32, n: i32, k: i32, transposeA: bool, transposeB: bool, a: usize, b: usize, c: usize, lda: i32, ldb: i32,
  ldc: i32, workspace: usize,
): void {
  const size = sizeof<T>();
  const panelWidth = PANEL / <i32>size;
  const aStride = <usize>lda * size;
  const bStride = <usize>ldb * size;
  const cRow = <usize>ldc * size;
  const depth = depthOf(k);
  const packedB = workspace + ROWS * PANEL;
  const packedA = packedB + <usize>depth * PANEL;
  const packA = n >= 8 * panelWidth;
  const packB = transposeB || m > 8 * ROWS;
  const rowStep = packA ? MAX_ROWS : max(m, 1);

  let p = 0;
  do {
    const deep = min(depth, k - p);
    for (let i0 = 0; i0 < m; i0 += rowStep) {
      const rows = min(rowStep, m - i0);
      let aBlock = a + (transposeA ? <usize>p * aStride + <usize>i0 * size : <usize>i0 * aStride + <usize>p * size);
      let aRow = transposeA ? size : aStride;
      let aColumn = transposeA ? aStride : size;
      let aTile = aRow * ROWS;
      if (packA) {
        packRows<T>(packedA, aBlock, aStride, transposeA, rows, deep);
        aBlock = packedA;
        aRow = size;
        aColumn = <usize>ROWS * size;
        aTile = aColumn * <usize>deep;
      }
      for (let j = 0; j < n; j += panelWidth) {
        const width = min(panelWidth, n - j);
        let panel = b + (transposeB ? <usize>j * bStride + <usize>p * size : <usize>p * bStride + <usize>j * size);
        let panelRow = bStride;
        if (packB || width < panelWidth) {
          packPanel<T>(packedB, panel, bStride, transposeB, width, deep);
          panel = packedB;
          panelRow = PANEL;
        }
        let aAt = aBlock;
        let cAt = c + <usize>i0 * cRow + <usize>j * size;
        for (let i = 0; i < rows; i += ROWS, aAt += aTile, cAt += cRow * ROWS) {
          const tall = min(ROWS, rows - i);
          if (width == panelWidth) {
            if (packA && panelRow == PANEL) packedKernel<T>(tall, deep, aAt, panel, cAt, cRow, p > 0);
            else microkernel<T>(tall, deep, aAt, aRow, aColumn, panel, panelRow, cAt, cRow, p > 0);
          } else {
            microkernel<T>(tall, deep, aAt, aRow, aColumn, panel, panelRow, workspace, PANEL, false);
            flushTile<T>(workspace, tall, width, cAt, cRow, p > 0);
          }
        }
      }
    }
    p += depth;
  } while (p < k);
}
