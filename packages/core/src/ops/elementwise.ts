/**
 * Elementwise ops, y = f(x₁, …): each says f and its derivatives ∂y/∂xᵢ as expressions, and both modes follow:
 *   ẏ = Σᵢ ∂y/∂xᵢ ⊙ ẋᵢ        x̄ᵢ = ȳ ⊙ ∂y/∂xᵢ
 * A rule never thinks of broadcasting: operands are brought to one shape here, before the node is made, and the
 * broadcast's own pullback sums the cotangent back.
 */
import { type Expr, expr, none } from "../graph/expr.ts";
import type { Notation } from "../graph/notation.ts";
import type { Batched, ElementwiseKernel, Kernel, Op } from "../graph/op.ts";
import { type DType, isFloat, printType, type Shape, ShapeError, sameShape, tensorType } from "../graph/type.ts";
import { batchedAt, reshape } from "./shape.ts";
import { fill, filledWith } from "./source.ts";
import { broadcast, repeatedBy } from "./sum-broadcast.ts";

/** An expression, or a number that stands for a tensor filled with it. */
export type Operand = Expr | number;

/** ∂y/∂x as an expression of the result y and the operands; null where it is zero everywhere. */
export type Derivative = ((y: Expr, ...xs: Expr[]) => Expr) | null;

export interface ElementwiseRule {
  readonly name: string;
  /** By default the host computes it. */
  readonly kernel?: ElementwiseKernel;
  evaluate(...xs: number[]): number;
  /** One for each operand. */
  readonly derivative: readonly Derivative[];
  simplify?(node: Expr): Expr | undefined;
  notation(operands: readonly Notation[], node: Expr): Notation;
}

/** The op of a rule. `times` is multiplication; it is a parameter because mul itself is made here. */
export function elementwiseOp(
  rule: ElementwiseRule,
  times: (a: Expr, b: Expr) => Expr,
  plus: (a: Expr, b: Expr) => Expr,
): Op {
  const scaled = (node: Expr, i: number, t: Expr | null | undefined): Expr | null => {
    const derivative = rule.derivative[i];
    if (derivative === null || t === null || t === undefined) return null;
    const factor = derivative(node, ...node.operands);
    return filledWith(factor) === 1 ? t : times(t, factor);
  };
  const { evaluate } = rule;
  const kernel: Kernel = rule.kernel === undefined ? { kind: "host" } : { kind: "elementwise", name: rule.kernel };
  const op: Op = {
    name: rule.name,
    elementwise: true,
    infer(types) {
      const [first] = types;
      if (!types.every((type) => isFloat(type) && type.dtype === first.dtype && sameShape(type.shape, first.shape))) {
        throw new ShapeError("operands must be floats of one type and shape");
      }
      return first;
    },
    // Nearly all have one operand or two, and no list is made for each element. A loop for every op: it knows its function.
    evaluate(operands) {
      const [a, b] = operands;
      const result = new Float64Array(a.length);
      if (operands.length === 1) for (let i = 0; i < result.length; i++) result[i] = evaluate(a[i]);
      else if (operands.length === 2) for (let i = 0; i < result.length; i++) result[i] = evaluate(a[i], b[i]);
      else for (let i = 0; i < result.length; i++) result[i] = evaluate(...operands.map((values) => values[i]));
      return result;
    },
    jvp(node, tangents) {
      const terms = tangents.map((tangent, i) => scaled(node, i, tangent)).filter((term) => term !== null);
      return terms.length === 0 ? null : terms.reduce(plus);
    },
    vjp: (node, cotangent, wanted) => wanted.map((want, i) => (want ? scaled(node, i, cotangent) : null)),
    batch(node, operands, size) {
      const axis = commonAxis(operands);
      return {
        expr: expr(
          node.op,
          operands.map((operand) => batchedAt(operand, axis, size)),
          node.attributes,
        ),
        axis,
      };
    },
    simplify(node) {
      const folded = foldConstants(rule, node);
      return folded ?? rule.simplify?.(node);
    },
    notation: (operands, node) => rule.notation(operands, node),
    kernel: () => kernel,
  };
  return op;
}

/** The batch axis that most of the work has already: of the first operand that is not merely repeated. */
function commonAxis(operands: readonly Batched[]): number {
  const batched = operands.filter(({ axis }) => axis !== undefined);
  return (batched.find(({ expr: x }) => repeatedBy(x) === undefined) ?? batched[0]).axis ?? 0;
}

/** f(c₁, …) of fills is a fill. */
function foldConstants(rule: ElementwiseRule, node: Expr): Expr | undefined {
  const numbers = node.operands.map(filledWith);
  if (!numbers.every((value) => value !== undefined)) return undefined;
  return fill(rule.evaluate(...numbers), node.type.shape, node.type.dtype);
}

/** Applies an elementwise op after bringing the operands to one shape. */
export function applyElementwise(op: Op, operands: readonly Operand[]): Expr {
  return expr(op, toCommonShape(op.name, operands), none);
}

/**
 * Broadcasting as in NumPy: shapes are aligned at their last axis, and an axis of size 1 repeats.
 * Throws ShapeError naming both shapes when an axis disagrees, or when element types differ.
 */
function toCommonShape(name: string, operands: readonly Operand[]): Expr[] {
  const tensors = operands.filter((operand) => typeof operand !== "number");
  if (tensors.length === 0) throw new ShapeError(`${name}: at least one operand must be an expression`);
  const dtype: DType = tensors[0].type.dtype;
  const rank = Math.max(...tensors.map((x) => x.type.shape.length));
  const shape = Array.from({ length: rank }, (_, axis) => {
    const sizes = tensors.map((x) => x.type.shape[axis - rank + x.type.shape.length] ?? 1);
    const size = sizes.find((candidate) => candidate !== 1) ?? 1;
    if (sizes.some((other) => other !== 1 && other !== size)) {
      const given = tensors.map((x) => `${x.label ?? x.op.name}: ${printType(x.type)}`).join("; ");
      throw new ShapeError(`${name}: shapes do not fit together at axis ${axis} (given ${given})`);
    }
    return size;
  });
  return operands.map((x) => (typeof x === "number" ? fill(x, shape, dtype) : broadcastTo(x, shape)));
}

/** x repeated to `shape` as NumPy's rules say (missing leading axes and axes of size 1 repeat). */
export function broadcastTo(x: Expr, shape: Shape): Expr {
  const own = x.type.shape;
  if (sameShape(own, shape)) return x;
  const lead = shape.length - own.length;
  const kept = own.map((_, axis) => axis).filter((axis) => own[axis] === shape[axis + lead]);
  const squeezed =
    kept.length === own.length
      ? x
      : reshape(
          x,
          tensorType(
            kept.map((axis) => own[axis]),
            x.type.dtype,
          ).shape,
        );
  return broadcast(
    squeezed,
    shape,
    kept.map((axis) => axis + lead),
  );
}
