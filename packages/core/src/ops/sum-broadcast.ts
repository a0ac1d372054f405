/**
 * Sum and broadcast, in one file because each is the other's transpose:
 *   y = Σ_axes x      x̄ = ȳ repeated along those axes
 *   y = x repeated    x̄ = ȳ summed over the new axes      (so b̄ = 1ᵀ ȳ appears as a real node)
 */
import { type Attributes, type Expr, expr } from "../graph/expr.ts";
import { call, symbol } from "../graph/notation.ts";
import type { Batched, Op } from "../graph/op.ts";
import { isFloat, type Shape, ShapeError, sizeOf, stridesOf, tensorType } from "../graph/type.ts";
import { linear } from "./linear.ts";
import { fill, filledWith } from "./source.ts";

export interface AxesAttributes extends Attributes {
  readonly axes: readonly number[];
}

interface BroadcastAttributes extends AxesAttributes {
  readonly shape: Shape;
}

/** The axes of a tensor of this rank that are not in `axes`. */
export function otherAxes(rank: number, axes: readonly number[]): number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis));
}

/** How a reduction over some axes is written: Σᵢ adds over the rows, Σⱼ along each row, Σ over everything. */
export function reducedIndices(node: Expr<AxesAttributes>): string | undefined {
  return node.type.shape.length === 0 ? undefined : node.attributes.axes.map((axis) => "ijklmn"[axis]).join("");
}

/** Throws ShapeError unless `axes` are different axes of a tensor of this rank. */
export function checkAxes(axes: readonly number[], rank: number): void {
  axes.forEach((axis, i) => {
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank || axes.indexOf(axis) !== i) {
      throw new ShapeError(`axes [${axes}] are not different axes of a tensor with ${rank}`);
    }
  });
}

const sumOp: Op<AxesAttributes> = linear<AxesAttributes>({
  name: "sum",
  infer([x], { axes }) {
    checkAxes(axes, x.shape.length);
    if (!isFloat(x)) throw new ShapeError("the operand must hold floats");
    return tensorType(
      x.shape.filter((_, axis) => !axes.includes(axis)),
      x.dtype,
    );
  },
  evaluate: ([x], node) => reduceValues(x, node, 0, (total, value) => total + value),
  transpose: (node, cotangent) =>
    broadcast(
      cotangent,
      node.operands[0].type.shape,
      otherAxes(node.operands[0].type.shape.length, node.attributes.axes),
    ),
  batch: (node, [x]) => batchReduction(node, x),
  simplify(node) {
    const [x] = node.operands;
    if (node.attributes.axes.length === 0) return x;
    const value = filledWith(x);
    const count = sizeOf(x.type.shape) / Math.max(1, sizeOf(node.type.shape));
    if (value !== undefined) return fill(value * count, node.type.shape, node.type.dtype);
    return x.op === (sumOp as Op) && x.label === undefined
      ? sumOfSum(x as Expr<AxesAttributes>, node.attributes.axes)
      : undefined;
  },
  notation: ([x], node) => call("Σ", [x], reducedIndices(node)),
  kernel: (node) => ({ kind: "reduce", by: "sum", axes: node.attributes.axes }),
});

/** A reduction of a batch: the reduced axes after the batch axis move up by one, and the batch axis is not reduced. */
export function batchReduction(node: Expr<AxesAttributes>, { expr: x, axis = 0 }: Batched): Batched {
  const axes = node.attributes.axes.map((reduced) => (reduced < axis ? reduced : reduced + 1));
  return { expr: expr(node.op, [x], { axes }), axis: axis - axes.filter((reduced) => reduced < axis).length };
}

/** Σ over `axes` of a sum is one sum over the axes of both. */
function sumOfSum(inner: Expr<AxesAttributes>, axes: readonly number[]): Expr {
  const kept = otherAxes(inner.operands[0].type.shape.length, inner.attributes.axes);
  return sum(inner.operands[0], [...inner.attributes.axes, ...axes.map((axis) => kept[axis])]);
}

