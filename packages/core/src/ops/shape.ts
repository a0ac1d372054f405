/** Ops that move elements without changing them: reshape, transpose, slice, pad, concat. */
import { type Attributes, type Expr, expr } from "../graph/expr.ts";
import { call, element, number, symbol, transposed } from "../graph/notation.ts";
import type { Batched, Op, StridedCopy } from "../graph/op.ts";
import { type Shape, ShapeError, sameShape, sizeOf, stridesOf, tensorType } from "../graph/type.ts";
import { linear } from "./linear.ts";
import { fill, filledWith } from "./source.ts";
import { broadcast, isIdentity, otherAxes, repeatedBy, stridedRead } from "./sum-broadcast.ts";

/** Copies the pieces of operand values into a zeroed result: the definition of every op below. */
function evaluatePieces(pieces: readonly StridedCopy[], operands: readonly Float64Array[], size: number): Float64Array {
  const result = new Float64Array(size);
  const positions = Float64Array.from({ length: size }, (_, i) => i);
  for (const piece of pieces) {
    const values = stridedRead(operands[piece.operand], piece.shape, piece.from.strides, piece.from.offset);
    const targets = stridedRead(positions, piece.shape, piece.to.strides, piece.to.offset);
    targets.forEach((target, i) => {
      result[target] = values[i];
    });
  }
  return result;
}

interface ShapeAttributes extends Attributes {
  readonly shape: Shape;
}

const reshapeOp: Op<ShapeAttributes> = linear<ShapeAttributes>({
  name: "reshape",
  infer([x], { shape }) {
    if (sizeOf(x.shape) !== sizeOf(shape))
      throw new ShapeError(`[${x.shape}] does not hold as many elements as [${shape}]`);
    return tensorType(shape, x.dtype);
  },
  evaluate: ([x]) => x,
  transpose: (node, cotangent) => reshape(cotangent, node.operands[0].type.shape),
  batch(node, [{ expr: x, axis = 0 }], size) {
    const { shape } = node.attributes;
    // The batch axis keeps its place in memory where the new shape has a border there.
    const before = sizeOf(x.type.shape.slice(0, axis));
    const border = shape.findIndex((_, to) => sizeOf(shape.slice(0, to)) === before);
    const to = border >= 0 ? border : before === sizeOf(shape) ? shape.length : 0;
    const moved = border >= 0 || to > 0 ? x : moveAxis(x, axis, 0);
    return { expr: reshape(moved, shape.toSpliced(to, 0, size)), axis: to };
  },
  simplify(node) {
    const [x] = node.operands;
    if (sameShape(x.type.shape, node.type.shape)) return x;
    const value = filledWith(x);
    if (value !== undefined) return fill(value, node.type.shape, node.type.dtype);
    return x.op === (reshapeOp as Op) ? reshape(x.operands[0], node.type.shape) : undefined;
  },
  notation: ([x]) => x,
  jacobian: () => symbol("I"),
  kernel: () => ({ kind: "alias" }),
});

/** The same elements under another shape of the same size. */
export function reshape(x: Expr, shape: Shape): Expr {
  return expr(reshapeOp, [x], { shape });
}

interface PermutationAttributes extends Attributes {
  readonly permutation: readonly number[];
}

const transposeOp: Op<PermutationAttributes> = linear<PermutationAttributes>({
  name: "transpose",
  infer([x], { permutation }) {
    if (
      !sameShape(
        [...permutation].sort((a, b) => a - b),
        x.shape.map((_, axis) => axis),
      )
    ) {
      throw new ShapeError(`[${permutation}] is not a permutation of ${x.shape.length} axes`);
    }
    return tensorType(
      permutation.map((axis) => x.shape[axis]),
      x.dtype,
    );
  },
  evaluate: (operands, node) => evaluatePieces([transposePiece(node)], operands, sizeOf(node.type.shape)),
  transpose(node, cotangent) {
    const inverse = node.attributes.permutation.map((_, axis) => node.attributes.permutation.indexOf(axis));
    return transpose(cotangent, inverse);
  },
  batch(node, [{ expr: x, axis = 0 }]) {
    const others = node.attributes.permutation.map((from) => (from < axis ? from : from + 1));
    return { expr: transpose(x, others.toSpliced(axis, 0, axis)), axis };
  },
  simplify(node) {
    const [x] = node.operands;
    if (isIdentity(node.attributes.permutation)) return x;
    const value = filledWith(x);
    if (value !== undefined) return fill(value, node.type.shape, node.type.dtype);
    if (x.op !== (transposeOp as Op)) return undefined;
    const inner = (x.attributes as PermutationAttributes).permutation;
    return transpose(
      x.operands[0],
      node.attributes.permutation.map((axis) => inner[axis]),
    );
  },
  notation: ([x]) => transposed(x),
  kernel: (node) => ({ kind: "copy", pieces: [transposePiece(node)], cover: true }),
});

