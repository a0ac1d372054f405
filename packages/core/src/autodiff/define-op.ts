/**
 * Ops of one's own: what one computes, how it is differentiated, how it is written. Element by element,
 *   y = f(x₁, …)          with ∂y/∂xᵢ as expressions
 * or on whole tensors, with one of
 *   pullback     x̄ = Jᵀ ȳ          (vjp)
 *   pushforward  ẏ = J ẋ           (jvp)
 *   transpose    x̄ = Aᵀ ȳ          of a linear op y = A x
 * The others follow: both are linear, and the transpose of either is its pullback by what it is linear in.
 *   Townsend, "A new trick for calculating Jacobian vector products", 2017; Radul et al., "You only linearize once", POPL 2023
 */
import { checkKeys, type Names } from "../given/names.ts";
import { type Expr, expr, none, topological, withOperands } from "../graph/expr.ts";
import { call, type Notation } from "../graph/notation.ts";
import type { Batched, ElementwiseKernel, Kernel, Op, Values } from "../graph/op.ts";
import { printType, ShapeError, sameType, sizeOf, type TensorType } from "../graph/type.ts";
import { applyElementwise, type Derivative, elementwiseOp, type Operand } from "../ops/elementwise.ts";
import { add, mul } from "../ops/ring.ts";
import { concat, reshape, slice } from "../ops/shape.ts";
import { fill, input } from "../ops/source.ts";
import { batch } from "./batch.ts";
import { vjp } from "./reverse.ts";

interface OwnOp {
  /** As errors, plans and derivations call it. */
  readonly name: string;
  /** How it is written, given how its operands are written; by default as a call of its name. */
  readonly notation?: (operands: readonly Notation[], node: Expr) => Notation;
  /**
   * The same value by ops that are known: engines run that, as fast as their kernels are, and nothing else has to be said.
   * An op without it is computed by `evaluate` on the thread that starts a run; where several threads share a plan, the
   * others wait meanwhile.
   */
  readonly decompose?: (...operands: Expr[]) => Expr;
}

/** y = f(x₁, …), element by element, on floats of one type; shapes are broadcast as NumPy does. */
export interface OwnElementwise extends OwnOp {
  readonly evaluate: (...xs: number[]) => number;
  /** ∂y/∂xᵢ of the result y and the operands, for each operand; null where it is zero everywhere. */
  readonly derivative: NonNullable<Derivative> | readonly Derivative[];
  /** The engines' kernel that computes the same. */
  readonly kernel?: ElementwiseKernel;
}

/** An op on whole tensors. */
export interface OwnTensorOp extends OwnOp {
  /** The type of the result; by default that of the first operand, or of what it decomposes into. Throws ShapeError. */
  readonly infer?: (...operands: TensorType[]) => TensorType;
  /** The elements of the result, row-major, from those of the operands: in float64, whatever they are held as. */
  readonly evaluate?: (operands: readonly Values[], node: Expr) => ArrayLike<number>;
  /** x̄ for each operand, of its type, from ȳ; null where it is zero. Linear in ȳ. */
  readonly vjp?: (cotangent: Expr, y: Expr, ...operands: Expr[]) => readonly (Expr | null)[];
  /** ẏ from ẋ for each operand. Linear in all ẋ. */
  readonly jvp?: (tangents: readonly Expr[], y: Expr, ...operands: Expr[]) => Expr;
  /** Of a linear op of one operand. */
  readonly transpose?: (cotangent: Expr, x: Expr) => Expr;
  /** On many values at once (see `Op.batch`); by default one after the other. */
  readonly batch?: Op["batch"];
  /** The engines' kernel that computes the same. */
  readonly kernel?: (node: Expr) => Kernel;
}

const KEYS: Names<OwnElementwise & OwnTensorOp> = {
  ...{ name: true, notation: true, decompose: true, evaluate: true, derivative: true, kernel: true },
  ...{ infer: true, vjp: true, jvp: true, transpose: true, batch: true },
};

/**
 * An op of one's own, as a function of expressions, for graphs, activations, losses, all engines and all views of a derivation.
 * Throws RangeError where it lacks a name, a value or a derivative. What it gives is looked at when it runs and when it is
 * differentiated: another number of elements, or another type, is an error that names the op.
 */
