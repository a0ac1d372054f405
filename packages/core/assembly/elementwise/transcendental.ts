/**
 * The micro-operations of a chain that take many instructions: exp, log and their family as loops of their own in both
 * precisions, the rare functions through f64.
 */

import {
  M_ATAN, M_COS, M_ERF, M_EXP, M_EXPM1, M_LOG, M_LOG1P, M_SIGMOID, M_SIN, M_SOFTPLUS, M_TAN, M_TANH,
} from "../../src/engines/wasm/opcodes";
import { exp, expm1, log, log1p, sigmoid, softplus, tanh } from "./math";
import { pow } from "./pow";
import { atan, COS, erf, SIN, TAN, trigonometric } from "./rare";
import { lanes, loadPart, splat, storePart } from "../vector";

@unmanaged class Exp { @inline of<T>(x: v128): v128 { return exp<T>(x); } }
@unmanaged class Log { @inline of<T>(x: v128): v128 { return log<T>(x); } }
@unmanaged class Tanh { @inline of<T>(x: v128): v128 { return tanh<T>(x); } }
@unmanaged class Sigmoid { @inline of<T>(x: v128): v128 { return sigmoid<T>(x); } }
@unmanaged class Softplus { @inline of<T>(x: v128): v128 { return softplus<T>(x); } }

/** The function's long text appears once: the last, partial vector takes the same path with masked load and store. */
function loop<T, Op>(dst: usize, a: usize, count: i32): void {
  for (; count > 0; dst += 16, a += 16, count -= lanes<T>()) {
    const whole = count >= lanes<T>();
    const y = changetype<Op>(0).of<T>(whole ? v128.load(a) : loadPart<T>(a, count, splat<T>(1)));
    if (whole) v128.store(dst, y);
    else storePart<T>(dst, y, count);
  }
}

/** exp, log and their family, in the precision of T. */
export function transcendental<T>(op: i32, dst: usize, a: usize, count: i32): void {
  switch (op) {
    case M_EXP: return loop<T, Exp>(dst, a, count);
    case M_LOG: return loop<T, Log>(dst, a, count);
    case M_TANH: return loop<T, Tanh>(dst, a, count);
    case M_SIGMOID: return loop<T, Sigmoid>(dst, a, count);
    case M_SOFTPLUS: return loop<T, Softplus>(dst, a, count);
    default: unreachable();
  }
}

function applyRare(op: i32, x: v128): v128 {
  switch (op) {
    case M_EXPM1: return expm1<f64>(x);
    case M_LOG1P: return log1p<f64>(x);
    case M_ERF: return erf(x);
    case M_SIN: return trigonometric(x, SIN);
    case M_COS: return trigonometric(x, COS);
    case M_TAN: return trigonometric(x, TAN);
    case M_ATAN: return atan(x);
    default: unreachable();
  }
  return x;
}

/** The rare functions, two elements at a time in f64 whatever T is. */
export function rareLoop<T>(op: i32, dst: usize, a: usize, count: i32): void {
  for (; count > 0; dst += 2 * sizeof<T>(), a += 2 * sizeof<T>(), count -= 2) {
    if (sizeof<T>() == 4) {
      const x = count > 1 ? v128.load64_zero(a) : v128.load32_zero(a);
      const y = v128.demote_zero(applyRare(op, v128.promote_low(x)));
      if (count > 1) v128.store64_lane(dst, y, 0);
      else v128.store32_lane(dst, y, 0);
    } else {
      const y = applyRare(op, count > 1 ? v128.load(a) : v128.load64_zero(a));
      if (count > 1) v128.store(dst, y);
      else v128.store64_lane(dst, y, 0);
    }
  }
}

export function powLoop<T>(dst: usize, a: usize, b: usize, count: i32): void {
  const end = dst + <usize>count * sizeof<T>();
  for (; dst < end; dst += sizeof<T>(), a += sizeof<T>(), b += sizeof<T>()) {
    store<T>(dst, <T>pow(<f64>load<T>(a), <f64>load<T>(b)));
  }
}