function transposePiece(node: Expr<PermutationAttributes>): StridedCopy {
  const strides = stridesOf(node.operands[0].type.shape);
  return {
    operand: 0,
    shape: node.type.shape,
    from: { offset: 0, strides: node.attributes.permutation.map((axis) => strides[axis]) },
    to: { offset: 0, strides: stridesOf(node.type.shape) },
  };
}

/** Result axis i is operand axis permutation[i]; by default the axes are reversed. */
export function transpose(
  x: Expr,
  permutation: readonly number[] = x.type.shape.map((_, axis) => axis).reverse(),
): Expr {
  return expr(transposeOp, [x], { permutation });
}

/** x with its axis `from` at place `to`; a broadcast is repeated anew in the other order, which costs nothing. */
export function moveAxis(x: Expr, from: number, to: number): Expr {
  if (from === to) return x;
  const permutation = otherAxes(x.type.shape.length, [from]).toSpliced(to, 0, from);
  const repeated = repeatedBy(x);
  const places = repeated?.axes.map((axis) => permutation.indexOf(axis));
  if (repeated && places?.every((place, i) => i === 0 || place > places[i - 1])) {
    const shape = permutation.map((axis) => x.type.shape[axis]);
    return broadcast(repeated.operand, shape, places);
  }
  return transpose(x, permutation);
}

/** A batch of `size` with its axis at `axis`: moved there, or the one value repeated. */
export function batchedAt({ expr: x, axis: own }: Batched, axis: number, size: number): Expr {
  if (own !== undefined) return moveAxis(x, own, axis);
  return broadcast(x, x.type.shape.toSpliced(axis, 0, size), otherAxes(x.type.shape.length + 1, [axis]));
}

/** M, if x is Mᵀ for a matrix M. */
export function transposedMatrix(x: Expr): Expr | undefined {
  return x.op === (transposeOp as Op) && x.type.shape.length === 2 && x.label === undefined ? x.operands[0] : undefined;
}

interface SliceAttributes extends Attributes {
  readonly starts: readonly number[];
  readonly shape: Shape;
}

const sliceOp: Op<SliceAttributes> = linear<SliceAttributes>({
  name: "slice",
  infer([x], { starts, shape }) {
    const fits = starts.every((start, axis) => start >= 0 && start + shape[axis] <= x.shape[axis]);
    if (!fits || starts.length !== x.shape.length || shape.length !== x.shape.length) {
      throw new ShapeError(`start [${starts}] with shape [${shape}] leaves [${x.shape}]`);
    }
    return tensorType(shape, x.dtype);
  },
  evaluate: (operands, node) => evaluatePieces([slicePiece(node)], operands, sizeOf(node.type.shape)),
  transpose: (node, cotangent) => pad(cotangent, node.attributes.starts, node.operands[0].type.shape),
  batch: batchBox,
  simplify: (node) => (sameShape(node.operands[0].type.shape, node.type.shape) ? node.operands[0] : undefined),
  notation: ([x], { attributes: { starts, shape }, operands: [{ type }] }) => {
    const isPlain = shape.every((size, axis) => size === 1 || size === type.shape[axis]);
    // Column 3 of x is x[:,3], counted from 1 as in mathematics.
    if (isPlain)
      return element(
        x,
        ...shape.map((size, axis) => (size === type.shape[axis] ? symbol(":") : number(starts[axis] + 1))),
      );
    return call("slice", [x], starts.map((start, axis) => `${start}:${start + shape[axis]}`).join(", "));
  },
  kernel: (node) => ({ kind: "copy", pieces: [slicePiece(node)], cover: true }),
});

/** Slices and pads of a batch leave its axis as it is. */
function batchBox(node: Expr<SliceAttributes>, [{ expr: x, axis = 0 }]: readonly Batched[], size: number): Batched {
  const starts = node.attributes.starts.toSpliced(axis, 0, 0);
  return { expr: expr(node.op, [x], { starts, shape: node.attributes.shape.toSpliced(axis, 0, size) }), axis };
}

function slicePiece(node: Expr<SliceAttributes>): StridedCopy {
  const strides = stridesOf(node.operands[0].type.shape);
  const offset = node.attributes.starts.reduce((sum, start, axis) => sum + start * strides[axis], 0);
  const { shape } = node.type;
  return { operand: 0, shape, from: { offset, strides }, to: { offset: 0, strides: stridesOf(shape) } };
}

/** The box of x that starts at `starts` and has `shape`. */
export function slice(x: Expr, starts: readonly number[], shape: Shape): Expr {
  return expr(sliceOp, [x], { starts, shape });
}

