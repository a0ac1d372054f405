/**
 * Fused chains of elementwise operations. A chain runs tile by tile: all its micro-operations on 512 elements, then the
 * next 512, so that what passes between them stays in the first-level cache.
 */

import { M_ADD_ROW, M_BROADCAST, M_COPY, M_MOMENTS, TILE } from "../../src/engines/wasm/opcodes";
import { broadcast, fill } from "../copy";
import { binary, unary, where } from "./simple";
import { addRow, fused, moments } from "./fused";
import { rarePairs } from "./pow";
import { rareLoop } from "./rare";
import { transcendental } from "./transcendental";

/** Runs one CHAIN instruction at p: [op, len, first, count, segments, stride, splats, body, ...splats × 2, ...body × 8]. */
export function chain<T>(p: usize): void {
  const count = load<i32>(p, 12);
  const body = p + 32 + (<usize>load<i32>(p, 24) << 3);
  const end = body + <usize>load<i32>(p, 28) * 32;
  if (count <= 0) return;
  for (let splat = p + 32; splat < body; splat += 8) {
    fill<T>(load<usize>(splat), load<T>(load<usize>(splat, 4)), min(count, TILE));
  }
  let first = load<i32>(p, 8);
  const stride = load<i32>(p, 20);
  for (let segments = load<i32>(p, 16); segments > 0; segments--, first += stride) {
    for (let start = first; start < first + count; start += TILE) tile<T>(body, end, start, min(TILE, first + count - start));
  }
}

/** All micro-operations on one tile. */
function tile<T>(body: usize, end: usize, start: i32, size: i32): void {
  const offset = <usize>start * sizeof<T>();
  for (let micro = body; micro < end; micro += 32) {
    if (sizeof<T>() == 4 && load<i32>(micro) == M_MOMENTS) {
      moments<T>(micro, offset, size);
      micro += 64;
    } else {
      step<T>(micro, start, offset, size);
    }
  }
}

/** One micro-operation on one tile: [micro, flags, dst, a, b, c, d, e]; a flag says that its pointer moves with the tile. */
@inline
function step<T>(p: usize, start: i32, offset: usize, count: i32): void {
  const op = load<i32>(p);
  const flags = load<u32>(p, 4);
  const dst = load<usize>(p, 8) + (flags & 1 ? offset : 0);
  const a = load<usize>(p, 12) + (flags & 2 ? offset : 0);
  if (op == M_BROADCAST) {
    broadcast<T>(dst, a, start, count, load<i32>(p, 16), load<i32>(p, 20));
    return;
  }
  const b = load<usize>(p, 16) + (flags & 4 ? offset : 0);
  if (sizeof<T>() == 4 && op == M_ADD_ROW) {
    addRow<T>(dst, a, load<usize>(p, 16), start, count, load<i32>(p, 20));
    return;
  }
  const c = load<usize>(p, 20) + (flags & 8 ? offset : 0);
  // Ranges of graph/elementwise-kernels.ts; the case for each kernel stands beside its code.
  if (op < 16) return binary<T>(op, dst, a, b, count);
  if (op <= M_COPY) return unary<T>(op, dst, a, count);
  if (op < M_BROADCAST) return where<T>(op, dst, a, b, c, count);
  if (op >= 96) return rarePairs<T>(op, dst, a, b, count);
  if (op >= 80) return rareLoop<T>(op, dst, a, count);
  if (op >= 64) return transcendental<T>(op, dst, a, count);
  const d = load<usize>(p, 24) + (flags & 16 ? offset : 0);
  const e = load<usize>(p, 28) + (flags & 32 ? offset : 0);
  if (sizeof<T>() == 4) fused<T>(op, dst, a, b, c, d, e, count);
  else unreachable();
}
