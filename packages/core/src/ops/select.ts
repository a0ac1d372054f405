/** Comparisons, choices and other functions with kinks. A comparison gives 1 or 0 in its operands' own type. */
import type { Expr } from "../graph/expr.ts";
import { call, infix } from "../graph/notation.ts";
import type { Op } from "../graph/op.ts";
import { applyElementwise, elementwiseOp, type Operand } from "./elementwise.ts";
import { add, elementwise, mul, sub } from "./ring.ts";
import { filledWith } from "./source.ts";

type Unary = (x: Expr) => Expr;
type Binary = (a: Operand, b: Operand) => Expr;

/** 1 where a < b, else 0 */
export const less: Binary = elementwise({
  name: "less",
  kernel: "less",
  evaluate: (a, b) => (a < b ? 1 : 0),
  derivative: [null, null],
  notation: (parts) => infix("<", ...parts),
});
/** 1 where a ≤ b, else 0 */
export const lessEqual: Binary = elementwise({
  name: "less-equal",
  kernel: "less-equal",
  evaluate: (a, b) => (a <= b ? 1 : 0),
  derivative: [null, null],
  notation: (parts) => infix("≤", ...parts),
});
/** 1 where a = b, else 0 */
export const equal: Binary = elementwise({
  name: "equal",
  kernel: "equal",
  evaluate: (a, b) => (a === b ? 1 : 0),
  derivative: [null, null],
  notation: (parts) => infix("=", ...parts),
});
/** 1 where a > b, else 0 */
export const greater: Binary = (a, b) => less(b, a);
/** 1 where a ≥ b, else 0 */
export const greaterEqual: Binary = (a, b) => lessEqual(b, a);

/**
 * Tangents and cotangents are chosen as the values are, never multiplied by 0 or 1 (0 · NaN is NaN):
 *   ẏ = where(c, ȧ, ḃ)        ā = where(c, ȳ, 0)        b̄ = where(c, 0, ȳ)
 */
const whereOp: Op = {
  ...elementwiseOp(
    {
      name: "where",
      kernel: "where",
      evaluate: (condition, a, b) => (condition !== 0 ? a : b),
      derivative: [null, null, null],
      simplify({ operands: [condition, a, b] }) {
        const value = filledWith(condition);
        return value === undefined ? undefined : value === 0 ? b : a;
      },
      notation: (parts) => call("where", parts),
    },
    mul,
    add,
  ),
  jvp: ({ operands: [condition] }, [, a, b]) => (a || b ? where(condition, a ?? 0, b ?? 0) : null),
  vjp: ({ operands: [condition] }, cotangent, [, wantA, wantB]) => [
    null,
    wantA ? where(condition, cotangent, 0) : null,
    wantB ? where(condition, 0, cotangent) : null,
  ],
};

/**
 * a where condition ≠ 0, else b; values and tangents that are not chosen may be NaN without harm. Backward, what is not
 * chosen gets a cotangent of 0, so its own derivative must be finite (log(where(a, a, 1)) in place of log(a) inside).
 */
export function where(condition: Expr, a: Operand, b: Operand): Expr {
  return applyElementwise(whereOp, [condition, a, b]);
}

/** Shares of a tie go half to each: 1 where a > b, ½ where a = b. */
const winner = (a: Expr, b: Expr): Expr => mul(0.5, sub(1, sub(less(a, b), less(b, a))));

/** The larger of a and b; NaN if either is. At a tie the derivative is ½ for each. */
export const maximum: Binary = elementwise({
  name: "maximum",
  kernel: "maximum",
  evaluate: Math.max,
  derivative: [(_, a, b) => winner(a, b), (_, a, b) => winner(b, a)],
  notation: (parts) => call("max", parts),
});
/** The smaller of a and b; NaN if either is. At a tie the derivative is ½ for each. */
export const minimum: Binary = elementwise({
  name: "minimum",
  kernel: "minimum",
  evaluate: Math.min,
  derivative: [(_, a, b) => winner(b, a), (_, a, b) => winner(a, b)],
  notation: (parts) => call("min", parts),
});
/** x limited to [low, high] */
export const clamp = (x: Expr, low: Operand, high: Operand): Expr => minimum(maximum(x, low), high);

/** max(x, 0), with derivative 0 at 0 (as PyTorch has it); by the result, so that x need not be kept */
export const relu: Unary = elementwise({
  name: "relu",
  kernel: "relu",
  // Not Math.max: NaN and −0 stay as they are, which is one instruction in SIMD.
  evaluate: (x) => (x < 0 ? 0 : x),
  derivative: [(y) => less(0, y)],
  notation: (parts) => call("relu", parts),
});
/** |x|, with derivative 0 at 0 */
export const abs: Unary = elementwise({
  name: "abs",
  kernel: "abs",
  evaluate: Math.abs,
  derivative: [(_, x) => sign(x)],
  notation: (parts) => call("abs", parts),
});
/** −1, 0 or 1 */
export const sign: Unary = elementwise({
  name: "sign",
  kernel: "sign",
  evaluate: Math.sign,
  derivative: [null],
  notation: (parts) => call("sign", parts),
});
/** The largest whole number ≤ x */
export const floor: Unary = elementwise({
  name: "floor",
  kernel: "floor",
  evaluate: Math.floor,
  derivative: [null],
  notation: (parts) => call("floor", parts),
});