const padOp: Op<SliceAttributes> = linear<SliceAttributes>({
  name: "pad",
  infer([x], { starts, shape }) {
    const fits = starts.every((start, axis) => start >= 0 && start + x.shape[axis] <= shape[axis]);
    if (!fits || starts.length !== x.shape.length || shape.length !== x.shape.length) {
      throw new ShapeError(`[${x.shape}] at [${starts}] leaves [${shape}]`);
    }
    return tensorType(shape, x.dtype);
  },
  evaluate: (operands, node) => evaluatePieces([padPiece(node)], operands, sizeOf(node.type.shape)),
  transpose: (node, cotangent) => slice(cotangent, node.attributes.starts, node.operands[0].type.shape),
  batch: batchBox,
  simplify: (node) => (sameShape(node.operands[0].type.shape, node.type.shape) ? node.operands[0] : undefined),
  notation: ([x], node) => call("pad", [x], node.attributes.starts.join(", ")),
  kernel: (node) => ({ kind: "copy", pieces: [padPiece(node)], cover: false }),
});

function padPiece(node: Expr<SliceAttributes>): StridedCopy {
  const strides = stridesOf(node.type.shape);
  const offset = node.attributes.starts.reduce((sum, start, axis) => sum + start * strides[axis], 0);
  const { shape } = node.operands[0].type;
  return { operand: 0, shape, from: { offset: 0, strides: stridesOf(shape) }, to: { offset, strides } };
}

/** x placed at `starts` in a tensor of zeros with `shape`: the transpose of `slice`. */
export function pad(x: Expr, starts: readonly number[], shape: Shape): Expr {
  return expr(padOp, [x], { starts, shape });
}

interface AxisAttributes extends Attributes {
  readonly axis: number;
}

/** Of more parts the first ones and the last are written. */
const MOST_SHOWN = 16;

const concatOp: Op<AxisAttributes> & Required<Pick<Op<AxisAttributes>, "vjpOf">> = {
  name: "concat",
  infer(types, { axis }) {
    if (types.length === 0) throw new ShapeError("needs at least one part");
    const [first] = types;
    const fits = types.every(
      (type) =>
        type.dtype === first.dtype &&
        type.shape.length === first.shape.length &&
        type.shape.every((size, i) => i === axis || size === first.shape[i]),
    );
    if (!fits || axis < 0 || axis >= first.shape.length)
      throw new ShapeError(`sizes may differ along axis ${axis} only`);
    const total = types.reduce((sum, type) => sum + type.shape[axis], 0);
    return tensorType(first.shape.with(axis, total), first.dtype);
  },
  evaluate: (operands, node) => evaluatePieces(concatPieces(node), operands, sizeOf(node.type.shape)),
  jvp(node, tangents) {
    if (tangents.every((tangent) => tangent === null)) return null;
    const filled = tangents.map((tangent, i) => {
      const { shape, dtype } = node.operands[i].type;
      return tangent ?? fill(0, shape, dtype);
    });
    return concat(filled, node.attributes.axis);
  },
  vjp(node, cotangent, wanted) {
    return wanted.map((want, i) => (want ? concatOp.vjpOf(node, cotangent, i) : null));
  },
  vjpOf: (node, cotangent, i) => slice(cotangent, concatStarts(node)[i], node.operands[i].type.shape),
  batch(node, operands, size) {
    const axis = operands.find((operand) => operand.axis !== undefined)?.axis ?? 0;
    const parts = operands.map((operand) => batchedAt(operand, axis, size));
    return { expr: concat(parts, node.attributes.axis + Number(node.attributes.axis >= axis)), axis };
  },
  simplify: (node) => (node.operands.length === 1 ? node.operands[0] : undefined),
  notation: (parts) =>
    call("concat", parts.length <= MOST_SHOWN ? parts : [...parts.slice(0, 3), symbol("…"), ...parts.slice(-1)]),
  kernel: (node) => ({ kind: "copy", pieces: concatPieces(node), cover: true }),
};

const starts = new WeakMap<Expr, readonly (readonly number[])[]>();

/** Where each part begins; a node of many parts is asked as often as it has parts. */
function concatStarts(node: Expr<AxisAttributes>): readonly (readonly number[])[] {
  const known = starts.get(node);
  if (known !== undefined) return known;
  let start = 0;
  const made = node.operands.map(({ type }) => {
    const own = new Array<number>(type.shape.length).fill(0).with(node.attributes.axis, start);
    start += type.shape[node.attributes.axis];
    return own;
  });
  starts.set(node, made);
  return made;
}

function concatPieces(node: Expr<AxisAttributes>): StridedCopy[] {
  const strides = stridesOf(node.type.shape);
  return concatStarts(node).map((starts, operand) => {
    const { shape } = node.operands[operand].type;
    const offset = starts.reduce((sum, start, axis) => sum + start * strides[axis], 0);
    return { operand, shape, from: { offset: 0, strides: stridesOf(shape) }, to: { offset, strides } };
  });
}

/** Parts one after another along an axis. Throws ShapeError when they differ elsewhere. */
export function concat(parts: readonly Expr[], axis: number): Expr {
  return expr(concatOp, parts, { axis });
}
