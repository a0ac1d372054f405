/**
 * Linear ops of one operand, y = A x: the pushforward is the op itself, ẏ = A ẋ, and the pullback its transpose,
 * x̄ = Aᵀ ȳ. Such an op only has to say what its transpose is.
 */
import { type Attributes, type Expr, expr } from "../graph/expr.ts";
import type { Op } from "../graph/op.ts";

export interface LinearRule<A extends Attributes> extends Omit<Op<A>, "jvp" | "vjp"> {
  /** Aᵀ applied to a cotangent. */
  transpose(node: Expr<A>, cotangent: Expr): Expr;
}

export function linear<A extends Attributes>(rule: LinearRule<A>): Op<A> {
  const { transpose, ...rest } = rule;
  const op: Op<A> = {
    ...rest,
    jvp: (node, [tangent]) => (tangent === null || tangent === undefined ? null : expr(op, [tangent], node.attributes)),
    vjp: (node, cotangent) => [transpose(node, cotangent)],
  };
  return op;
}
