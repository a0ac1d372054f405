/**
 * The micro-operations of a chain that are an instruction or a few: one loop per operation over at most a tile. Each
 * loop is the same inlined text with the operation as a constant, so that only the chosen instruction remains of it.
 */

import {
  M_ABS, M_ADD, M_COPY, M_DIV, M_EQUAL, M_FLOOR, M_LESS, M_LESS_EQUAL, M_MAX, M_MIN, M_MUL, M_NEG, M_RECIPROCAL, M_RELU,
  M_SIGN, M_SQRT, M_SUB,
} from '../src/engines/wasm/opcodes';
import { copySign, lanes, loadPart, splat, storePart } from './vector';

@inline
function combine<T>(op: i32, a: v128, b: v128): v128 {
  if (op == M_ADD) return v128.add<T>(a, b);
  if (op == M_SUB) return v128.sub<T>(a, b);
  if (op == M_MUL) return v128.mul<T>(a, b);
  if (op == M_DIV) return v128.div<T>(a, b);
  if (op == M_MAX) return v128.max<T>(a, b);
  if (op == M_MIN) return v128.min<T>(a, b);
  if (op == M_LESS) return v128.and(v128.lt<T>(a, b), splat<T>(1));
  if (op == M_LESS_EQUAL) return v128.and(v128.le<T>(a, b), splat<T>(1));
  return v128.and(v128.eq<T>(a, b), splat<T>(1));
}

@inline
function binaryLoop<T>(op: i32, dst: usize, a: usize, b: usize, count: i32): void {
  const rest = count & (lanes<T>() - 1);
  const end = dst + (<usize>(count - rest) * sizeof<T>());
  for (; dst + 16 < end; dst += 32, a += 32, b += 32) {
    v128.store(dst, combine<T>(op, v128.load(a), v128.load(b)));
    v128.store(dst, combine<T>(op, v128.load(a, 16), v128.load(b, 16)), 16);
  }
  if (dst < end) {
    v128.store(dst, combine<T>(op, v128.load(a), v128.load(b)));
    dst += 16;
    a += 16;
    b += 16;
  }
  if (rest) {
    const one = splat<T>(1);
    storePart<T>(dst, combine<T>(op, loadPart<T>(a, rest, one), loadPart<T>(b, rest, one)), rest);
  }
}

export function binary<T>(op: i32, dst: usize, a: usize, b: usize, count: i32): void {
  switch (op) {
    case M_ADD: return binaryLoop<T>(M_ADD, dst, a, b, count);
    case M_SUB: return binaryLoop<T>(M_SUB, dst, a, b, count);
    case M_MUL: return binaryLoop<T>(M_MUL, dst, a, b, count);
    case M_DIV: return binaryLoop<T>(M_DIV, dst, a, b, count);
    case M_MAX: return binaryLoop<T>(M_MAX, dst, a, b, count);
    case M_MIN: return binaryLoop<T>(M_MIN, dst, a, b, count);
    case M_LESS: return binaryLoop<T>(M_LESS, dst, a, b, count);
    case M_LESS_EQUAL: return binaryLoop<T>(M_LESS_EQUAL, dst, a, b, count);
    case M_EQUAL: return binaryLoop<T>(M_EQUAL, dst, a, b, count);
    default: unreachable();
  }
}

@inline
function transform<T>(op: i32, x: v128): v128 {
  if (op == M_COPY) return x;
  if (op == M_NEG) return v128.neg<T>(x);
  if (op == M_ABS) return v128.abs<T>(x);
  // Where x is 0 or NaN, its sign is x itself.
  if (op == M_SIGN) {
    return v128.bitselect(copySign<T>(splat<T>(1), x), x, v128.gt<T>(v128.abs<T>(x), splat<T>(0)));
  }
  if (op == M_SQRT) return v128.sqrt<T>(x);
  if (op == M_RELU) return v128.pmax<T>(x, splat<T>(0)); // pmax keeps a NaN in its first operand
  if (op == M_FLOOR) return v128.floor<T>(x);
  return v128.div<T>(splat<T>(1), x);
}

@inline
function unaryLoop<T>(op: i32, dst: usize, a: usize, count: i32): void {
  const rest = count & (lanes<T>() - 1);
  const end = dst + (<usize>(count - rest) * sizeof<T>());
  for (; dst + 16 < end; dst += 32, a += 32) {
    v128.store(dst, transform<T>(op, v128.load(a)));
    v128.store(dst, transform<T>(op, v128.load(a, 16)), 16);
  }
  if (dst < end) {
    v128.store(dst, transform<T>(op, v128.load(a)));
    dst += 16;
    a += 16;
  }
  if (rest) storePart<T>(dst, transform<T>(op, loadPart<T>(a, rest, splat<T>(1))), rest);
}

export function unary<T>(op: i32, dst: usize, a: usize, count: i32): void {
  switch (op) {
    case M_COPY: return unaryLoop<T>(M_COPY, dst, a, count);
    case M_NEG: return unaryLoop<T>(M_NEG, dst, a, count);
    case M_ABS: return unaryLoop<T>(M_ABS, dst, a, count);
    case M_SIGN: return unaryLoop<T>(M_SIGN, dst, a, count);
    case M_SQRT: return unaryLoop<T>(M_SQRT, dst, a, count);
    case M_RELU: return unaryLoop<T>(M_RELU, dst, a, count);
    case M_FLOOR: return unaryLoop<T>(M_FLOOR, dst, a, count);
    case M_RECIPROCAL: return unaryLoop<T>(M_RECIPROCAL, dst, a, count);
    default: unreachable();
  }
}

@inline
function choose<T>(condition: v128, b: v128, c: v128): v128 {
  return v128.bitselect(b, c, v128.ne<T>(condition, splat<T>(0)));
}

/** dst = condition ≠ 0 ? b : c, by bits: what is not chosen does not matter. */
export function where<T>(dst: usize, condition: usize, b: usize, c: usize, count: i32): void {
  const rest = count & (lanes<T>() - 1);
  const end = dst + (<usize>(count - rest) * sizeof<T>());
  for (; dst < end; dst += 16, condition += 16, b += 16, c += 16) {
    v128.store(dst, choose<T>(v128.load(condition), v128.load(b), v128.load(c)));
  }
  if (rest) {
    const zero = splat<T>(0);
    const chosen = choose<T>(
      loadPart<T>(condition, rest, zero),
      loadPart<T>(b, rest, zero),
      loadPart<T>(c, rest, zero),
    );
    storePart<T>(dst, chosen, rest);
  }
}
