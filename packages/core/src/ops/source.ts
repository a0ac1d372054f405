/** Expressions without operands: inputs, constants and fills. */
import { type Attributes, type Expr, expr, type LayerRole, label } from "../graph/expr.ts";
import { call, type Notation, number, symbol } from "../graph/notation.ts";
import type { Op, Values } from "../graph/op.ts";
import { type DType, type Shape, ShapeError, sizeOf, type TensorType, tensorType } from "../graph/type.ts";

/** No batch ever reaches a source through its operands: it has none. */
function withoutOperands(node: Expr): { expr: Expr } {
  return { expr: node };
}

interface InputAttributes extends Attributes {
  readonly type: TensorType;
}

const inputOp: Op<InputAttributes> = {
  name: "input",
  infer: (_, { type }) => type,
  evaluate() {
    throw new Error("an input has no value of its own: the engine provides it");
  },
  jvp: () => null,
  vjp: () => [],
  batch: withoutOperands,
  notation: (_, node) => symbol(node.label ?? "?"),
  kernel: () => ({ kind: "input" }),
};

/** A named hole that whoever runs the program fills; of a layer's tensor with what it is there. */
export function input(name: string, shape: Shape, dtype: DType, within?: LayerRole): Expr {
  return label(expr(inputOp, [], { type: tensorType(shape, dtype) }), name, within);
}

interface ConstantAttributes extends Attributes {
  readonly type: TensorType;
  readonly values: Values;
}

const constantOp: Op<ConstantAttributes> = {
  name: "constant",
  infer(_, { type, values }) {
    if (values.length !== sizeOf(type.shape)) throw new ShapeError(`${values.length} values for shape [${type.shape}]`);
    return type;
  },
  evaluate: (_, node) => node.attributes.values,
  jvp: () => null,
  vjp: () => [],
  batch: withoutOperands,
  notation: (_, node) => listed(node) ?? symbol(node.label ?? "constant"),
  kernel: (node) => ({ kind: "constant", values: node.attributes.values }),
};

/** Of more numbers the first ones and the last are written. */
const MOST_SHOWN = 8;

/** The numbers of a constant that has one axis and no symbol. */
function listed({ label, type, attributes: { values } }: Expr<ConstantAttributes>): Notation | undefined {
  if (label !== undefined || type.shape.length !== 1 || values.length === 0) return undefined;
  const numbers = Array.from(values, number);
  if (numbers.length <= MOST_SHOWN) return call("values", numbers);
  return call("values", [...numbers.slice(0, 3), symbol("…"), ...numbers.slice(-1)]);
}

/** A tensor known when the program is built. Throws ShapeError when `values` does not fill `shape`. */
export function constant(values: ArrayLike<number>, shape: Shape, dtype: DType): Expr {
  return expr(constantOp, [], { type: tensorType(shape, dtype), values: new Float64Array(values) });
}

interface FillAttributes extends Attributes {
  readonly type: TensorType;
  readonly value: number;
}

const fillOp: Op<FillAttributes> = {
  name: "fill",
  infer: (_, { type }) => type,
  evaluate: (_, node) => new Float64Array(sizeOf(node.type.shape)).fill(node.attributes.value),
  jvp: () => null,
  vjp: () => [],
  batch: withoutOperands,
  notation: (_, node) => number(node.attributes.value),
  kernel: (node) => ({ kind: "fill", value: node.attributes.value }),
};

/** One number in every element. */
export function fill(value: number, shape: Shape, dtype: DType): Expr {
  return expr(fillOp, [], { type: tensorType(shape, dtype), value });
}

/** The number that fills the whole tensor, if it is a `fill`. */
export function filledWith(node: Expr): number | undefined {
  return node.op === (fillOp as Op) ? (node.attributes as FillAttributes).value : undefined;
}
