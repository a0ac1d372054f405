/**
 * The way back, so that tests can ask whether a printed formula means what it should: text → notation (by the grammar a
 * reader uses, knowing nothing of the printer), and a fold of notation over any algebra.
 */
import { call, infix, type Notation, negation, number, power, symbol, transposed } from "../../src/graph/notation.ts";

const TOKEN =
  /\s*(∂[^\s/()]+\/∂[^\s()ᵀ²⁻⁰-⁹]+|\d+(?:\.\d+)?(?:e−?\d+)?|(?!ᵀ)[\p{L}](?:(?!ᵀ)[\p{L}\p{M}₀-₉′-])*\(?|[⁻⁰¹²³⁴-⁹]+|[+−⊙·/()<≤=^ᵀ,])/uy;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`cannot read '${text.slice(at)}'`);
    tokens.push(match[1]);
  }
  return tokens;
}

const raised = (text: string): number =>
  Number([...text].map((character) => "-0123456789"["⁻⁰¹²³⁴⁵⁶⁷⁸⁹".indexOf(character)]).join(""));

/** Reads one line of printed notation; a symbol keeps its printed name. */
export function readNotation(text: string): Notation {
  const tokens = tokensOf(text);
  let at = 0;
  const next = (...wanted: string[]): boolean => wanted.includes(tokens[at]) && at++ >= 0;
  const expected = (token: string): void => {
    if (!next(token)) throw new Error(`expected '${token}' before '${tokens.slice(at).join(" ")}' in '${text}'`);
  };
  const comparison = (): Notation => {
    let left = sum();
    while (["<", "≤", "="].includes(tokens[at])) left = infix(tokens[at++] as "<", left, sum());
    return left;
  };
  const sum = (): Notation => {
    let left = next("−") ? negation(product()) : product();
    while (tokens[at] === "+" || tokens[at] === "−") left = infix(tokens[at++] as "+", left, product());
    return left;
  };
  const product = (): Notation => {
    let left = matrixProduct();
    while (["⊙", "·", "/"].includes(tokens[at])) {
      const operator = tokens[at++] === "/" ? "/" : "⊙";
      left = infix(operator, left, matrixProduct());
    }
    return left;
  };
  const matrixProduct = (): Notation => {
    let left = postfix();
    while (tokens[at] !== undefined && /^[\p{L}\d(∂]/u.test(tokens[at]) && tokens[at] !== "ᵀ") {
      left = infix("", left, postfix());
    }
    return left;
  };
  const postfix = (): Notation => {
    let of = atom();
    for (; ; at++) {
      if (tokens[at] === "ᵀ") of = transposed(of);
      else if (tokens[at] !== undefined && /^[⁻⁰-⁹²³¹]/.test(tokens[at])) of = power(of, number(raised(tokens[at])));
      else if (tokens[at] === "^") {
        at++;
        of = power(of, atom());
        at--;
      } else return of;
    }
  };
  const atom = (): Notation => {
    const token = tokens[at++];
    if (token === "(") {
      const inner = comparison();
      expected(")");
      return inner;
    }
    if (/^\d/.test(token)) return number(Number(token.replace("−", "-")));
    if (token.startsWith("∂") || !/^\p{L}/u.test(token)) return symbol(token);
    const [, name, indices, opening] = /^(.+?)([ᵢⱼ]*)(\(?)$/u.exec(token)!;
    const subscript = indices === "" ? undefined : [...indices].map((index) => "ij"["ᵢⱼ".indexOf(index)]).join("");
    if (opening === "") return name === "Σ" ? call(name, [atom()], subscript) : symbol(token);
    const parts = [comparison()];
    while (next(",")) parts.push(comparison());
    expected(")");
    return call(name, parts, subscript);
  };
  const result = comparison();
  if (at < tokens.length) throw new Error(`'${tokens.slice(at).join(" ")}' is left over in '${text}'`);
  return result;
}

/** What each form means. */
export interface Algebra<T> {
  symbol(name: string): T;
  number(value: number): T;
  infix(operator: string, a: T, b: T): T;
  negation(a: T): T;
  power(base: T, exponent: T): T;
  transpose(a: T): T;
  /** One element; the places count from 1. */
  element?(a: T, at: readonly T[]): T;
  call(name: string, parts: readonly T[], subscript: string | undefined): T;
}

export function fold<T>(n: Notation, algebra: Algebra<T>): T {
  const inner = (part: Notation): T => fold(part, algebra);
  if (n.form === "symbol") return algebra.symbol(n.name);
  if (n.form === "number") return algebra.number(n.value);
  if (n.form === "infix") return n.parts.map(inner).reduce((a, b) => algebra.infix(n.operator, a, b));
  if (n.form === "negation") return algebra.negation(inner(n.of));
  if (n.form === "power") return algebra.power(inner(n.base), inner(n.exponent));
  if (n.form === "transpose") return algebra.transpose(inner(n.of));
  if (n.form === "element") {
    if (algebra.element === undefined) throw new Error("this algebra has no elements");
    return algebra.element(inner(n.of), n.at.map(inner));
  }
  if (n.form === "name") return inner(n.stands);
  return algebra.call(n.name, n.parts.map(inner), n.subscript);
}
