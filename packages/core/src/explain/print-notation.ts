/**
 * Notation as one line of Unicode text, with as few parentheses as its binding strengths allow:
 *   a − (b − c)     (a + b) c     −x²     W₃ᵀ     (∂L/∂y)(∂y/∂z₃)
 * Sums and products are flattened where the mathematics allows it, and a sign comes to the front of its product.
 */
import { type Notation, number } from "../graph/notation.ts";

/** From the weakest to the strongest; an operand that binds more weakly than its place asks for gets parentheses. */
const strength = { comparison: 0, sum: 1, prefix: 2, product: 3, matrix: 4, postfix: 5, atom: 6 } as const;
type Strength = (typeof strength)[keyof typeof strength];

interface Written {
  readonly text: string;
  readonly binds: Strength;
}

type Infix = Extract<Notation, { form: "infix" }>;
interface Term {
  readonly negative: boolean;
  readonly of: Notation;
}

/** One line of text; numbers are rounded to `digits` significant digits. */
export function printNotation(notation: Notation, digits = 4): string {
  return write(notation, digits).text;
}

/** "−0.3333", "1.5e−7", "∞": rounded to `digits` significant digits, without trailing zeros. */
export function printNumber(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "∞").replace("-", "−");
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  const plain = size === 0 || (size >= 1e-4 && size < 1e7);
  return (plain ? String(rounded) : rounded.toExponential().replace("e+", "e")).replaceAll("-", "−");
}

/** A symbol's name with its trailing digits as a subscript: "W1" is W₁, "∂h2/∂z2" is ∂h₂/∂z₂. */
export function printSymbol(name: string): string {
  return name.replace(/(?<=\p{L})\d+(?=′*(?:$|\/))/gu, (digits) => translate(digits, SUBSCRIPTS) as string);
}

function write(n: Notation, digits: number): Written {
  if (signed(n).negative) return writeSum(n, digits);
  switch (n.form) {
    case "symbol":
      return { text: printSymbol(n.name), binds: strength.atom };
    case "number":
      return { text: printNumber(n.value, digits), binds: strength.atom };
    case "negation":
      return write(signed(n).of, digits); // an even number of signs
    case "infix":
      return writeInfix(n, digits);
    case "power":
      return {
        text: inside(n.base, strength.atom, digits) + writeExponent(n.exponent, digits),
        binds: strength.postfix,
      };
    case "transpose":
      return { text: `${inside(n.of, strength.atom, digits)}ᵀ`, binds: strength.postfix };
    case "element": {
      const at = n.at.map((place) => write(place, digits).text);
      return { text: `${inside(n.of, strength.atom, digits)}[${at.join(", ")}]`, binds: strength.atom };
    }
    case "call":
      return writeCall(n, digits);
    default:
      throw new Error(`no way to print ${(n satisfies never as Notation).form}`);
  }
}

/** The text of an operand, in parentheses if it binds more weakly than `needed`. */
function inside(n: Notation, needed: Strength, digits: number): string {
  const { text, binds } = write(n, digits);
  return binds < needed ? `(${text})` : text;
}

function writeInfix(n: Infix, digits: number): Written {
  if (isSum(n)) return writeSum(n, digits);
  if (n.operator === "") return writeMatrixProduct(n, digits);
  if (isProduct(n)) return writeProduct(n, digits);
  if (n.operator === "⊗") {
    return { text: n.parts.map((part) => inside(part, strength.postfix, digits)).join(" ⊗ "), binds: strength.product };
  }
  const text = n.parts.map((part) => inside(part, strength.sum, digits)).join(` ${n.operator} `);
  return { text, binds: strength.comparison };
}

const isSum = (n: Notation): n is Infix & { operator: "+" | "−" } =>
  n.form === "infix" && (n.operator === "+" || n.operator === "−");

function writeSum(n: Notation, digits: number): Written {
  const text = positiveFirst(terms(n))
    .map(({ negative, of }, i) => {
      const sign = i === 0 ? (negative ? "−" : "") : negative ? " − " : " + ";
      return sign + inside(of, strength.prefix, digits);
    })
    .join("");
  return { text, binds: strength.sum };
}

/** −q + p is p − q. */
function positiveFirst(all: readonly Term[]): readonly Term[] {
  const first = all.findIndex((term) => !term.negative);
  return first <= 0 ? all : [all[first], ...all.toSpliced(first, 1)];
}

/** a + (b − c) has the terms a, b, −c; but a − (b − c) keeps its parentheses and has the terms a, −(b − c). */
function terms(n: Notation): Term[] {
  if (!isSum(n)) {
    const term = signed(n);
    return term.negative || term.of === n ? [term] : terms(term.of);
  }
  const [first, ...rest] = n.parts;
  const flipped = (part: Notation): Term[] => {
    const { negative, of } = signed(part);
    return negative ? terms(of) : [{ negative: true, of }];
  };
  return [...terms(first), ...rest.flatMap(n.operator === "+" ? terms : flipped)];
}

