/** The functions that a formula may call, composed from differentiable ops. */
import {
  abs,
  add,
  atan,
  cos,
  div,
  type Expr,
  erf,
  exp,
  expm1,
  log,
  log1p,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  sigmoid,
  sin,
  softplus,
  sqrt,
  sub,
  tan,
  tanh,
} from "@chaingrad/core";

type Unary = (x: Expr) => Expr;
type Binary = (a: Expr, b: Expr) => Expr;

/** x/√(1 − x²) with the difference factored, so that nothing cancels near ±1. */
const asin: Unary = (x) => atan(div(x, sqrt(mul(sub(1, x), add(1, x)))));
/** π/2 − asin x, as 2 arctan √((1 − x)/(1 + x)): accurate near 1, where the difference would cancel. */
const acos: Unary = (x) => mul(2, atan(sqrt(div(sub(1, x), add(1, x)))));
/** (eˣ − e⁻ˣ)/2, by expm1 so that nothing cancels near 0. */
const sinh: Unary = (x) => mul(0.5, sub(expm1(x), expm1(neg(x))));
const cosh: Unary = (x) => mul(0.5, add(exp(x), exp(neg(x))));

export const UNARY: ReadonlyMap<string, Unary> = new Map<string, Unary>([
  ["exp", exp],
  ["expm1", expm1],
  ["log", log],
  ["ln", log],
  ["log10", (x) => mul(Math.LOG10E, log(x))],
  ["log2", (x) => mul(Math.LOG2E, log(x))],
  ["log1p", log1p],
  ["sqrt", sqrt],
  ["abs", abs],
  ["sin", sin],
  ["cos", cos],
  ["tan", tan],
  ["asin", asin],
  ["arcsin", asin],
  ["acos", acos],
  ["arccos", acos],
  ["atan", atan],
  ["arctan", atan],
  ["sinh", sinh],
  ["cosh", cosh],
  ["tanh", tanh],
  ["sigmoid", sigmoid],
  ["softplus", softplus],
  ["erf", erf],
]);

export const BINARY: ReadonlyMap<string, Binary> = new Map<string, Binary>([
  ["min", minimum],
  ["max", maximum],
  ["pow", pow],
]);

/** How many arguments a function takes; undefined if there is no such function. */
export function arityOf(name: string): 1 | 2 | undefined {
  return UNARY.has(name) ? 1 : BINARY.has(name) ? 2 : undefined;
}

export const FUNCTION_NAMES: readonly string[] = [...UNARY.keys(), ...BINARY.keys()];

/** Names with a value of their own, unless a column or a parameter has the name. */
export const CONSTANTS: ReadonlyMap<string, number> = new Map([["pi", Math.PI]]);

/** What a formula may be made of, in words. */
export const FORMULAS: string =
  "Formulas: + - * / ^ and brackets, pi, abs acos asin atan cos cosh erf exp expm1\nlog log10 log1p log2 max min pow sigmoid sin sinh softplus sqrt tan tanh;\n`column names` with blanks go in backticks.";
