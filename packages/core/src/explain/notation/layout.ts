/**
 * What is common to all ways of writing notation: where parentheses are needed, how sums and products are flattened, and
 * where signs go. A printer is a table of marks for it: one analysis, three sets of marks.
 *   a − (b − c)     (a + b) c     −x²     W₃ᵀ     (∂L/∂y)(∂y/∂z₃)
 */
import { type Notation, number } from "../../graph/notation.ts";

/** From the weakest to the strongest; an operand that binds more weakly than its place asks for gets parentheses. */
const strength = { comparison: 0, sum: 1, prefix: 2, product: 3, matrix: 4, postfix: 5, atom: 6 } as const;
type Strength = (typeof strength)[keyof typeof strength];

/** An operand as it is written, with and without the parentheses that its place needs in a line. */
export interface Operand {
  readonly text: string;
  readonly bare: string;
  readonly enclosed: boolean;
  /** A fraction needs no parentheses where it is set with a bar. */
  readonly isQuotient: boolean;
}

interface Factor extends Operand {
  /** What stands before it; the first has none. */
  readonly joint: "⊙" | "·" | "/";
  readonly isNumber: boolean;
}

/** How a printer writes each form. */
export interface Marks {
  symbol(name: string): string;
  /** Finite, NaN or infinite; signs are written by `sum`, but for −0 and exponents. */
  number(value: number): string;
  /** Whether it is written with a power of ten, and so needs parentheses below an exponent. */
  isScientific?(value: number): boolean;
  parentheses(text: string): string;
  /** The first term with its sign, if it is negative. */
  sum(terms: readonly { readonly text: string; readonly negative: boolean }[]): string;
  product(factors: readonly Factor[]): string;
  matrixProduct(parts: readonly Operand[]): string;
  /** ⊗, comparisons and arrows. */
  operator(operator: string, parts: readonly string[]): string;
  power(base: string, exponent: Operand, value: number | undefined): string;
  transpose(base: string): string;
  element(of: string, at: readonly string[]): string;
  call(name: string, subscript: string | undefined, parts: readonly string[]): string;
  /** Σ of one symbol needs no parentheses. */
  sumOver(subscript: string | undefined, symbol: string): string;
}

interface Written {
  readonly text: string;
  readonly binds: Strength;
}

type Infix = Extract<Notation, { form: "infix" }>;
interface Term {
  readonly negative: boolean;
  readonly of: Notation;
}

/** The notation in the printer's marks. */
export const layOut = (notation: Notation, marks: Marks): string => write(notation, marks).text;

function write(n: Notation, marks: Marks): Written {
  if (signed(n).negative) return writeSum(n, marks);
  switch (n.form) {
    case "symbol":
      return { text: marks.symbol(n.name), binds: strength.atom };
    case "number":
      return { text: marks.number(n.value), binds: marks.isScientific?.(n.value) ? strength.matrix : strength.atom };
    case "negation":
      return write(signed(n).of, marks); // an even number of signs
    case "infix":
      return writeInfix(n, marks);
    case "power": {
      const value = n.exponent.form === "number" ? n.exponent.value : undefined;
      const exponent = operand(n.exponent, strength.atom, marks);
      return { text: marks.power(inside(n.base, strength.atom, marks), exponent, value), binds: strength.postfix };
    }
    case "transpose":
      return { text: marks.transpose(inside(n.of, strength.atom, marks)), binds: strength.postfix };
    case "element": {
      const at = n.at.map((place) => write(place, marks).text);
      return { text: marks.element(inside(n.of, strength.atom, marks), at), binds: strength.atom };
    }
    case "call":
      return writeCall(n, marks);
    default:
      throw new Error(`no way to print ${(n satisfies never as Notation).form}`);
  }
}

function operand(n: Notation, needed: Strength, marks: Marks): Operand {
  const { text, binds } = write(n, marks);
  const isQuotient = n.form === "infix" && n.operator === "/" && !signed(n).negative;
  const enclosed = binds < needed;
  return { text: enclosed ? marks.parentheses(text) : text, bare: text, enclosed, isQuotient };
}