/** The sign that can stand before the whole: (−a) ⊙ b is −(a ⊙ b), exactly, in floating point too. */
function signed(n: Notation): Term {
  if (n.form === "number" && n.value < 0) return { negative: true, of: number(-n.value) };
  if (n.form === "negation") {
    const { negative, of } = signed(n.of);
    return { negative: !negative, of };
  }
  if (n.form !== "infix" || !(isProduct(n) || n.operator === "")) return { negative: false, of: n };
  const parts = n.parts.map(signed);
  const minuses = parts.filter((part) => part.negative).length;
  return minuses === 0
    ? { negative: false, of: n }
    : { negative: minuses % 2 === 1, of: { ...n, parts: parts.map((part) => part.of) } };
}

interface Factor {
  readonly divides: boolean;
  readonly of: Notation;
}

/** Numbers that multiply come first. */
function numbersFirst(all: readonly Factor[]): readonly Factor[] {
  const scales = ({ divides, of }: Factor): boolean => !divides && of.form === "number";
  return [...all.filter(scales), ...all.filter((factor) => !scales(factor))];
}

/** a ⊙ (b ⊙ c) has three factors; a / (b ⊙ c) keeps its parentheses. */
function factors(n: Notation): Factor[] {
  if (n.form !== "infix" || !isProduct(n)) return [{ divides: false, of: n }];
  if (n.operator !== "/") return n.parts.flatMap(factors);
  const [first, ...rest] = n.parts;
  return [...factors(first), ...rest.map((of) => ({ divides: true, of }))];
}

const isProduct = (n: Infix): boolean => n.operator === "⊙" || n.operator === "·" || n.operator === "/";

function writeProduct(n: Infix, digits: number): Written {
  const all = numbersFirst(factors(signed(n).of));
  const last = all.length - 1;
  const texts = all.map(({ of, divides }, i) =>
    inside(of, i === last && !divides ? strength.prefix : strength.matrix, digits),
  );
  const text = texts.reduce((left, right, i) => {
    const scales = n.operator === "·" || all[i].of.form === "number" || all[i - 1].of.form === "number";
    const short = !texts[i - 1].includes(" ") && !right.includes(" ");
    return left + (all[i].divides ? (short ? "/" : " / ") : scales ? " · " : " ⊙ ") + right;
  });
  return { text, binds: strength.product };
}

function writeMatrixProduct(n: Infix, digits: number): Written {
  const flat = (m: Notation): readonly Notation[] =>
    m.form === "infix" && m.operator === "" ? m.parts.flatMap(flat) : [m];
  const all = flat(signed(n).of).map((part) => {
    const { text, binds } = write(part, digits);
    return { text: binds < strength.matrix ? `(${text})` : text, enclosed: binds < strength.matrix };
  });
  const text = all.reduce(
    (left, { text, enclosed }, i) => left + (enclosed && all[i - 1]?.enclosed ? "" : " ") + text,
    "",
  );
  return { text: text.trimStart(), binds: strength.matrix };
}

function writeExponent(exponent: Notation, digits: number): string {
  const raised =
    exponent.form === "number" && Number.isInteger(exponent.value)
      ? translate(printNumber(exponent.value, digits), SUPERSCRIPTS)
      : undefined;
  return raised ?? `^${inside(exponent, strength.atom, digits)}`;
}

/** f(x, y); a sum of one symbol as Σᵢ x. */
function writeCall(n: Extract<Notation, { form: "call" }>, digits: number): Written {
  const subscript = n.subscript === undefined ? "" : (translate(n.subscript, SUBSCRIPTS) ?? `[${n.subscript}]`);
  const parts = n.parts.map((part) => write(part, digits));
  if (n.name === "Σ" && n.parts[0].form === "symbol") {
    return { text: `Σ${subscript} ${parts[0].text}`, binds: strength.prefix };
  }
  return { text: `${n.name}${subscript}(${parts.map((part) => part.text).join(", ")})`, binds: strength.atom };
}

const SUBSCRIPTS = "0₀1₁2₂3₃4₄5₅6₆7₇8₈9₉iᵢjⱼkₖlₗmₘnₙ";
const SUPERSCRIPTS = "0⁰1¹2²3³4⁴5⁵6⁶7⁷8⁸9⁹−⁻";

/** Character by character from a string of pairs; undefined when one is missing. */
function translate(text: string, pairs: string): string | undefined {
  const places = [...text].map((character) => pairs.indexOf(character));
  return places.every((place) => place >= 0 && place % 2 === 0)
    ? places.map((place) => pairs[place + 1]).join("")
    : undefined;
}
