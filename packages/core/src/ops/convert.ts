/** Ops that change how a value is held or differentiated, not what it is. */
import { type Attributes, type Expr, expr, none } from "../graph/expr.ts";
import { call } from "../graph/notation.ts";
import type { Op } from "../graph/op.ts";
import { type DType, tensorType } from "../graph/type.ts";
import { linear } from "./linear.ts";

interface CastAttributes extends Attributes {
  readonly dtype: DType;
}

const castOp: Op<CastAttributes> = linear<CastAttributes>({
  name: "cast",
  infer: ([x], { dtype }) => tensorType(x.shape, dtype),
  // Float64 holds every f32 and i32, so only the way to i32 changes a value: towards zero (+ 0, as integers have no −0).
  evaluate: ([x], node) => (node.attributes.dtype === "i32" ? x.map((value) => Math.trunc(value) + 0) : x),
  transpose: (node, cotangent) => cast(cotangent, node.operands[0].type.dtype),
  batch: (node, [{ expr: x, axis }]) => ({ expr: cast(x, node.attributes.dtype), axis }),
  simplify: (node) => (node.operands[0].type.dtype === node.attributes.dtype ? node.operands[0] : undefined),
  notation: ([x]) => x,
  kernel: () => ({ kind: "cast" }),
});

/** x in another element type; to i32 it truncates towards zero. */
export function cast(x: Expr, dtype: DType): Expr {
  return expr(castOp, [x], { dtype });
}

const stopGradientOp: Op = {
  name: "stop-gradient",
  infer: ([x]) => x,
  evaluate: ([x]) => x,
  jvp: () => null,
  vjp: () => [null],
  batch: (_, [{ expr: x, axis }]) => ({ expr: stopGradient(x), axis }),
  decompose: (node) => node.operands[0],
  notation: (parts) => call("stop-gradient", parts),
};

/** x, treated as a constant by both modes. */
export function stopGradient(x: Expr): Expr {
  return expr(stopGradientOp, [x], none);
}
