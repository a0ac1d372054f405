/** The words of a formula: numbers, names, operators and brackets, each with its place. */
import { excerpt, FormulaError } from "./formula-error.ts";

/** An index into the text of the formula. */
type Place = { readonly at: number };

export type Operator = "+" | "-" | "*" | "/" | "^";
export type Token = Place &
  (
    | { readonly kind: "number"; readonly text: string; readonly value: number }
    | { readonly kind: "name"; readonly text: string; readonly name: string }
    | { readonly kind: "symbol"; readonly text: Operator | "(" | ")" | "," }
    | { readonly kind: "end"; readonly text: "" }
  );

const SPACE = /\s+/uy;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/uy;
const SEVERAL_POINTS = /\d*\.\d*\.[\d.]*/uy;
const NAME = /[\p{L}_][\p{L}\p{M}\p{Nd}_]*/uy;
const QUOTED = /`([^`]*)`/uy;
const SYMBOL = /\*\*|[-+*/^(),]/uy;

/** What to do about characters that people write for the ones of the grammar. */
const ADVICE: ReadonlyMap<string, string> = new Map([
  ...Object.entries({ "−": "-", "–": "-", "—": "-", "×": "*", "·": "*", "⋅": "*", "÷": "/", "²": "^2", "³": "^3" }).map(
    ([character, instead]) => [character, `Write ${instead} for it.`] as const,
  ),
  ..."[]{}".split("").map((bracket) => [bracket, "Brackets are ( and )."] as const),
  ["=", "A formula is the right-hand side alone."],
  ['"', "A name with spaces stands between backquotes: `a b`."],
  ["'", "A name with spaces stands between backquotes: `a b`."],
]);

/** The tokens of a formula; the last is always the end. Throws FormulaError where no token starts. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = match(SPACE, text, 0)?.[0].length ?? 0;
  while (at < text.length) {
    const { token, length } = tokenAt(text, at);
    tokens.push(token);
    at += length;
    at += match(SPACE, text, at)?.[0].length ?? 0;
  }
  tokens.push({ kind: "end", text: "", at: text.length });
  return tokens;
}

function tokenAt(text: string, at: number): { token: Token; length: number } {
  const symbol = match(SYMBOL, text, at)?.[0];
  if (symbol !== undefined) {
    const token = { kind: "symbol", text: (symbol === "**" ? "^" : symbol) as Operator, at } as const;
    return { token, length: symbol.length };
  }
  const name = match(NAME, text, at)?.[0];
  if (name !== undefined) return { token: { kind: "name", text: name, name, at }, length: name.length };
  const digits = match(NUMBER, text, at)?.[0];
  if (digits !== undefined) {
    return { token: { kind: "number", text: digits, value: numberOf(digits, text, at), at }, length: digits.length };
  }
  if (text[at] === "`") return quotedName(text, at);
  throw unexpected(text, at);
}

function numberOf(digits: string, text: string, at: number): number {
  const value = Number(digits);
  const points = match(SEVERAL_POINTS, text, at)?.[0];
  if (points !== undefined) throw new FormulaError(`'${excerpt(points)}' is not a number`, text, at);
  if (value === Number.POSITIVE_INFINITY) {
    throw new FormulaError(`the number ${excerpt(digits)} is too large`, text, at, "The largest is about 1.8e308.");
  }
  if (value === 0 && /[1-9]/.test(digits.replace(/[eE].*/, ""))) {
    throw new FormulaError(`the number ${excerpt(digits)} is too small`, text, at, "The smallest is about 5e-324.");
  }
  return value;
}

function quotedName(text: string, at: number): { token: Token; length: number } {
  const quoted = match(QUOTED, text, at);
  if (quoted === undefined) {
    throw new FormulaError("this backquote is never closed", text, at, "A name with spaces is written `a b`.");
  }
  if (quoted[1].trim() === "") throw new FormulaError("there is no name between the backquotes", text, at);
  return { token: { kind: "name", text: quoted[0], name: quoted[1], at }, length: quoted[0].length };
}

function unexpected(text: string, at: number): FormulaError {
  const code = text.codePointAt(at) as number;
  const character = String.fromCodePoint(code);
  const hexadecimal = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const shown = /[\p{C}\p{Z}]/u.test(character) ? hexadecimal : `'${character}'`;
  return new FormulaError(`unexpected character ${shown}`, text, at, ADVICE.get(character));
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
