/**
 * Softmax and log-softmax over one axis. Both are exp or identity of x − logsumexp(x), which is what the engine runs
 * (so forward and backward share one logsumexp); as ops of their own they keep their names in the derivation.
 */
import { type Attributes, type Expr, expr } from "../graph/expr.ts";
import { call, infix, type Notation, transposed } from "../graph/notation.ts";
import type { Op } from "../graph/op.ts";
import { isFloat, ShapeError, stridesOf } from "../graph/type.ts";
import { exp } from "./elementary.ts";
import { logsumexp } from "./reduce.ts";
import { mul, sub } from "./ring.ts";
import { broadcast, otherAxes, stridedRead, sum } from "./sum-broadcast.ts";

interface AxisAttributes extends Attributes {
  readonly axis: number;
}

/** Σ over the axis, repeated back along it. */
function total(x: Expr, axis: number): Expr {
  return broadcast(sum(x, [axis]), x.type.shape, otherAxes(x.type.shape.length, [axis]));
}

function normaliser(
  name: string,
  rule: {
    value(shifted: number, logTotal: number): number;
    finish(x: Expr): Expr;
    pullback(y: Expr, t: Expr, axis: number): Expr;
    pushforward(y: Expr, t: Expr, axis: number): Expr;
    /** Of one row y, as a column. */
    jacobian(y: Notation): Notation | undefined;
  },
): Op<AxisAttributes> {
  return {
    name,
    infer([x], { axis }) {
      if (axis < 0 || axis >= x.shape.length) throw new ShapeError(`axis ${axis} is not one of [${x.shape}]`);
      if (!isFloat(x)) throw new ShapeError("the operand must be floats");
      if (x.shape[axis] === 0) throw new ShapeError("nothing to normalise: the axis is empty");
      return x;
    },
    evaluate([x], node) {
      const { shape } = node.type;
      const { axis } = node.attributes;
      const order = [...otherAxes(shape.length, [axis]), axis];
      const strides = stridesOf(shape);
      const view = [order.map((a) => shape[a]), order.map((a) => strides[a])] as const;
      const rows = stridedRead(x, ...view);
      const positions = stridedRead(
        Float64Array.from(x, (_, i) => i),
        ...view,
      );
      const result = new Float64Array(x.length);
      for (let start = 0; start < rows.length; start += shape[axis]) {
        const row = rows.subarray(start, start + shape[axis]);
        const shift = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
        const logTotal = Math.log(row.reduce((accumulator, value) => accumulator + Math.exp(value - shift), 0));
        row.forEach((value, i) => {
          result[positions[start + i]] = rule.value(value - shift, logTotal);
        });
      }
      return result;
    },
    jvp: (node, [t]) => (t === null || t === undefined ? null : rule.pushforward(node, t, node.attributes.axis)),
    vjp: (node, cotangent) => [rule.pullback(node, cotangent, node.attributes.axis)],
    batch(node, [{ expr: x, axis = 0 }]) {
      const own = node.attributes.axis;
      return { expr: expr(node.op, [x], { axis: own + Number(own >= axis) }), axis };
    },
    decompose(node) {
      const [x] = node.operands;
      const { axis } = node.attributes;
      const others = otherAxes(x.type.shape.length, [axis]);
      return rule.finish(sub(x, broadcast(logsumexp(x, [axis]), x.type.shape, others)));
    },
    notation: (parts) => call(name, parts),
    jacobian: (_, node, __, result) => (node.type.shape[0] === 1 ? rule.jacobian(result) : undefined),
  };
}

/** p ⊙ (t − Σ p ⊙ t): the Jacobian diag(p) − p pᵀ is symmetric, so it serves both modes. */
const softmaxJacobian = (p: Expr, t: Expr, axis: number): Expr => mul(p, sub(t, total(mul(p, t), axis)));

const softmaxOp: Op<AxisAttributes> = normaliser("softmax", {
  value: (shifted, logTotal) => Math.exp(shifted - logTotal),
  finish: exp,
  pushforward: softmaxJacobian,
  pullback: softmaxJacobian,
  jacobian: (p) => infix("−", call("diag", [p]), infix("", p, transposed(p))),
});

const logSoftmaxOp: Op<AxisAttributes> = normaliser("log-softmax", {
  value: (shifted, logTotal) => shifted - logTotal,
  finish: (x) => x,
  // ẏ = ẋ − Σ p ẋ          x̄ = ȳ − p Σ ȳ
  pushforward: (y, t, axis) => sub(t, total(mul(exp(y), t), axis)),
  pullback: (y, t, axis) => sub(t, mul(exp(y), total(t, axis))),
  jacobian: () => undefined,
});

const last = (x: Expr): number => x.type.shape.length - 1;

/** eˣ / Σ eˣ along an axis (the last by default) */
export function softmax(x: Expr, axis: number = last(x)): Expr {
  return expr(softmaxOp, [x], { axis });
}
/** ln softmax(x) along an axis (the last by default) */
export function logSoftmax(x: Expr, axis: number = last(x)): Expr {
  return expr(logSoftmaxOp, [x], { axis });
}
