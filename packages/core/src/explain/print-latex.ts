/** Notation and numbers as LaTeX, in mathematics mode and without delimiters; amsmath is all that it needs. */
import type { Notation } from "../graph/notation.ts";
import { type Shape, sizeOf } from "../graph/type.ts";
import { latexCharacter, latexText } from "./inline-math.ts";
import { layOut, type Marks, type Operand } from "./layout-notation.ts";
import { partsOfName, shownPlaces } from "./names.ts";
import { printNumber } from "./print-notation.ts";

/** Numbers are rounded to `digits` significant digits. */
export function latexNotation(notation: Notation, digits = 4): string {
  return layOut(notation, { ...latex, number: (value) => latexNumber(value, digits) });
}

/** "1.5 \cdot 10^{-7}" */
export function latexNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return "\\mathrm{NaN}";
  const [mantissa, exponent] = printNumber(value, digits).replaceAll("−", "-").replace("∞", "\\infty").split("e");
  return exponent === undefined ? mantissa : `${mantissa} \\cdot 10^{${exponent}}`;
}

/** Rows and columns of a matrix that are shown. */
const ROWS = 8;
const COLUMNS = 10;

/** A scalar as a number, anything else as a matrix along its last axis; of many rows and columns the first and the last. */
export function latexTensor(values: ArrayLike<number>, shape: Shape, digits = 4): string {
  if (shape.length === 0) return latexNumber(values[0], digits);
  const width = shape[shape.length - 1];
  const columns = shownPlaces(width, COLUMNS);
  const rows = shownPlaces(sizeOf(shape.slice(0, -1)), ROWS).map((row) =>
    columns.map((column) => {
      if (row === undefined) return column === undefined ? "\\ddots" : "\\vdots";
      return column === undefined ? "\\cdots" : latexNumber(values[row * width + column], digits);
    }),
  );
  return `\\begin{bmatrix}${rows.map((row) => row.join(" & ")).join(" \\\\ ")}\\end{bmatrix}`;
}

/** Functions that LaTeX knows by name. */
const KNOWN: Readonly<Record<string, string>> = {
  tanh: "\\tanh",
  exp: "\\exp",
  log: "\\ln",
  sin: "\\sin",
  cos: "\\cos",
  tan: "\\tan",
  atan: "\\arctan",
  Σ: "\\sum",
};
const OPERATORS: Readonly<Record<string, string>> = { "⊗": "\\otimes", "≤": "\\le", "→": "\\to" };

const latex: Omit<Marks, "number"> = {
  symbol(name) {
    const { isPartial, base, index, primes } = partsOfName(name);
    const written = [...base].length === 1 ? latexCharacter(base) : wordOf(base);
    const below = index === "" ? "" : `_{${index}}`;
    return `${isPartial ? "\\partial " : ""}${written}${below}${"'".repeat(primes)}`;
  },
  parentheses: (inner) => `\\left(${inner}\\right)`,
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
    const below = subscript === undefined ? "" : `_{${subscript}}`;
    return `${functionName(name)}${below}\\left(${parts.join(", ")}\\right)`;
  },
  sumOver: (subscript, symbol) => `\\sum${subscript === undefined ? "" : `_{${subscript}}`} ${symbol}`,
};

const unlessFraction = ({ text, bare, isQuotient }: Operand): string => (isQuotient ? bare : text);

/** ‖p‖ between its bars; other words upright. */
function wordOf(word: string): string {
  const norm = /^‖(.*)‖$/u.exec(word);
  return norm === null ? `\\mathrm{${latexText(word)}}` : `\\lVert ${latex.symbol(norm[1])} \\rVert`;
}

const functionName = (name: string): string => KNOWN[name] ?? `\\operatorname{${name.replaceAll("-", "\\text{-}")}}`;
