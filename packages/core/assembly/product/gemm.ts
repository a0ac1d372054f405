/**
 * C = op(A) op(B), row-major, every combination of transposes, f32 and f64.
 *
 * The product is cut along k into blocks and along n into panels 32 bytes wide. A panel of op(B), block × 32 bytes, is
 * packed contiguously where that pays; it then stays in the first-level cache while all rows of op(A) pass by it, four
 * at a time, through a microkernel (Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008,
 * with a panel of B in the place of their block). op(A) is packed, too, where enough panels will read it, in blocks of
 * rows that fit the second-level cache; otherwise it is read where it lies.
 */

import { dots } from "./dots";
import { columnKernel, PANEL, ROWS, stridedKernel } from "./microkernel";
import { packPanel, packRows } from "./pack";
import { lanes } from "../vector";

/**
 * The longest block of k: a panel of B (32 · 256 bytes) and four rows of A share the first-level cache. Blocks are added
 * up on their own and only their totals meet, which halves the rounding error of long products (as in reduce.ts).
 */
const MAX_DEPTH = 256;
/** The most rows of a packed block of A: 256 · 256 f32 are a quarter of a megabyte. */
const MAX_ROWS = 256;
/** A is packed when at least this many panels will pass over it, B when this many tiles of rows will. */
const WORTH_PACKING = 8;

/** k is cut evenly, so that no sliver is left over. */
@inline
function depthOf(k: i32): i32 {
  const blocks = max(1, (k + MAX_DEPTH - 1) / MAX_DEPTH);
  return (k + blocks - 1) / blocks;
}

/** Bytes of workspace that a product needs, whatever its transposes: scratch tile, panel of B, block of A. */
export function gemmWorkspace(m: i32, n: i32, k: i32, elementBytes: i32): i32 {
  const rows = (min(m, MAX_ROWS) + ROWS - 1) & -ROWS;
  return ROWS * PANEL + depthOf(k) * (PANEL + rows * elementBytes);
}

/** Copies or adds the valid part of a scratch tile, `rows` × `width` elements, to C. */
function flushTile<T>(tile: usize, rows: i32, width: i32, c: usize, cRow: usize, accumulate: bool): void {
  for (; rows > 0; rows--, tile += PANEL, c += cRow) {
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

  // Where rows of A meet rows of B, what is too narrow for a tile is a few inner products.
  if (!transposeA && transposeB) {
    if (m < lanes<T>()) {
      for (let i = 0; i < m; i++) dots<T>(n, k, a + i * aStride, b, bStride, c + i * cRow, size);
      return;
    }
    for (; n % panelWidth > 0 && n % panelWidth < lanes<T>(); n--) {
      dots<T>(m, k, b + (n - 1) * bStride, a, aStride, c + (n - 1) * size, cRow);
    }
  }

  const depth = depthOf(k);
  const packedB = workspace + ROWS * PANEL;
  const packedA = packedB + <usize>depth * PANEL;
  const packA = n >= WORTH_PACKING * panelWidth;
  const packB = transposeB || m >= WORTH_PACKING * ROWS;
  const rowStep = packA ? MAX_ROWS : max(m, 1);

  let p = 0;
  do {
    const deep = min(depth, k - p);
    for (let i0 = 0; i0 < m; i0 += rowStep) {
      const rows = min(rowStep, m - i0);
      let aBlock = a + (transposeA ? p * aStride + i0 * size : i0 * aStride + p * size);
      let aRow = transposeA ? size : aStride;
      let aColumn = transposeA ? aStride : size;
      let aTile = aRow * ROWS;
      if (packA) {
        packRows<T>(packedA, aBlock, aStride, transposeA, rows, deep);
        aBlock = packedA;
        aRow = size;
        aColumn = ROWS * size;
        aTile = aColumn * deep;
      }
      for (let j = 0; j < n; j += panelWidth) {
        const width = min(panelWidth, n - j);
        let panel = b + (transposeB ? j * bStride + p * size : p * bStride + j * size);
        let panelRow = bStride;
        if (packB || width < panelWidth) {
          packPanel<T>(packedB, panel, bStride, transposeB, width, deep);
          panel = packedB;
          panelRow = PANEL;
        }
        const whole = width == panelWidth;
        const accumulate = whole && p > 0;
        const tileRow = whole ? cRow : PANEL;
        let aAt = aBlock;
        let cAt = c + i0 * cRow + j * size;
        for (let i = 0; i < rows; i += ROWS, aAt += aTile, cAt += cRow * ROWS) {
          const tall = min(ROWS, rows - i);
          const tile = whole ? cAt : workspace;
          if (packA || (transposeA && tall == ROWS)) {
            columnKernel<T>(tall, deep, aAt, aColumn, panel, panelRow, tile, tileRow, accumulate);
          } else {
            stridedKernel<T>(tall, deep, aAt, aRow, aColumn, panel, panelRow, tile, tileRow, accumulate);
          }
          if (!whole) flushTile<T>(tile, tall, width, cAt, cRow, p > 0);
        }
      }
    }
    p += depth;
  } while (p < k);
}
