/** Notation and numbers as MathML Core: what stands inside <math>. */
import type { Notation } from "../../graph/notation.ts";
import { type Shape, sizeOf } from "../../graph/type.ts";
import { escapeHtml } from "../notation/inline-math.ts";
import { layOut, type Marks, type Operand } from "../notation/layout.ts";
import { partsOfName, ratioOfName, shownPlaces } from "../notation/names.ts";
import { isScientific, printNumber } from "../notation/print.ts";

/** Numbers are rounded to `digits` significant digits. */
export function mathmlNotation(notation: Notation, digits = 4): string {
  return row(
    layOut(notation, {
      ...mathml,
      number: (value) => mathmlNumber(value, digits),
      isScientific: (value) => isScientific(value, digits),
    }),
  );
}

const row = (inner: string): string => `<mrow>${inner}</mrow>`;
const mo = (operator: string): string => `<mo>${escapeHtml(operator)}</mo>`;
const mi = (name: string): string => `<mi>${escapeHtml(name)}</mi>`;

function mathmlNumber(value: number, digits = 4): string {
  const [mantissa, exponent] = printNumber(value, digits).split("e");
  const signed = (text: string): string =>
    text.startsWith("−") ? `${mo("−")}<mn>${text.slice(1)}</mn>` : `<mn>${text}</mn>`;
  if (exponent === undefined) return row(signed(mantissa));
  return row(`${signed(mantissa)}${mo("·")}<msup><mn>10</mn>${row(signed(exponent))}</msup>`);
}

const ROWS = 8;
const COLUMNS = 10;

/** A scalar as a number, anything else as a matrix along its last axis; of many rows and columns the first and the last. */
export function mathmlTensor(values: ArrayLike<number>, shape: Shape, digits = 4): string {
  if (shape.length === 0) return mathmlNumber(values[0], digits);
  const width = shape[shape.length - 1];
  const columns = shownPlaces(width, COLUMNS);
  const rows = shownPlaces(sizeOf(shape.slice(0, -1)), ROWS).map((r) =>
    columns.map((c) => {
      if (r === undefined) return mo(c === undefined ? "⋱" : "⋮");
      return c === undefined ? mo("⋯") : mathmlNumber(values[r * width + c], digits);
    }),
  );
  const cells = rows.map((cell) => `<mtr>${cell.map((inner) => `<mtd>${inner}</mtd>`).join("")}</mtr>`).join("");
  return row(`${mo("[")}<mtable>${cells}</mtable>${mo("]")}`);
}

const mathml: Omit<Marks, "number" | "isScientific"> = {
  symbol(name) {
    const ratio = ratioOfName(name);
    if (ratio !== undefined) return `<mfrac>${mathml.symbol(ratio[0])}${mathml.symbol(ratio[1])}</mfrac>`;
    const { isPartial, base, index, primes } = partsOfName(name);
    const marked = primes === 0 ? mi(base) : `<msup>${mi(base)}${mo("′".repeat(primes))}</msup>`;
    const whole = index === "" ? marked : `<msub>${marked}<mn>${index}</mn></msub>`;
    return isPartial ? row(`${mi("∂")}${whole}`) : whole;
  },
  parentheses: (inner) => row(`${mo("(")}${inner}${mo(")")}`),
  sum: (terms) =>
    row(terms.map(({ negative, text }, i) => (negative ? mo("−") : i === 0 ? "" : mo("+")) + text).join("")),
  product: (factors) =>
    factors.slice(1).reduce((left, { joint, isNumber, text, bare }, i) => {
      if (joint === "/") return `<mfrac>${row(i === 0 ? factors[0].bare : left)}${row(bare)}</mfrac>`;
      return left + mo(joint === "·" || isNumber || factors[i].isNumber ? "·" : "⊙") + text;
    }, factors[0].text),
  matrixProduct: (parts) => row(parts.map(unlessFraction).join('<mspace width="0.2em"></mspace>')),
  operator: (operator, parts) => row(parts.join(mo(operator))),
  power: (base, { bare }) => `<msup>${row(base)}${row(bare)}</msup>`,
  transpose: (base) => `<msup>${row(base)}${mo("⊤")}</msup>`,
  // In a row of its own a bracket comes first, and then has no space before it.
  element: (of, at) => row(of + row(`${mo("[")}${at.join(mo(","))}${mo("]")}`)),
  call(name, subscript, parts) {
    if (name === "sqrt") return `<msqrt>${row(parts[0])}</msqrt>`;
    return row(named(name, subscript) + mathml.parentheses(parts.join(mo(","))));
  },
  sumOver: (subscript, symbol) => row(named("Σ", subscript) + symbol),
};

function named(name: string, subscript: string | undefined): string {
  const base = name === "Σ" ? mo("∑") : mi(name);
  return subscript === undefined ? base : `<msub>${base}${mi(subscript)}</msub>`;
}

const unlessFraction = ({ text, bare, isQuotient }: Operand): string => (isQuotient ? bare : text);
