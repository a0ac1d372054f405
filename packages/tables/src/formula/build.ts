/** The tree of a formula as an expression: columns and parameters in, one value for each row out. */
import {
  add,
  broadcastTo,
  type DType,
  div,
  type Expr,
  fill,
  mul,
  neg,
  type Operand,
  pow,
  reciprocal,
  sub,
} from "@chaingrad/core";
import { didYouMean, excerpt, FormulaError } from "./formula-error.ts";
import { arityOf, BINARY, CONSTANTS, UNARY } from "./functions.ts";
import type { Formula, FormulaNode } from "./parse.ts";
import type { Operator } from "./tokens.ts";

/** A name that a formula uses, with the place of its first use: an index into the text, as FormulaError takes it. */
export interface NameUse {
  readonly name: string;
  readonly at: number;
}

/** The names that a formula uses, in order of first use; `pi` too (see CONSTANTS). */
export function namesIn(formula: Formula): NameUse[] {
  const uses = new Map<string, NameUse>();
  for (const node of operandsFirst(formula.root)) {
    if (node.kind === "name" && !uses.has(node.name)) uses.set(node.name, { name: node.name, at: node.at });
  }
  return [...uses.values()];
}

/**
 * The formula as an expression of the columns [rows] and the parameters [] in `names`: one value for each row, or one
 * in all where there are no columns. Throws FormulaError at a name that is not there and at a constant part without a
 * finite value.
 */
export function buildFormula(formula: Formula, names: ReadonlyMap<string, Expr>): Expr {
  const types = [...names.values()].map(({ type }) => type);
  const shape = types.find((type) => type.shape.length > 0)?.shape ?? [];
  const dtype: DType = types[0]?.dtype ?? "f64";
  const built = new Map<FormulaNode, Operand>();
  for (const node of operandsFirst(formula.root)) {
    const operands = operandsOf(node).map((operand) => built.get(operand) as Operand);
    const value = nodeValue(node, operands, { formula, names, dtype });
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new FormulaError(`this constant is ${value}, which is not a finite number`, formula.text, node.at);
    }
    built.set(node, value);
  }
  return broadcastTo(asExpr(built.get(formula.root) as Operand, dtype), shape);
}

interface Environment {
  readonly formula: Formula;
  readonly names: ReadonlyMap<string, Expr>;
  readonly dtype: DType;
}

/** Constants stay numbers as long as they can, so that an exponent like -1 or (1 + 1) is seen to be whole. */
function nodeValue(node: FormulaNode, operands: readonly Operand[], environment: Environment): Operand {
  switch (node.kind) {
    case "number":
      return node.value;
    case "name":
      return environment.names.get(node.name) ?? CONSTANTS.get(node.name) ?? unknownName(node, environment);
    case "negate":
      return typeof operands[0] === "number" ? -operands[0] : neg(operands[0]);
    case "binary":
      return applyOperator(node.operator, operands[0], operands[1]);
    case "call":
      return applyFunction(node.name, operands, environment.dtype);
    default:
      return node satisfies never;
  }
}

function applyOperator(operator: Operator, a: Operand, b: Operand): Operand {
  const numbers = typeof a === "number" && typeof b === "number";
  switch (operator) {
    case "+":
      return numbers ? a + b : add(a, b);
    case "-":
      return numbers ? a - b : sub(a, b);
    case "*":
      return numbers ? a * b : mul(a, b);
    case "/":
      return numbers ? a / b : div(a, b);
    case "^":
      return numbers ? a ** b : typeof a !== "number" && typeof b === "number" ? powerOf(a, b) : pow(a, b);
    default:
      return operator satisfies never;
  }
}

function applyFunction(name: string, operands: readonly Operand[], dtype: DType): Operand {
  if (name === "pow") return applyOperator("^", operands[0], operands[1]);
  const [a, b] = operands.map((operand) => asExpr(operand, dtype));
  // The parser lets no other name through.
  return b === undefined ? (UNARY.get(name) as (x: Expr) => Expr)(a) : (BINARY.get(name) as typeof pow)(a, b);
}

/** The largest whole exponent that is multiplied out. */
const MULTIPLIED = 8;

/**
 * aᵏ. A small whole k is multiplied out, a⁻ᵏ = 1/aᵏ: exact derivatives for negative a too, and cheaper than a power.
 * By squaring: aᵏ = (a^⌊k/2⌋)² a^(k mod 2).
 */
function powerOf(a: Expr, k: number): Operand {
  if (!Number.isInteger(k) || Math.abs(k) > MULTIPLIED) return pow(a, k);
  if (k < 0) return reciprocal(wholePower(a, -k));
  return k === 0 ? 1 : wholePower(a, k);
}

function wholePower(a: Expr, k: number): Expr {
  if (k === 1) return a;
  const half = wholePower(a, Math.floor(k / 2));
  return k % 2 === 0 ? mul(half, half) : mul(mul(half, half), a);
}

function asExpr(value: Operand, dtype: DType): Expr {
  return typeof value === "number" ? fill(value, [], dtype) : value;
}

function unknownName({ name, at }: { readonly name: string; readonly at: number }, environment: Environment): never {
  throw new FormulaError(`unknown name '${excerpt(name)}'`, environment.formula.text, at, adviceOn(name, environment));
}

function adviceOn(name: string, { names }: Environment): string | undefined {
  if (name === "e") return "Write exp(1) for Euler's number.";
  if (arityOf(name) !== undefined) return `${name} is a function: write ${name}(…).`;
  return didYouMean(name, [...names.keys(), ...CONSTANTS.keys()]);
}

function operandsOf(node: FormulaNode): readonly FormulaNode[] {
  return node.kind === "number" || node.kind === "name" ? [] : node.operands;
}

/** Every node after its operands, from left to right. Iterative: a long sum is a deep tree. */
function operandsFirst(root: FormulaNode): FormulaNode[] {
  const order: FormulaNode[] = [];
  const stack = [root];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    order.push(node);
    stack.push(...operandsOf(node));
  }
  return order.reverse();
}
