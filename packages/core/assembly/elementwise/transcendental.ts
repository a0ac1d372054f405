/** The micro-operations of a chain that take many instructions: exp, log and their family, loops of their own in both precisions. */

import { M_EXP, M_LOG, M_SIGMOID, M_SOFTPLUS, M_TANH } from "../../src/graph/elementwise-kernels";
import { exp, log, sigmoid, softplus, tanh } from "./math";
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
