/** The field operations: add, sub, mul, div, neg, reciprocal. */
import type { Expr } from "../graph/expr.ts";
import { infix, negation, number, power } from "../graph/notation.ts";
import type { Op } from "../graph/op.ts";
import { applyElementwise, type ElementwiseRule, elementwiseOp, type Operand } from "./elementwise.ts";
import { fill, filledWith } from "./source.ts";
import { repeatedBy } from "./sum-broadcast.ts";

/** A function of expressions (or numbers) from an elementwise rule, differentiable in both modes. */
export function elementwise(rule: ElementwiseRule): (...operands: Operand[]) => Expr {
  const op = elementwiseOp(rule, mul, add);
  return (...operands) => applyElementwise(op, operands);
}

/** One number in place of a tensor: its products are written as those of numbers. */
const isRepeatedNumber = (x: Expr): boolean => repeatedBy(x)?.operand.type.shape.length === 0;

const like = (node: Expr, value: number): Expr => fill(value, node.type.shape, node.type.dtype);

const addOp: Op = elementwiseOp(
  {
    name: "add",
    kernel: "add",
    evaluate: (a, b) => a + b,
    derivative: [(y) => like(y, 1), (y) => like(y, 1)],
    simplify({ operands: [a, b] }) {
      if (filledWith(a) === 0) return b;
      if (filledWith(b) === 0) return a;
      if (a === b) return mul(like(a, 2), a);
      if (b.op === negOp && b.label === undefined) return sub(a, b.operands[0]);
      if (a.op === negOp && a.label === undefined) return sub(b, a.operands[0]);
      return undefined;
    },
    notation: (parts) => infix("+", ...parts),
  },
  mul,
  add,
);

const subOp: Op = elementwiseOp(
  {
    name: "sub",
    kernel: "sub",
    evaluate: (a, b) => a - b,
    derivative: [(y) => like(y, 1), (y) => like(y, -1)],
    simplify({ operands: [a, b] }) {
      if (filledWith(b) === 0) return a;
      if (filledWith(a) === 0) return neg(b);
      return undefined;
    },
    notation: (parts) => infix("−", ...parts),
  },
  mul,
  add,
);

const mulOp: Op = elementwiseOp(
  {
    name: "mul",
    kernel: "mul",
    evaluate: (a, b) => a * b,
    derivative: [(_, _a, b) => b, (_, a) => a],
    simplify({ operands: [a, b] }) {
      const [left, right] = [filledWith(a), filledWith(b)];
      // As in any symbolic derivative, 0 · x is 0 even where x may be infinite.
      if (left === 0) return a;
      if (right === 0) return b;
      if (left === 1) return b;
      if (right === 1) return a;
      if (left === -1) return neg(b);
      if (right === -1) return neg(a);
      if (left !== undefined) return scaleProduct(left, b);
      if (right !== undefined) return scaleProduct(right, a) ?? mul(b, a);
      return undefined;
    },
    notation: ([a, b], { operands, type }) => {
      if (operands[0] === operands[1]) return power(a, number(2));
      // a · c⁻¹ of one number c is a / c, as the quotient was that it is the derivative of.
      const isOver = operands[1].op === reciprocalOp && isRepeatedNumber(operands[1].operands[0]);
      if (isOver && b.form === "power") return infix("/", a, b.base);
      return infix(type.shape.length === 0 || operands.some(isRepeatedNumber) ? "·" : "⊙", a, b);
    },
  },
  mul,
  add,
);

/** a and b, if x is a ⊙ b. */
export function factorsOf(x: Expr): readonly Expr[] | undefined {
  return x.op === mulOp ? x.operands : undefined;
}

/** a and b, if x is a + b. */
export function termsOf(x: Expr): readonly Expr[] | undefined {
  return x.op === addOp ? x.operands : undefined;
}

/** c · (d · x) = (cd) · x for numbers c, d, and c · (−x) = (−c) · x. */
function scaleProduct(factor: number, x: Expr): Expr | undefined {
  if (x.label !== undefined) return undefined;
  if (x.op === negOp) return mul(like(x, -factor), x.operands[0]);
  if (x.op !== mulOp) return undefined;
  const inner = filledWith(x.operands[0]);
  return inner === undefined ? undefined : mul(like(x, factor * inner), x.operands[1]);
}

const divOp: Op = elementwiseOp(
  {
    name: "div",
    kernel: "div",
    evaluate: (a, b) => a / b,
    // ∂(a/b)/∂b = −(a/b)/b
    derivative: [(_, _a, b) => reciprocal(b), (y, _a, b) => neg(div(y, b))],
    simplify({ operands: [a, b] }) {
      const divisor = filledWith(b);
      if (divisor === 1) return a;
      if (filledWith(a) === 1) return reciprocal(b);
      return divisor === undefined || divisor === 0 ? undefined : mul(like(a, 1 / divisor), a);
    },
    notation: (parts) => infix("/", ...parts),
  },
  mul,
  add,
);

const negOp: Op = elementwiseOp(
  {
    name: "neg",
    kernel: "neg",
    evaluate: (a) => -a,
    derivative: [(y) => like(y, -1)],
    simplify({ operands: [a] }) {
      if (a.label !== undefined) return undefined;
      if (a.op === negOp) return a.operands[0];
      return a.op === subOp ? sub(a.operands[1], a.operands[0]) : undefined;
    },
    notation: ([x]) => negation(x),
  },
  mul,
  add,
);

const reciprocalOp: Op = elementwiseOp(
  {
    name: "reciprocal",
    kernel: "reciprocal",
    evaluate: (a) => 1 / a,
    derivative: [(y) => neg(mul(y, y))],
    notation: ([x]) => power(x, number(-1)),
  },
  mul,
  add,
);

/** a + b */
export function add(a: Operand, b: Operand): Expr {
  return applyElementwise(addOp, [a, b]);
}
/** a − b */
export function sub(a: Operand, b: Operand): Expr {
  return applyElementwise(subOp, [a, b]);
}
/** a ⊙ b, element by element */
export function mul(a: Operand, b: Operand): Expr {
  return applyElementwise(mulOp, [a, b]);
}
/** a / b, element by element */
export function div(a: Operand, b: Operand): Expr {
  return applyElementwise(divOp, [a, b]);
}
/** −a */
export function neg(a: Expr): Expr {
  return applyElementwise(negOp, [a]);
}
/** 1 / a */
export function reciprocal(a: Expr): Expr {
  return applyElementwise(reciprocalOp, [a]);
}
/** a ⊙ a */
export function square(a: Expr): Expr {
  return mul(a, a);
}
