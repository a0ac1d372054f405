/**
 * The micro-operations of a chain that are an instruction or a few: one loop per operation over at most a tile. An
 * operation is a class without fields, given to the loop as a type, so that the compiler makes one loop of each.
 */

import {
  M_ABS, M_ADD, M_DIV, M_EQUAL, M_FLOOR, M_LESS, M_LESS_EQUAL, M_MAXIMUM, M_MINIMUM, M_MUL, M_NEG, M_RECIPROCAL, M_RELU,
  M_SIGN, M_SQRT, M_SUB, M_WHERE,
} from "../../src/graph/elementwise-kernels";
import { M_COPY } from "../../src/engines/wasm/opcodes";
import { copySign, lanes, loadPart, splat, storePart } from "../vector";

@unmanaged class Add { @inline of<T>(a: v128, b: v128): v128 { return v128.add<T>(a, b); } }
@unmanaged class Sub { @inline of<T>(a: v128, b: v128): v128 { return v128.sub<T>(a, b); } }
@unmanaged class Mul { @inline of<T>(a: v128, b: v128): v128 { return v128.mul<T>(a, b); } }
@unmanaged class Div { @inline of<T>(a: v128, b: v128): v128 { return v128.div<T>(a, b); } }
@unmanaged class Max { @inline of<T>(a: v128, b: v128): v128 { return v128.max<T>(a, b); } }
@unmanaged class Min { @inline of<T>(a: v128, b: v128): v128 { return v128.min<T>(a, b); } }
@unmanaged class Less { @inline of<T>(a: v128, b: v128): v128 { return v128.and(v128.lt<T>(a, b), splat<T>(1)); } }
@unmanaged class LessEqual { @inline of<T>(a: v128, b: v128): v128 { return v128.and(v128.le<T>(a, b), splat<T>(1)); } }
@unmanaged class Equal { @inline of<T>(a: v128, b: v128): v128 { return v128.and(v128.eq<T>(a, b), splat<T>(1)); } }

function binaryLoop<T, Op>(dst: usize, a: usize, b: usize, count: i32): void {
  const op = changetype<Op>(0);
  const rest = count & (lanes<T>() - 1);
  const end = dst + (<usize>(count - rest) * sizeof<T>());
  for (; dst + 16 < end; dst += 32, a += 32, b += 32) {
    v128.store(dst, op.of<T>(v128.load(a), v128.load(b)));
    v128.store(dst, op.of<T>(v128.load(a, 16), v128.load(b, 16)), 16);
  }
  if (dst < end) {
    v128.store(dst, op.of<T>(v128.load(a), v128.load(b)));
    dst += 16;
    a += 16;
    b += 16;
  }
  if (rest) {
    const one = splat<T>(1);
    storePart<T>(dst, op.of<T>(loadPart<T>(a, rest, one), loadPart<T>(b, rest, one)), rest);
  }
}

export function binary<T>(op: i32, dst: usize, a: usize, b: usize, count: i32): void {
  switch (op) {
    case M_ADD: return binaryLoop<T, Add>(dst, a, b, count);
    case M_SUB: return binaryLoop<T, Sub>(dst, a, b, count);
    case M_MUL: return binaryLoop<T, Mul>(dst, a, b, count);
    case M_DIV: return binaryLoop<T, Div>(dst, a, b, count);
    case M_MAXIMUM: return binaryLoop<T, Max>(dst, a, b, count);
    case M_MINIMUM: return binaryLoop<T, Min>(dst, a, b, count);
    case M_LESS: return binaryLoop<T, Less>(dst, a, b, count);
    case M_LESS_EQUAL: return binaryLoop<T, LessEqual>(dst, a, b, count);
    case M_EQUAL: return binaryLoop<T, Equal>(dst, a, b, count);
    default: unreachable();
  }
}

@unmanaged class Copy { @inline of<T>(x: v128): v128 { return x; } }
@unmanaged class Neg { @inline of<T>(x: v128): v128 { return v128.neg<T>(x); } }
@unmanaged class Abs { @inline of<T>(x: v128): v128 { return v128.abs<T>(x); } }
@unmanaged class Sqrt { @inline of<T>(x: v128): v128 { return v128.sqrt<T>(x); } }
@unmanaged class Floor { @inline of<T>(x: v128): v128 { return v128.floor<T>(x); } }
@unmanaged class Reciprocal { @inline of<T>(x: v128): v128 { return v128.div<T>(splat<T>(1), x); } }
/** pmax keeps a NaN in its first operand. */
@unmanaged class Relu { @inline of<T>(x: v128): v128 { return v128.pmax<T>(x, splat<T>(0)); } }
/** Where x is 0 or NaN, its sign is x itself. */
@unmanaged class Sign {
  @inline of<T>(x: v128): v128 {
    return v128.bitselect(copySign<T>(splat<T>(1), x), x, v128.gt<T>(v128.abs<T>(x), splat<T>(0)));
  }
}

function unaryLoop<T, Op>(dst: usize, a: usize, count: i32): void {
  const op = changetype<Op>(0);
  const rest = count & (lanes<T>() - 1);
  const end = dst + (<usize>(count - rest) * sizeof<T>());
  for (; dst + 16 < end; dst += 32, a += 32) {
    v128.store(dst, op.of<T>(v128.load(a)));
    v128.store(dst, op.of<T>(v128.load(a, 16)), 16);
  }
  if (dst < end) {
    v128.store(dst, op.of<T>(v128.load(a)));
    dst += 16;
    a += 16;
  }
  if (rest) storePart<T>(dst, op.of<T>(loadPart<T>(a, rest, splat<T>(1))), rest);
}

export function unary<T>(op: i32, dst: usize, a: usize, count: i32): void {
  switch (op) {
    case M_COPY: return unaryLoop<T, Copy>(dst, a, count);
    case M_NEG: return unaryLoop<T, Neg>(dst, a, count);
    case M_ABS: return unaryLoop<T, Abs>(dst, a, count);
    case M_SIGN: return unaryLoop<T, Sign>(dst, a, count);
    case M_SQRT: return unaryLoop<T, Sqrt>(dst, a, count);
    case M_RELU: return unaryLoop<T, Relu>(dst, a, count);
    case M_FLOOR: return unaryLoop<T, Floor>(dst, a, count);
    case M_RECIPROCAL: return unaryLoop<T, Reciprocal>(dst, a, count);
    default: unreachable();
  }
}

@inline
function choose<T>(condition: v128, b: v128, c: v128): v128 {
  return v128.bitselect(b, c, v128.ne<T>(condition, splat<T>(0)));
}

/** dst = condition ≠ 0 ? b : c, by bits: what is not chosen does not matter. */
export function where<T>(op: i32, dst: usize, condition: usize, b: usize, c: usize, count: i32): void {
  if (op != M_WHERE) unreachable();
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
