/**
 * Micro-operations that are several operations at once (compile/fuse.ts), each rounded on its own, so that they give the
 * bits that the operations would give one by one.
 */

import {
  M_GATE, M_MINUS_PRODUCT, M_NORMALISED_STEP, M_SUM_OF_PRODUCTS, M_SUM_OF_SQUARES, M_TIMES_DIFFERENCE,
} from "../../src/engines/wasm/opcodes";
import { M_ADD } from "../../src/graph/elementwise-kernels";
import { binary } from "./simple";
import { lanes, loadPart, splat, storePart } from "../vector";

@unmanaged class SumOfProducts {
  @inline of<T>(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
    return v128.add<T>(v128.mul<T>(a, b), v128.mul<T>(c, d));
  }
}
@unmanaged class SumOfSquares {
  @inline of<T>(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
    return v128.add<T>(v128.mul<T>(a, b), v128.mul<T>(c, v128.mul<T>(d, e)));
  }
}
@unmanaged class NormalisedStep {
  @inline of<T>(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
    return v128.sub<T>(a, v128.div<T>(v128.mul<T>(b, c), v128.add<T>(v128.sqrt<T>(d), e)));
  }
}
@unmanaged class Gate {
  @inline of<T>(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
    return v128.mul<T>(a, v128.and(v128.lt<T>(b, c), splat<T>(1)));
  }
}
@unmanaged class MinusProduct {
  @inline of<T>(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
    return v128.sub<T>(a, v128.mul<T>(b, c));
  }
}
@unmanaged class TimesDifference {
  @inline of<T>(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
    return v128.mul<T>(a, v128.sub<T>(b, v128.mul<T>(c, d)));
  }
}

/** One loop for each operation; operands that it has not are not read, because nothing depends on them. */
function loop<T, Op>(dst: usize, a: usize, b: usize, c: usize, d: usize, e: usize, operands: i32, count: i32): void {
  const op = changetype<Op>(0);
  const rest = count & (lanes<T>() - 1);
  const end = dst + <usize>(count - rest) * sizeof<T>();
  for (; dst < end; dst += 16, a += 16, b += 16, c += 16, d += 16, e += 16) {
    v128.store(dst, op.of<T>(v128.load(a), v128.load(b), v128.load(c), v128.load(d), v128.load(e)));
  }
  if (rest) {
    const one = splat<T>(1);
    const value = op.of<T>(
      loadPart<T>(a, rest, one),
      loadPart<T>(b, rest, one),
      loadPart<T>(c, rest, one),
      operands > 3 ? loadPart<T>(d, rest, one) : one,
      operands > 4 ? loadPart<T>(e, rest, one) : one,
    );
    storePart<T>(dst, value, rest);
  }
}

export function fused<T>(op: i32, dst: usize, a: usize, b: usize, c: usize, d: usize, e: usize, count: i32): void {
  switch (op) {
    case M_SUM_OF_PRODUCTS: return loop<T, SumOfProducts>(dst, a, b, c, d, c, 4, count);
    case M_SUM_OF_SQUARES: return loop<T, SumOfSquares>(dst, a, b, c, d, e, 5, count);
    case M_NORMALISED_STEP: return loop<T, NormalisedStep>(dst, a, b, c, d, e, 5, count);
    case M_GATE: return loop<T, Gate>(dst, a, b, c, c, c, 3, count);
    case M_MINUS_PRODUCT: return loop<T, MinusProduct>(dst, a, b, c, c, c, 3, count);
    case M_TIMES_DIFFERENCE: return loop<T, TimesDifference>(dst, a, b, c, d, c, 4, count);
    default: unreachable();
  }
}

/** dst[i] = a[i] + b[(start + i) mod period]: a row at a time. */
export function addRow<T>(dst: usize, a: usize, b: usize, start: i32, count: i32, period: i32): void {
  let column = start % period;
  while (count > 0) {
    const run = min(count, period - column);
    const bytes = <usize>run * sizeof<T>();
    binary<T>(M_ADD, dst, a, b + <usize>column * sizeof<T>(), run);
    dst += bytes;
    a += bytes;
    count -= run;
    column = 0;
  }
}

/** Operand k of a micro-operation (0 is its result), on the tile at `offset`. */
@inline
function place(micro: usize, k: i32, offset: usize): usize {
  return load<usize>(micro + (<usize>k << 2), 8) + ((load<u32>(micro, 4) >> k) & 1 ? offset : 0);
}

/**
 * Three micro-operations in one pass, because each tensor is then read and written once, and nothing waits for memory:
 * m' = a m + b g,  v' = c v + d (g g),  w' = w − (s m') / (√v' + e)
 */
export function moments<T>(micro: usize, offset: usize, count: i32): void {
  const a = v128.load_splat<T>(place(micro, 1, offset));
  const b = v128.load_splat<T>(place(micro, 3, offset));
  let m = place(micro, 2, offset);
  let g = place(micro, 4, offset);
  let mTo = place(micro, 0, offset);
  micro += 32;
  const c = v128.load_splat<T>(place(micro, 1, offset));
  const d = v128.load_splat<T>(place(micro, 3, offset));
  let v = place(micro, 2, offset);
  let vTo = place(micro, 0, offset);
  micro += 32;
  const s = v128.load_splat<T>(place(micro, 2, offset));
  const e = v128.load_splat<T>(place(micro, 5, offset));
  let w = place(micro, 1, offset);
  let wTo = place(micro, 0, offset);
  const rest = count & (lanes<T>() - 1);
  const end = w + <usize>(count - rest) * sizeof<T>();
  while (w < end) {
    const gradient = v128.load(g);
    const first = v128.add<T>(v128.mul<T>(a, v128.load(m)), v128.mul<T>(b, gradient));
    const second = v128.add<T>(v128.mul<T>(c, v128.load(v)), v128.mul<T>(d, v128.mul<T>(gradient, gradient)));
    const quotient = v128.div<T>(v128.mul<T>(s, first), v128.add<T>(v128.sqrt<T>(second), e));
    v128.store(wTo, v128.sub<T>(v128.load(w), quotient));
    v128.store(mTo, first);
    v128.store(vTo, second);
    w += 16; g += 16; m += 16; v += 16; wTo += 16; mTo += 16; vTo += 16;
  }
  if (rest) {
    const one = splat<T>(1);
    const gradient = loadPart<T>(g, rest, one);
    const first = v128.add<T>(v128.mul<T>(a, loadPart<T>(m, rest, one)), v128.mul<T>(b, gradient));
    const second = v128.add<T>(v128.mul<T>(c, loadPart<T>(v, rest, one)), v128.mul<T>(d, v128.mul<T>(gradient, gradient)));
    const quotient = v128.div<T>(v128.mul<T>(s, first), v128.add<T>(v128.sqrt<T>(second), e));
    storePart<T>(wTo, v128.sub<T>(loadPart<T>(w, rest, one), quotient), rest);
    storePart<T>(mTo, first, rest);
    storePart<T>(vTo, second, rest);
  }
}