export function defineOp(rule: OwnElementwise): (...operands: Operand[]) => Expr;
export function defineOp(rule: OwnTensorOp): (...operands: Expr[]) => Expr;
export function defineOp(rule: OwnElementwise | OwnTensorOp): (...operands: never[]) => Expr {
  checkKeys("defineOp", rule, KEYS, "part");
  if (typeof rule?.name !== "string" || rule.name === "") throw new RangeError("defineOp: an op needs a name");
  const what = `op '${rule.name}'`;
  if ("derivative" in rule) return elementwise(rule, what);
  const { evaluate, decompose, transpose, jvp } = rule;
  if (evaluate === undefined && decompose === undefined)
    throw new RangeError(`${what} has no value: give evaluate, or decompose into ops that are known`);
  if (!(decompose ?? transpose ?? jvp ?? rule.vjp))
    throw new RangeError(
      `${what} has no derivative: give derivative (element by element), vjp, jvp or transpose, or decompose into ops that ` +
        "are known; one that is zero everywhere is vjp: () => [null]",
    );
  const op = tensorOp(rule, what);
  return (...operands: Expr[]) => expr(op, operands, none);
}

function elementwise(rule: OwnElementwise, what: string): (...operands: Operand[]) => Expr {
  const derivative = typeof rule.derivative === "function" ? [rule.derivative] : rule.derivative;
  if (typeof rule.evaluate !== "function") throw new RangeError(`${what} has no value: give evaluate(x, …), a number`);
  const op = elementwiseOp(
    {
      ...rule,
      derivative,
      notation: rule.notation ?? ((parts) => call(rule.name, parts)),
      evaluate(...xs) {
        const y: unknown = rule.evaluate(...xs);
        if (typeof y === "number") return y;
        throw new TypeError(`${what}: evaluate(${xs.join(", ")}) must give a number, got ${String(y)}`);
      },
    },
    mul,
    add,
  );
  const own = withDecomposition(op, rule);
  return (...operands) => {
    if (operands.length === derivative.length) return applyElementwise(own, operands);
    throw new ShapeError(`${what} has derivatives by ${derivative.length} operands, got ${operands.length}`);
  };
}

function withDecomposition(op: Op, { decompose }: OwnOp): Op {
  if (decompose === undefined) return op;
  const { kernel, ...rest } = op;
  return { ...rest, decompose: (node) => decompose(...node.operands) };
}

function tensorOp(rule: OwnTensorOp, what: string): Op {
  const { decompose, jvp, kernel = () => ({ kind: "host" }) as const } = rule;
  const body = (node: Expr): Expr => (decompose as NonNullable<typeof decompose>)(...node.operands);
  const evaluate = rule.evaluate ?? ((operands, node) => valuesOf(body(node), node.operands, operands));
  const pullback = rule.vjp ?? (rule.transpose && ((bar, _, x) => [rule.transpose?.(bar, x) ?? null]));
  const op: Op = {
    name: rule.name,
    infer: (types) => rule.infer?.(...types) ?? (decompose ? typeOf(decompose, types) : types[0]),
    evaluate(operands, node) {
      const values = evaluate(operands, node);
      const size = sizeOf(node.type.shape);
      if (values?.length === size) return values instanceof Float64Array ? values : Float64Array.from(values);
      const given = values?.length === undefined ? String(values) : `${values.length} numbers`;
      throw new ShapeError(`${what}: evaluate must give the ${size} numbers of ${printType(node.type)}, got ${given}`);
    },
    jvp(node, tangents) {
      if (tangents.every((tangent) => tangent === null)) return null;
      const whole = tangents.map((tangent, i) => tangent ?? zeros(node.operands[i]));
      const made = jvp ? jvp(whole, node, ...node.operands) : transposedTwice(op, node, whole, what);
      return checked(`${what}: jvp`, made, "the result", node.type);
    },
    vjp(node, cotangent, wanted) {
      if (!pullback && jvp) return pulledBack(tangentOf(op, node), cotangent, wanted);
      if (!pullback) return throughBody(decompose as NonNullable<typeof decompose>, node, cotangent, wanted);
      const bars = pullback(cotangent, node, ...node.operands);
      if (bars?.length !== node.operands.length)
        throw new ShapeError(`${what}: vjp must give ${node.operands.length} cotangents, got ${String(bars?.length)}`);
      return bars.map((bar, i) =>
        bar === null || !wanted[i] ? null : checked(`${what}: vjp`, bar, `operand ${i}`, node.operands[i].type),
      );
    },
    batch: rule.batch ?? (decompose ? batchedBody(body) : unrolled),
    notation: rule.notation ?? ((parts) => call(rule.name, parts)),
    kernel,
  };
  return withDecomposition(op, rule);
}

