/** The derivation's formulas as comments: with plain digits, as names in programs have them, and with the number of rows. */
import { type Notation, printNotation, type Step } from "@chaingrad/core/explain";
import { fraction, sizeText } from "./text.ts";
import { type Both, type Size, scalarOf } from "./value.ts";

export type Printed = Pick<Step, "symbol" | "chain" | "formula">;

/** "z1 = x W1ᵀ + b1   [rows, 3]" */
export function comment([a, b]: Both<Printed>, shape: readonly Size[]): string {
  const sides = [a.symbol, ...a.chain, withRows([a.formula, b.formula])];
  const equation = sides.map((side) => plainDigits(printNotation(side))).join(" = ");
  return shape.length === 0 ? equation : `${equation}   [${shape.map((size) => sizeText(size).text).join(", ")}]`;
}

/** Everything that formulas are made of: the symbols that they refer to among it. */
export function partsOf(formulas: readonly Notation[]): Set<Notation> {
  const parts = new Set(formulas);
  for (const part of parts) for (const inner of innerOf(part)) parts.add(inner);
  return parts;
}

function innerOf(formula: Notation): readonly Notation[] {
  switch (formula.form) {
    case "symbol":
    case "number":
    case "name":
      return [];
    case "infix":
    case "call":
      return formula.parts;
    case "power":
      return [formula.base, formula.exponent];
    case "element":
      return [formula.of, ...formula.at];
    case "negation":
    case "transpose":
      return [formula.of];
    default:
      return formula satisfies never;
  }
}

const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
const plainDigits = (text: string): string => text.replace(/[₀-₉]/g, (digit) => String(SUBSCRIPTS.indexOf(digit)));

const rows: Notation = { form: "symbol", name: "rows" };

/** One formula of two that differ in numbers: those are written by the number of rows. */
function withRows([a, b]: Both<Notation>): Notation {
  const inside = (left: readonly Notation[], right: readonly Notation[]): Notation[] =>
    left.map((part, i) => withRows([part, right[i]]));
  if (a.form === "number" && b.form === "number") return numberOf([a.value, b.value]);
  if (a.form === "infix" && b.form === "infix") return { ...a, parts: inside(a.parts, b.parts) };
  if (a.form === "call" && b.form === "call") return { ...a, parts: inside(a.parts, b.parts) };
  if (a.form === "negation" && b.form === "negation") return { ...a, of: withRows([a.of, b.of]) };
  if (a.form === "transpose" && b.form === "transpose") return { ...a, of: withRows([a.of, b.of]) };
  if (a.form === "power" && b.form === "power") {
    return { ...a, base: withRows([a.base, b.base]), exponent: withRows([a.exponent, b.exponent]) };
  }
  return a;
}

function numberOf(values: Both<number>): Notation {
  const { value, power } = scalarOf(values);
  const number = (of: number): Notation => ({ form: "number", value: of });
  if (power === 0) return number(value);
  const size = Math.abs(power);
  const factor: Notation = size === 1 ? rows : { form: "power", base: rows, exponent: number(size) };
  if (power > 0) return { form: "infix", operator: "·", parts: [number(value), factor] };
  const { over, under } = fraction(value);
  const divisor: Notation = under === 1 ? factor : { form: "infix", operator: "·", parts: [number(under), factor] };
  return { form: "infix", operator: "/", parts: [number(over), divisor] };
}