/** The text of an operand, in parentheses if it binds more weakly than `needed`. */
const inside = (n: Notation, needed: Strength, marks: Marks): string => operand(n, needed, marks).text;

function writeInfix(n: Infix, marks: Marks): Written {
  if (isSum(n)) return writeSum(n, marks);
  if (n.operator === "") return writeMatrixProduct(n, marks);
  if (isProduct(n)) return writeProduct(n, marks);
  const [needed, binds] =
    n.operator === "⊗" ? [strength.postfix, strength.product] : [strength.sum, strength.comparison];
  const parts = n.parts.map((part) => inside(part, needed, marks));
  return { text: marks.operator(n.operator, parts), binds };
}

const isSum = (n: Notation): n is Infix & { operator: "+" | "−" } =>
  n.form === "infix" && (n.operator === "+" || n.operator === "−");

const isProduct = (n: Infix): n is Infix & { operator: "⊙" | "·" | "/" } =>
  n.operator === "⊙" || n.operator === "·" || n.operator === "/";

function writeSum(n: Notation, marks: Marks): Written {
  const all = positiveFirst(terms(n));
  const written = all.map(({ negative, of }) => ({ negative, text: inside(of, strength.prefix, marks) }));
  return { text: marks.sum(written), binds: strength.sum };
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
  // A product of numbers is there to be checked: each keeps its own sign.
  if (n.operator === "·" && n.parts.every((part) => part.form === "number")) return { negative: false, of: n };
  const parts = n.parts.map(signed);
  const minuses = parts.filter((part) => part.negative).length;
  return minuses === 0
    ? { negative: false, of: n }
    : { negative: minuses % 2 === 1, of: { ...n, parts: parts.map((part) => part.of) } };
}

interface FactorNotation {
  readonly joint: Factor["joint"];
  readonly of: Notation;
}

/** Numbers that multiply come first. */
function numbersFirst(all: readonly FactorNotation[]): readonly FactorNotation[] {
  const scales = ({ joint, of }: FactorNotation): boolean => joint !== "/" && of.form === "number";
  return [...all.filter(scales), ...all.filter((factor) => !scales(factor))];
}

/** a ⊙ (b ⊙ c) has three factors; a / (b ⊙ c) keeps its parentheses. */
function factors(n: Notation, joint: Factor["joint"] = "⊙"): FactorNotation[] {
  if (n.form !== "infix" || !isProduct(n)) return [{ joint, of: n }];
  const [first, ...rest] = n.parts;
  const { operator } = n;
  const others = rest.flatMap((of) => (operator === "/" ? [{ joint: operator, of }] : factors(of, operator)));
  return [...factors(first, joint), ...others];
}

function writeProduct(n: Infix, marks: Marks): Written {
  const all = numbersFirst(factors(signed(n).of));
  const last = all.length - 1;
  const written = all.map(({ of, joint }, i): Factor => {
    const needed = i === last && joint !== "/" ? strength.prefix : strength.matrix;
    return { ...operand(of, needed, marks), joint, isNumber: of.form === "number" };
  });
  return { text: marks.product(written), binds: strength.product };
}

function writeMatrixProduct(n: Infix, marks: Marks): Written {
  const flat = (m: Notation): readonly Notation[] =>
    m.form === "infix" && m.operator === "" ? m.parts.flatMap(flat) : [m];
  const parts = flat(signed(n).of).map((part) => operand(part, strength.matrix, marks));
  return { text: marks.matrixProduct(parts), binds: strength.matrix };
}

/** f(x, y); a sum of one symbol as Σᵢ x. */
function writeCall(n: Extract<Notation, { form: "call" }>, marks: Marks): Written {
  const parts = n.parts.map((part) => write(part, marks).text);
  if (n.name === "Σ" && n.parts[0].form === "symbol") {
    return { text: marks.sumOver(n.subscript, parts[0]), binds: strength.prefix };
  }
  return { text: marks.call(n.name, n.subscript, parts), binds: strength.atom };
}
