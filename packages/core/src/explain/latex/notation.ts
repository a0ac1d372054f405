/** Notation and numbers as LaTeX, in mathematics mode and without delimiters; amsmath is all that it needs. */
import type { Notation } from "../../graph/notation.ts";
import { type Shape, sizeOf } from "../../graph/type.ts";
import { layOut, type Marks, type Operand } from "../notation/layout.ts";
import { partsOfName, ratioOfName, shownPlaces } from "../notation/names.ts";
import { isScientific, printNumber } from "../notation/print.ts";
import { latexFunction, latexName, latexText } from "./characters.ts";

/** Numbers are rounded to `digits` significant digits. */
export function latexNotation(notation: Notation, digits = 4): string {
  return layOut(notation, {
    ...latex,
    number: (value) => latexNumber(value, digits),
    isScientific: (value) => isScientific(value, digits),
  });
}

/** "1.5 \cdot 10^{-7}" */
function latexNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "\\mathrm{NaN}";
  const [mantissa, exponent] = printNumber(value, digits).replaceAll("−", "-").replace("∞", "\\infty").split("e");
  return exponent === undefined ? mantissa : `${mantissa} \\cdot 10^{${exponent}}`;
}

/** Rows and columns of a matrix that are shown; amsmath's matrices have no more than ten columns. */
const ROWS = 8;
export const COLUMNS = 10;

/**
 * A scalar as a number, anything else as a matrix along its last axis; of many rows and columns the first and the last,
 * `most` columns in all.
 */
export function latexTensor(values: ArrayLike<number>, shape: Shape, digits = 4, most: number = COLUMNS): string {
  if (shape.length === 0) return latexNumber(values[0], digits);
  const width = shape[shape.length - 1];
  const columns = shownPlaces(width, most);
  const rows = shownPlaces(sizeOf(shape.slice(0, -1)), ROWS).map((row) =>
    columns.map((column) => {
      if (row === undefined) return column === undefined ? "\\ddots" : "\\vdots";
      return column === undefined ? "\\cdots" : latexNumber(values[row * width + column], digits);
    }),
  );
  return `\\begin{bmatrix}${rows.map((row) => row.join(" & ")).join(" \\\\ ")}\\end{bmatrix}`;
}

const OPERATORS: Readonly<Record<string, string>> = { "⊗": "\\otimes", "≤": "\\le", "→": "\\to" };

const latex: Omit<Marks, "number" | "isScientific"> = {
  symbol(name) {
    const ratio = ratioOfName(name);
    if (ratio !== undefined) return `\\frac{${latex.symbol(ratio[0])}}{${latex.symbol(ratio[1])}}`;
    const { isPartial, base, index, primes } = partsOfName(name);
    const below = index === "" ? "" : `_{${index}}`;
    return `${isPartial ? "\\partial " : ""}${normOf(base) ?? latexName(base)}${below}${"'".repeat(primes)}`;
  },
  // \left( is as tall as what is inside, but keeps its distance from a function's name.
  parentheses: (inner) => (/\\frac|\\sum|\\sqrt/.test(inner) ? `\\left(${inner}\\right)` : `(${inner})`),
  sum: (terms) =>
    terms
      .map(({ negative, text }, i) => `${negative ? (i === 0 ? "-" : " - ") : i === 0 ? "" : " + "}${text}`)
      .join(""),
  product: (factors) =>
    factors.slice(1).reduce((left, { joint, isNumber, text, bare }, i) => {
      if (joint === "/") return `\\frac{${i === 0 ? factors[0].bare : left}}{${bare}}`;
      const dot = joint === "·" || isNumber || factors[i].isNumber;
      return `${left} ${dot ? "\\cdot" : "\\odot"} ${text}`;
    }, factors[0].text),
  matrixProduct: (parts) => parts.map(unlessFraction).join(" \\, "),
  operator: (operator, parts) => parts.join(` ${OPERATORS[operator] ?? operator} `),
  power: (base, { bare }) => `${base}^{${bare}}`,
  transpose: (base) => `${base}^{\\top}`,
  element: (of, at) => `${of}[${at.join(",")}]`,
  call(name, subscript, parts) {
    if (name === "sqrt") return `\\sqrt{${parts[0]}}`;
    return `${latexFunction(name)}${lowered(subscript)}${latex.parentheses(parts.join(", "))}`;
  },
  sumOver: (subscript, symbol) => `\\sum${lowered(subscript)} ${symbol}`,
};

const unlessFraction = ({ text, bare, isQuotient }: Operand): string => (isQuotient ? bare : text);

/** ‖p‖ between its bars. */
function normOf(name: string): string | undefined {
  const norm = /^‖(.*)‖$/u.exec(name);
  return norm === null ? undefined : `\\lVert ${latex.symbol(norm[1])} \\rVert`;
}

/** Subscripts are indices, one letter each, or places: "i", "nj", "0:2, 1:3". */
function lowered(subscript: string | undefined): string {
  if (subscript === undefined) return "";
  return `_{${/^[\w:, ]+$/.test(subscript) && !subscript.includes("_") ? subscript : `\\text{${latexText(subscript)}}`}}`;
}
