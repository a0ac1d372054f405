/** Notation as one line of Unicode text, with as few parentheses as its binding strengths allow. */
import type { Notation } from "../../graph/notation.ts";
import { visible } from "../visible.ts";
import { layOut, type Marks } from "./layout.ts";

/** One line of text; numbers are rounded to `digits` significant digits. */
export function printNotation(notation: Notation, digits = 4): string {
  return layOut(notation, { ...text, number: (value) => printNumber(value, digits) });
}

/** "−0.3333", "1.5e−7", "∞": rounded to `digits` significant digits, without trailing zeros. */
export function printNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞").replace("-", "−");
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  const plain = size === 0 || (size >= 1e-4 && size < 1e7);
  return (plain ? String(rounded) : rounded.toExponential().replace("e+", "e")).replaceAll("-", "−");
}

/** Whether printNumber writes it with a power of ten. */
export const isScientific = (value: number, digits = 4): boolean => printNumber(value, digits).includes("e");

/** A symbol's name with its trailing digits as a subscript: "W1" is W₁, "∂h2/∂z2" is ∂h₂/∂z₂. */
export function printSymbol(name: string): string {
  return visible(name).replace(/(?<=\p{L})\d+(?=′*(?:$|\/))/gu, (digits) => translate(digits, SUBSCRIPTS) as string);
}

const text: Omit<Marks, "number"> = {
  symbol: printSymbol,
  parentheses: (inner) => `(${inner})`,
  sum: (terms) => terms.map(({ negative, text: term }, i) => `${sign(i, negative)}${term}`).join(""),
  product: (factors) =>
    factors
      .map(({ text: own }) => own)
      .reduce((left, right, i, all) => {
        const { joint, isNumber } = factors[i];
        const short = !all[i - 1].includes(" ") && !right.includes(" ");
        if (joint === "/") return left + (short ? "/" : " / ") + right;
        return left + (joint === "·" || isNumber || factors[i - 1].isNumber ? " · " : " ⊙ ") + right;
      }),
  matrixProduct: (parts) =>
    parts.reduce(
      (left, part, i) => left + (i === 0 || (part.enclosed && parts[i - 1].enclosed) ? "" : " ") + part.text,
      "",
    ),
  operator: (operator, parts) => parts.join(` ${operator} `),
  power: (base, exponent, value) =>
    base +
    ((value !== undefined && Number.isInteger(value) ? translate(printNumber(value), SUPERSCRIPTS) : undefined) ??
      `^${exponent.text}`),
  transpose: (base) => `${base}ᵀ`,
  element: (of, at) => `${of}[${at.join(",")}]`,
  call: (name, subscript, parts) => `${visible(name)}${printSubscript(subscript)}(${parts.join(", ")})`,
  sumOver: (subscript, symbol) => `Σ${printSubscript(subscript)} ${symbol}`,
};

const sign = (i: number, negative: boolean): string => (i === 0 ? (negative ? "−" : "") : negative ? " − " : " + ");

const printSubscript = (subscript: string | undefined): string =>
  subscript === undefined ? "" : (translate(subscript, SUBSCRIPTS) ?? `[${visible(subscript)}]`);

const SUBSCRIPTS = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉iᵢjⱼkₖlₗmₘnₙpₚ";
const SUPERSCRIPTS = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹−⁻";

/** Character by character from a string of pairs; undefined when one is missing. */
function translate(from: string, pairs: string): string | undefined {
  const places = [...from].map((character) => pairs.indexOf(character));
  return places.every((place) => place >= 0 && place % 2 === 0)
    ? places.map((place) => pairs[place + 1]).join("")
    : undefined;
}
