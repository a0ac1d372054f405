/** What each language calls the functions that elementwise kernels are; a forgotten one does not compile. */
import type { ElementwiseKernel } from "@chaingrad/core";
import { atom, call, type Text } from "./text.ts";

/** Kernels that languages write with operators. */
type Operator = "add" | "sub" | "mul" | "div" | "neg" | "reciprocal" | "less" | "less-equal" | "equal" | "where";

type Function = Exclude<ElementwiseKernel, Operator>;
type Language = "c" | "typescript" | "numpy";

/** A name, or a call with more than the operands. Where a language has no such function, its own file defines it. */
const FUNCTIONS: Readonly<Record<Function, Readonly<Record<Language, string | ((x: string) => string)>>>> = {
  abs: { c: "fabs", typescript: "Math.abs", numpy: "np.abs" },
  sign: { c: "sign", typescript: "Math.sign", numpy: "np.sign" },
  floor: { c: "floor", typescript: "Math.floor", numpy: "np.floor" },
  sqrt: { c: "sqrt", typescript: "Math.sqrt", numpy: "np.sqrt" },
  relu: { c: "relu", typescript: "relu", numpy: (x) => `np.maximum(${x}, 0)` },
  maximum: { c: "maximum", typescript: "Math.max", numpy: "np.maximum" },
  minimum: { c: "minimum", typescript: "Math.min", numpy: "np.minimum" },
  exp: { c: "exp", typescript: "Math.exp", numpy: "np.exp" },
  expm1: { c: "expm1", typescript: "Math.expm1", numpy: "np.expm1" },
  log: { c: "log", typescript: "Math.log", numpy: "np.log" },
  log1p: { c: "log1p", typescript: "Math.log1p", numpy: "np.log1p" },
  tanh: { c: "tanh", typescript: "Math.tanh", numpy: "np.tanh" },
  sigmoid: { c: "sigmoid", typescript: "sigmoid", numpy: "sigmoid" },
  softplus: { c: "softplus", typescript: "softplus", numpy: (x) => `np.logaddexp(0, ${x})` },
  erf: { c: "erf", typescript: "erf", numpy: "erf" },
  sin: { c: "sin", typescript: "Math.sin", numpy: "np.sin" },
  cos: { c: "cos", typescript: "Math.cos", numpy: "np.cos" },
  tan: { c: "tan", typescript: "Math.tan", numpy: "np.tan" },
  atan: { c: "atan", typescript: "Math.atan", numpy: "np.arctan" },
  pow: { c: "pow", typescript: "Math.pow", numpy: "np.power" },
};

/** All of them as calls in one language. */
export function functionsOf(language: Language): { readonly [Name in Function]: (...xs: Text[]) => Text } {
  const named = Object.entries(FUNCTIONS).map(([name, { [language]: own }]) => [
    name,
    (...xs: Text[]): Text => (typeof own === "string" ? call(own, ...xs) : atom(own(xs[0].text))),
  ]);
  return Object.fromEntries(named);
}