const zeros = ({ type }: Expr): Expr => fill(0, type.shape, type.dtype);
const like = ({ type }: Expr): Expr => input("·", type.shape, type.dtype);
const typeOf = (decompose: (...operands: Expr[]) => Expr, types: readonly TensorType[]): TensorType =>
  decompose(...types.map(({ shape, dtype }, i) => input(`operand ${i}`, shape, dtype))).type;

function checked(what: string, made: Expr, of: string, expected: TensorType): Expr {
  if (sameType(made.type, expected)) return made;
  throw new ShapeError(`${what} must give ${printType(expected)} for ${of}, got ${printType(made.type)}`);
}

/** What is linear in fresh nodes, one for each operand. */
interface Linear {
  readonly of: Expr;
  readonly by: readonly Expr[];
}

const tangentOf = (op: Op, node: Expr): Linear => {
  const by = node.operands.map(like);
  return { of: op.jvp(node, by) as Expr, by };
};

const pulledBack = ({ of, by }: Linear, cotangent: Expr, wanted: readonly boolean[]): (Expr | null)[] => {
  const nodes = by.filter((_, i) => wanted[i]);
  const bars = vjp([of], nodes, [cotangent])[Symbol.iterator]();
  return wanted.map((want) => (want ? (bars.next().value as Expr) : null));
};

/** The pullback of a decomposition, each operand taken for itself, even where two are one node. */
function throughBody(
  decompose: (...operands: Expr[]) => Expr,
  { operands }: Expr,
  cotangent: Expr,
  wanted: readonly boolean[],
): (Expr | null)[] {
  const by = operands.map(like);
  const done = new Map(by.map((node, i) => [node, operands[i]]));
  const onOperands = (node: Expr): Expr => {
    if (node.id < by[0].id) return node;
    const made = done.get(node) ?? withOperands(node, node.operands.map(onOperands));
    done.set(node, made);
    return made;
  };
  return pulledBack({ of: decompose(...by), by }, cotangent, wanted).map((bar) => bar && onOperands(bar));
}

/** J ẋ as the pullback, by ȳ, of Jᵀ ȳ. */
function transposedTwice(op: Op, node: Expr, tangents: readonly Expr[], what: string): Expr {
  const bar = like(node);
  const bars = op.vjp(
    node,
    bar,
    node.operands.map(() => true),
  );
  const given = [...bars.keys()].filter((i) => bars[i] !== null);
  const made = vjp(
    given.map((i) => bars[i] as Expr),
    [bar],
    given.map((i) => tangents[i]),
  )[0];
  if (topological([made]).includes(bar)) throw new RangeError(`${what}: vjp must be linear in the cotangent`);
  return made;
}

/** The value of `body`, given those of the nodes that it is made of. */
function valuesOf(body: Expr, nodes: readonly Expr[], values: readonly Values[]): Values {
  const known = new Map(nodes.map((node, i) => [node, values[i]]));
  const of = (node: Expr): Values => {
    const made = known.get(node) ?? node.op.evaluate(node.operands.map(of), node);
    known.set(node, made);
    return made;
  };
  return of(body);
}

const batchedBody =
  (body: (node: Expr) => Expr): Op["batch"] =>
  (node, operands, size) => {
    const [made] = batch([body(node)], new Map(node.operands.map((operand, i) => [operand, operands[i]])), size);
    return { expr: made, axis: 0 };
  };

/** One value of the batch after the other. */
const unrolled: Op["batch"] = (node, operands, size) => {
  const one = ({ expr: x, axis }: Batched, i: number): Expr => {
    if (axis === undefined) return x;
    const { shape } = x.type;
    const place = shape.map((_, at) => (at === axis ? i : 0));
    const part = slice(x, place, shape.toSpliced(axis, 1, 1));
    return reshape(part, shape.toSpliced(axis, 1));
  };
  const rows = Array.from({ length: size }, (_, i) => {
    const value = expr(
      node.op,
      operands.map((operand) => one(operand, i)),
      node.attributes,
    );
    return reshape(value, [1, ...value.type.shape]);
  });
  return { expr: concat(rows, 0), axis: 0 };
};
