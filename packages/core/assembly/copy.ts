/**
 * Moving and converting elements: contiguous and strided copies, broadcasts within a chain, casts, rows by index.
 */

import { M_ADD } from "../src/graph/elementwise-kernels";
import { binary } from "./elementwise/simple";
import { lanes } from "./vector";

/** Copies a multiple of 4 bytes, forward. Short runs are frequent, and a bulk copy costs a call out of WebAssembly. */
export function copyWords(dst: usize, src: usize, bytes: usize): void {
  if (bytes > 1024) {
    memory.copy(dst, src, bytes);
    return;
  }
  const end = dst + bytes;
  for (; dst + 16 <= end; dst += 16, src += 16) v128.store(dst, v128.load(src));
  for (; dst < end; dst += 4, src += 4) store<i32>(dst, load<i32>(src));
}

export function copyBytes(dst: usize, src: usize, bytes: usize): void {
  if (bytes & 3) memory.copy(dst, src, bytes);
  else copyWords(dst, src, bytes);
}

/** dst[i] = value for `count` elements, count > 0. */
export function fill<T>(dst: usize, value: T, count: i32): void {
  const end = dst + <usize>count * sizeof<T>();
  const vector = v128.splat<T>(value);
  for (; dst + 16 <= end; dst += 16) v128.store(dst, vector);
  for (; dst < end; dst += sizeof<T>()) store<T>(dst, value);
}

/**
 * dst[j] = src[((start + j) / run) mod period] for 0 ≤ j < count: a tile of a broadcast, beginning at element `start`.
 */
export function broadcast<T>(dst: usize, src: usize, start: i32, count: i32, period: i32, run: i32): void {
  if (run == 1) repeatPeriod<T>(dst, src, start % period, count, period);
  else repeatRuns<T>(dst, src, (start / run) % period, count, period, run, start % run);
}

/** run = 1: one period is written, turned by `phase`, then what is there is doubled until the tile is full. */
function repeatPeriod<T>(dst: usize, src: usize, phase: i32, count: i32, period: i32): void {
  const size = sizeof<T>();
  const head = min(count, period - phase);
  copyWords(dst, src + <usize>phase * size, <usize>head * size);
  const tail = min(count, period) - head;
  if (tail > 0) copyWords(dst + <usize>head * size, src, <usize>tail * size);
  for (let done = period; done < count; done <<= 1) {
    copyWords(dst + <usize>done * size, dst, <usize>min(done, count - done) * size);
  }
}

/** Each source element `run` times. A run's last vector may overshoot into the next run, which then overwrites it. */
function repeatRuns<T>(dst: usize, src: usize, at: i32, count: i32, period: i32, run: i32, phase: i32): void {
  const end = dst + <usize>count * sizeof<T>();
  let runEnd = dst + <usize>(run - phase) * sizeof<T>();
  for (; runEnd + 16 <= end; runEnd += <usize>run * sizeof<T>()) {
    const vector = v128.load_splat<T>(src + <usize>at * sizeof<T>());
    for (; dst < runEnd; dst += 16) v128.store(dst, vector);
    dst = runEnd;
    if (++at == period) at = 0;
  }
  while (dst < end) {
    fill<T>(dst, load<T>(src + <usize>at * sizeof<T>()), <i32>((min(runEnd, end) - dst) / sizeof<T>()));
    dst = runEnd;
    runEnd += <usize>run * sizeof<T>();
    if (++at == period) at = 0;
  }
}

/**
 * A strided copy over the axes from `axis` on. `shape` points at three runs of `rank` words: dims, strides of dst,
 * strides of src, in bytes.
 */
export function copyAxes(size: i32, rank: i32, axis: i32, shape: usize, dst: usize, src: usize): void {
  const at = shape + (axis << 2);
  const count = rank == 0 ? 1 : load<i32>(at);
  const dstStride = rank == 0 ? size : load<i32>(at + (rank << 2));
  const srcStride = rank == 0 ? size : load<i32>(at + (rank << 3));
  if (axis + 1 < rank) {
    for (let i = 0; i < count; i++, dst += dstStride, src += srcStride) {
      copyAxes(size, rank, axis + 1, shape, dst, src);
    }
  } else if (dstStride == size && srcStride == size) {
    copyWords(dst, src, count * size);
  } else if (size == 4) {
    for (let i = 0; i < count; i++, dst += dstStride, src += srcStride) store<i32>(dst, load<i32>(src));
  } else {
    for (let i = 0; i < count; i++, dst += dstStride, src += srcStride) store<i64>(dst, load<i64>(src));
  }
}

@inline
function castLoop<To, From>(dst: usize, src: usize, count: i32): void {
  const end = dst + <usize>count * sizeof<To>();
  for (; dst < end; dst += sizeof<To>(), src += sizeof<From>()) store<To>(dst, <To>load<From>(src));
}

function castFrom<From>(dst: usize, src: usize, count: i32, dstType: i32): void {
  if (dstType == 0) castLoop<f32, From>(dst, src, count);
  else if (dstType == 1) castLoop<f64, From>(dst, src, count);
  else castLoop<i32, From>(dst, src, count);
}

/** Converts elements; types are 0 = f32, 1 = f64, 2 = i32. */
export function cast(dst: usize, src: usize, count: i32, dstType: i32, srcType: i32): void {
  if (srcType == 0) castFrom<f32>(dst, src, count, dstType);
  else if (srcType == 1) castFrom<f64>(dst, src, count, dstType);
  else castFrom<i32>(dst, src, count, dstType);
}

/** Row number `index`, trapping unless 0 ≤ index < rows. */
@inline
function checkedRow(index: usize, rows: i32): usize {
  const row = load<u32>(index);
  if (row >= <u32>rows) unreachable();
  return row;
}

export function gatherRows(dst: usize, src: usize, index: usize, rows: i32, rowBytes: i32, srcRows: i32): void {
  const end = index + (<usize>rows << 2);
  // Single numbers: a matrix put together from a table of places has as many rows as elements.
  if (rowBytes == 8) {
    for (; index < end; index += 4, dst += 8) store<i64>(dst, load<i64>(src + (checkedRow(index, srcRows) << 3)));
    return;
  }
  if (rowBytes == 4) {
    for (; index < end; index += 4, dst += 4) store<i32>(dst, load<i32>(src + (checkedRow(index, srcRows) << 2)));
    return;
  }
  for (; index < end; index += 4, dst += rowBytes) {
    copyBytes(dst, src + checkedRow(index, srcRows) * rowBytes, rowBytes);
  }
}

export function scatterRows<T>(dst: usize, src: usize, index: usize, rows: i32, width: i32, dstRows: i32): void {
  const rowBytes = <usize>width * sizeof<T>();
  memory.fill(dst, 0, <usize>dstRows * rowBytes);
  for (const end = index + (<usize>rows << 2); index < end; index += 4, src += rowBytes) {
    const row = dst + checkedRow(index, dstRows) * rowBytes;
    binary<T>(M_ADD, row, row, src, width);
  }
}

export function oneHot<T>(dst: usize, index: usize, rows: i32, classes: i32): void {
  const rowBytes = <usize>classes * sizeof<T>();
  memory.fill(dst, 0, <usize>rows * rowBytes);
  for (let r = 0; r < rows; r++, index += 4, dst += rowBytes) {
    const label = load<u32>(index);
    if (label < <u32>classes) store<T>(dst + <usize>label * sizeof<T>(), <T>1);
  }
}