const broadcastOp: Op<BroadcastAttributes> = linear<BroadcastAttributes>({
  name: "broadcast",
  infer([x], { shape, axes }) {
    checkAxes(axes, shape.length);
    if (axes.length !== x.shape.length || axes.some((axis, i) => shape[axis] !== x.shape[i])) {
      throw new ShapeError(`axes [${axes}] of [${shape}] must have the sizes [${x.shape}]`);
    }
    // The transpose, a sum, leaves its axes in order, so broadcast takes them in order too.
    if (axes.some((axis, i) => i > 0 && axis < axes[i - 1])) {
      throw new ShapeError(`axes [${axes}] must increase: transpose exchanges axes, broadcast does not`);
    }
    return tensorType(shape, x.dtype);
  },
  evaluate([x], node) {
    const operand = node.operands[0].type.shape;
    const strides = new Array<number>(node.type.shape.length).fill(0);
    stridesOf(operand).forEach((stride, i) => {
      strides[node.attributes.axes[i]] = stride;
    });
    return stridedRead(x, node.type.shape, strides);
  },
  transpose: (node, cotangent) => sum(cotangent, otherAxes(node.type.shape.length, node.attributes.axes)),
  batch(node, [{ expr: x, axis = 0 }], size) {
    const { axes, shape } = node.attributes;
    // Anywhere between its neighbours would do; last is where products of matrices leave it.
    const to = axes[axis] ?? shape.length;
    const places = axes.map((place) => (place < to ? place : place + 1)).toSpliced(axis, 0, to);
    return { expr: broadcast(x, shape.toSpliced(to, 0, size), places), axis: to };
  },
  simplify(node) {
    const [x] = node.operands;
    if (x.type.shape.length === node.type.shape.length && isIdentity(node.attributes.axes)) return x;
    const value = filledWith(x);
    if (value !== undefined) return fill(value, node.type.shape, node.type.dtype);
    if (x.op !== (broadcastOp as Op) || x.label !== undefined) return undefined;
    const inner = x.attributes as BroadcastAttributes;
    const axes = inner.axes.map((axis) => node.attributes.axes[axis]);
    return expr(broadcastOp, [x.operands[0]], { shape: node.type.shape, axes });
  },
  notation: ([x]) => x,
  jacobian: (_, node) => (sizeOf(node.operands[0].type.shape) === sizeOf(node.type.shape) ? symbol("I") : undefined),
  kernel: (node) => ({ kind: "broadcast", axes: node.attributes.axes }),
});

/** What x repeats, and along which of its axes that runs, if x is a broadcast. */
export function repeatedBy(x: Expr): { readonly operand: Expr; readonly axes: readonly number[] } | undefined {
  if (x.op !== (broadcastOp as Op)) return undefined;
  return { operand: x.operands[0], axes: (x.attributes as BroadcastAttributes).axes };
}

/** Sum over axes (all of them by default); the axes disappear. */
export function sum(x: Expr, axes: readonly number[] = x.type.shape.map((_, axis) => axis)): Expr {
  return expr(sumOp, [x], { axes: [...axes].sort((a, b) => a - b) });
}

/** Repeats x so that its axis i runs along axis axes[i] of `shape` (increasing); the other axes of `shape` are new. */
export function broadcast(x: Expr, shape: Shape, axes: readonly number[]): Expr {
  return expr(broadcastOp, [x], { shape, axes });
}

export function isIdentity(permutation: readonly number[]): boolean {
  return permutation.every((axis, i) => axis === i);
}

/** The elements of a strided view, in row-major order of `shape`. */
export function stridedRead(x: Float64Array, shape: Shape, strides: readonly number[], offset = 0): Float64Array {
  const result = new Float64Array(sizeOf(shape));
  const last = shape.length - 1;
  const [length, step] = last < 0 ? [1, 0] : [shape[last], strides[last]];
  const index = new Array<number>(shape.length).fill(0);
  let from = offset;
  for (let line = 0; line < result.length; line += length) {
    for (let i = 0; i < length; i++) result[line + i] = x[from + i * step];
    for (let axis = last - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}

/** Folds the reduced axes of operand 0 into each element of the result, in row-major order. */
export function reduceValues(
  x: Float64Array,
  node: Expr<AxesAttributes>,
  start: number,
  step: (accumulator: number, value: number) => number,
): Float64Array {
  const { shape } = node.operands[0].type;
  const kept = otherAxes(shape.length, node.attributes.axes);
  const reduced = sizeOf(node.attributes.axes.map((axis) => shape[axis]));
  const strides = stridesOf(shape);
  const order = [...kept, ...node.attributes.axes];
  const view = stridedRead(
    x,
    order.map((axis) => shape[axis]),
    order.map((axis) => strides[axis]),
  );
  const result = new Float64Array(sizeOf(node.type.shape));
  for (let i = 0; i < result.length; i++) {
    let folded = start;
    for (let j = i * reduced; j < (i + 1) * reduced; j++) folded = step(folded, view[j]);
    result[i] = folded;
  }
  return result;
}
