/**
 * ∂u/∂v for two labelled nodes with nothing labelled in between: its numbers, and how it is written for one example.
 * Tensors count as columns of numbers, a matrix row by row; row i, column j of ∂u/∂v is ∂uᵢ/∂vⱼ.
 */
import { jacobian } from "../../autodiff/curvature.ts";
import { jvp } from "../../autodiff/forward.ts";
import { vjp } from "../../autodiff/reverse.ts";
import { simplify } from "../../compile/simplify.ts";
import { type Expr, withOperands } from "../../graph/expr.ts";
import { call, type Notation, negation, symbol } from "../../graph/notation.ts";
import { sizeOf } from "../../graph/type.ts";
import { fill, filledWith, input } from "../../ops/source.ts";
import { type Explained, stepNamed } from "./explained.ts";
import { formulaOf, written } from "./formula.ts";

/** Numbers of ∂u/∂v; where both have one shape and go element by element, its diagonal alone. */
export interface LocalJacobian {
  readonly rows: number;
  readonly columns: number;
  readonly diagonal: boolean;
  /** Row-major, or the diagonal. */
  readonly values: ArrayLike<number>;
}

export const elementAt = ({ columns, diagonal, values }: LocalJacobian, row: number, column: number): number =>
  diagonal ? (row === column ? values[row] : 0) : values[row * columns + column];

/** `to` over fresh inputs for the labelled nodes below it. */
function cut(of: Explained, to: Expr): { node: Expr; below: ReadonlyMap<Expr, Expr> } {
  const { names } = of.derivation;
  const below = new Map<Expr, Expr>();
  const copies = new Map<Expr, Expr>();
  const copy = (node: Expr): Expr => {
    const made = copies.get(node);
    if (made !== undefined) return made;
    const name = node === to ? undefined : names.get(node);
    const result = name === undefined ? withOperands(node, node.operands.map(copy)) : standIn(node, name);
    copies.set(node, result);
    return result;
  };
  const standIn = (node: Expr, name: string): Expr => {
    const { shape, dtype } = node.type;
    const fresh = input(name, shape, dtype);
    below.set(node, fresh);
    return fresh;
  };
  return { node: copy(to), below };
}

/** All of ∂to/∂from. */
export function localJacobian(of: Explained, to: Expr, from: Expr): LocalJacobian {
  const { node, below } = cut(of, to);
  const v = below.get(from);
  if (v === undefined) throw new Error(`${to.label} does not depend on ${from.label} directly`);
  const [rows, columns] = [sizeOf(to.type.shape), sizeOf(from.type.shape)];
  const diagonal = of.derivation.graph.isElementwise(from, to);
  const outputs = diagonal
    ? vjp([node], [v], [fill(1, node.type.shape, node.type.dtype)])[0]
    : jacobian(node, [v], "reverse");
  const { values } = of.compute({ values: outputs }, [...below.values()]);
  return { rows, columns, diagonal, values };
}

/** What the way from `to` down to `from` makes of ∂L/∂to, which is written `bar`: the part of ∂L/∂from that comes by it. */
export function pulledBack(of: Explained, to: Expr, from: Expr, bar: Notation): Notation {
  const { node, below } = cut(of, to);
  const { names } = of.derivation;
  const above = input("bar", node.type.shape, node.type.dtype);
  const [part] = vjp([node], [below.get(from) as Expr], [above]);
  const { outputs } = simplify({ name: "part", inputs: [...below.values(), above], outputs: { part, node } });
  const symbols = new Map([...below].map(([labelled, own]) => [own, symbol(names.get(labelled) as string)] as const));
  symbols.set(outputs.node, symbol(names.get(to) as string));
  return formulaOf(outputs.part, new Map<Expr, Notation>([...symbols, [above, bar]]));
}

/** The column of ∂to/∂from for one element of `from`: [size of to]. */
export function localColumn(of: Explained, to: Expr, from: Expr, index: number): ArrayLike<number> {
  const { node, below } = cut(of, to);
  const v = below.get(from) as Expr;
  const tangent = input("tangent", v.type.shape, v.type.dtype);
  const direction = new Float64Array(sizeOf(v.type.shape));
  direction[index] = 1;
  const [column] = jvp([node], [v], [tangent]);
  return of.compute({ column }, [...below.values(), tangent], { tangent: direction }).column;
}

/** How ∂to/∂from is written for one example: "diag(1 − h₂²)", "W₃", "I ⊗ h₁ᵀ"; undefined where there is no short form. */
export function jacobianNotation(of: Explained, to: Expr, from: Expr): Notation | undefined {
  const { graph, names } = of.derivation;
  if (graph.isElementwise(from, to)) {
    const local = stepNamed(of, `∂${names.get(to)}/∂${names.get(from)}`);
    return local && call("diag", [local.formula]);
  }
  const factors = factorsTo(of, to, from, true);
  if (factors === undefined) return undefined;
  const minus = factors.filter((factor) => factor === MINUS).length % 2 === 1;
  const [first, ...others] = factors.filter((factor) => factor !== MINUS);
  if (others.length > 0) return undefined;
  const whole = first ?? symbol("I");
  return minus ? negation(whole) : whole;
}

const MINUS = symbol("−1");

/** The Jacobians of the ops from `node` down to `from`, identities left out; undefined unless there is one way with known ones. */
function factorsTo(of: Explained, node: Expr, from: Expr, top: boolean): Notation[] | undefined {
  if (node === from) return [];
  const { names } = of.derivation;
  if (!top && names.has(node)) return undefined;
  const through = node.operands.flatMap((operand, i) => (reaches(of, operand, from) ? [i] : []));
  if (through.length !== 1) return undefined;
  const [operand] = through;
  const own = opJacobian(of, node, operand);
  const rest = factorsTo(of, node.operands[operand], from, false);
  return own && rest && [...own, ...rest];
}

function reaches(of: Explained, node: Expr, from: Expr): boolean {
  if (node === from) return true;
  if (of.derivation.names.has(node)) return false;
  return node.operands.some((operand) => reaches(of, operand, from));
}

/** The Jacobian of one op by one operand: nothing for the identity. */
function opJacobian(of: Explained, node: Expr, operand: number): Notation[] | undefined {
  const write = (part: Expr): Notation => written(part, of.labels);
  if (!node.op.elementwise) {
    const result = node.op.jacobian?.(node.operands.map(write), node, operand, write(node));
    return result && (result.form === "symbol" && result.name === "I" ? [] : [result]);
  }
  const wanted = node.operands.map((_, i) => i === operand);
  const [derivative] = node.op
    .vjp(node, fill(1, node.type.shape, node.type.dtype), wanted)
    .filter((bar) => bar !== null);
  if (derivative === undefined) return undefined;
  const slope = simplify({ name: "slope", inputs: [], outputs: { slope: derivative } }).outputs.slope;
  const value = filledWith(slope);
  if (value === 1) return [];
  return value === -1 ? [MINUS] : [call("diag", [write(slope)])];
}
