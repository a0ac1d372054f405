/** Elementary functions. Each derivative stands beside its function, in terms of the result y where that is cheaper. */
import type { Expr } from "../graph/expr.ts";
import { call, power } from "../graph/notation.ts";
import type { ElementwiseKernel } from "../graph/op.ts";
import type { Derivative, Operand } from "./elementwise.ts";
import { add, elementwise, mul, neg, reciprocal, square, sub } from "./ring.ts";
import { where } from "./select.ts";
import { filledWith } from "./source.ts";

type Unary = (x: Expr) => Expr;

const unary = (name: ElementwiseKernel, evaluate: (x: number) => number, derivative: Derivative): Unary =>
  elementwise({ name, kernel: name, evaluate, derivative: [derivative], notation: (parts) => call(name, parts) });

/** eˣ; y′ = y */
export const exp: Unary = unary("exp", Math.exp, (y) => y);
/** eˣ − 1 without cancellation near 0; y′ = y + 1 */
export const expm1: Unary = unary("expm1", Math.expm1, (y) => add(y, 1));
/** ln x; y′ = 1/x */
export const log: Unary = unary("log", Math.log, (_, x) => reciprocal(x));
/** ln(1 + x) without cancellation near 0; y′ = 1/(1 + x) */
export const log1p: Unary = unary("log1p", Math.log1p, (_, x) => reciprocal(add(1, x)));
/** √x; y′ = 1/(2y) */
export const sqrt: Unary = unary("sqrt", Math.sqrt, (y) => reciprocal(mul(2, y)));
/** tanh x; y′ = 1 − y² */
export const tanh: Unary = unary("tanh", Math.tanh, (y) => sub(1, square(y)));
/** σ(x) = 1/(1 + e⁻ˣ); y′ = y (1 − y) */
export const sigmoid: Unary = unary("sigmoid", logistic, (y) => mul(y, sub(1, y)));
/** ln(1 + eˣ); y′ = σ(x) */
export const softplus: Unary = unary("softplus", logOnePlusExp, (_, x) => sigmoid(x));
/** erf x = 2/√π ∫₀ˣ e^(−t²) dt; y′ = 2/√π e^(−x²) */
export const erf: Unary = unary("erf", errorFunction, (_, x) => mul(2 / Math.sqrt(Math.PI), exp(neg(square(x)))));
/** sin x; y′ = cos x */
export const sin: Unary = unary("sin", Math.sin, (_, x) => cos(x));
/** cos x; y′ = −sin x */
export const cos: Unary = unary("cos", Math.cos, (_, x) => neg(sin(x)));
/** tan x; y′ = 1 + y² */
export const tan: Unary = unary("tan", Math.tan, (y) => add(1, square(y)));
/** arctan x; y′ = 1/(1 + x²) */
export const atan: Unary = unary("atan", Math.atan, (_, x) => reciprocal(add(1, square(x))));

/**
 * aᵇ, elementwise. ∂y/∂a = b aᵇ⁻¹, which is 0 where b = 0 (also at a = 0); ∂y/∂b = y ln a, taken as 0 where a = 0 (as
 * PyTorch and JAX have both).
 * A negative a with a fractional b is NaN.
 */
export const pow: (a: Operand, b: Operand) => Expr = elementwise({
  name: "pow",
  kernel: "pow",
  evaluate: (a, b) => a ** b,
  derivative: [(_, a, b) => where(b, mul(b, pow(a, sub(b, 1))), 0), (y, a) => where(a, mul(y, log(where(a, a, 1))), 0)],
  simplify({ operands: [a, b] }) {
    const exponent = filledWith(b);
    if (exponent === 1) return a;
    if (exponent === 2) return square(a);
    if (exponent === 0.5) return sqrt(a);
    return exponent === -1 ? reciprocal(a) : undefined;
  },
  notation: ([a, b]) => power(a, b),
});

/** Abramowitz & Stegun: the series 7.1.6 for small |x|, the continued fraction 7.1.14 of erfc beyond. */
function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size > 6) return Math.sign(x);
  if (size < 2.5) {
    // erf x = 2/√π e^(−x²) Σₙ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!  (7.1.6): all terms positive, so nothing cancels
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      total += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
  }
  // √π e^(x²) erfc x = 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …))))
  let fraction = size;
  for (let n = 60; n >= 1; n--) fraction = size + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction));
}

function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

function logOnePlusExp(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
