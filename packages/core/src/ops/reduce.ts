/** Reductions that are not linear (max, logsumexp), and the mean. `sum` lives with its transpose in sum-broadcast.ts. */
import { type Expr, expr } from "../graph/expr.ts";
import { call } from "../graph/notation.ts";
import type { Op } from "../graph/op.ts";
import { isFloat, ShapeError, sizeOf, tensorType } from "../graph/type.ts";
import { exp } from "./elementary.ts";
import { div, mul, sub } from "./ring.ts";
import { equal } from "./select.ts";
import {
  type AxesAttributes,
  batchReduction,
  broadcast,
  checkAxes,
  otherAxes,
  reducedIndices,
  reduceValues,
  sum,
} from "./sum-broadcast.ts";

interface ReductionRule {
  readonly name: "max" | "logsumexp";
  evaluate(x: Float64Array, node: Expr<AxesAttributes>): Float64Array;
  /** ∂y/∂x with y repeated to x's shape. */
  derivative(y: Expr, x: Expr, axes: readonly number[]): Expr;
}

function reduction(rule: ReductionRule): (x: Expr, axes?: readonly number[]) => Expr {
  const slope = (node: Expr<AxesAttributes>): Expr => {
    const [x] = node.operands;
    return rule.derivative(repeat(node, x, node.attributes.axes), x, node.attributes.axes);
  };
  const op: Op<AxesAttributes> = {
    name: rule.name,
    infer([x], { axes }) {
      checkAxes(axes, x.shape.length);
      if (!isFloat(x)) throw new ShapeError("the operand must be floats");
      if (axes.some((axis) => x.shape[axis] === 0)) throw new ShapeError("nothing to reduce: an axis is empty");
      return tensorType(
        x.shape.filter((_, axis) => !axes.includes(axis)),
        x.dtype,
      );
    },
    evaluate: ([x], node) => rule.evaluate(x, node),
    jvp(node, [tangent]) {
      return tangent === null || tangent === undefined ? null : sum(mul(tangent, slope(node)), node.attributes.axes);
    },
    vjp: (node, cotangent) => [mul(repeat(cotangent, node.operands[0], node.attributes.axes), slope(node))],
    batch: (node, [x]) => batchReduction(node, x),
    simplify: (node) => (node.attributes.axes.length === 0 ? node.operands[0] : undefined),
    notation: (parts, node) => call(rule.name, parts, reducedIndices(node)),
    kernel: (node) => ({ kind: "reduce", by: rule.name, axes: node.attributes.axes }),
  };
  return (x, axes = x.type.shape.map((_, axis) => axis)) => expr(op, [x], { axes: [...axes].sort((a, b) => a - b) });
}

/** A reduced tensor repeated along the reduced axes, back to x's shape. */
const repeat = (reduced: Expr, x: Expr, axes: readonly number[]): Expr =>
  broadcast(reduced, x.type.shape, otherAxes(x.type.shape.length, axes));

/** The largest element over axes (all by default). ∂y/∂x = 1 at the largest, shared equally among ties. */
export const max: (x: Expr, axes?: readonly number[]) => Expr = reduction({
  name: "max",
  evaluate: (x, node) => reduceValues(x, node, Number.NEGATIVE_INFINITY, (a, b) => Math.max(a, b)),
  derivative(y, x, axes) {
    const winners = equal(x, y);
    return div(winners, repeat(sum(winners, axes), x, axes));
  },
});

/** ln Σ eˣ over axes (all by default), without overflow. ∂y/∂x = e^(x − y), which is softmax(x). */
export const logsumexp: (x: Expr, axes?: readonly number[]) => Expr = reduction({
  name: "logsumexp",
  evaluate(x, node) {
    const largest = reduceValues(x, node, Number.NEGATIVE_INFINITY, (a, b) => Math.max(a, b));
    const shift = largest.map((value) => (Number.isFinite(value) ? value : 0));
    let group = 0;
    const count = sizeOf(node.operands[0].type.shape) / largest.length;
    let seen = 0;
    const total = reduceValues(x, node, 0, (accumulator, value) => {
      const result = accumulator + Math.exp(value - shift[group]);
      if (++seen === count) {
        seen = 0;
        group++;
      }
      return result;
    });
    return total.map((value, i) => shift[i] + Math.log(value));
  },
  derivative: (y, x) => exp(sub(x, y)),
});

/** The mean over axes (all by default): the sum times 1/n. */
export function mean(x: Expr, axes: readonly number[] = x.type.shape.map((_, axis) => axis)): Expr {
  return mul(1 / sizeOf(axes.map((axis) => x.type.shape[axis])), sum(x, axes));
}
