/** Source text that knows how strongly it binds, so that parentheses stand where they are needed and nowhere else. */
import type { Scalar, Size } from "./value.ts";

/** From the weakest; `matrix` is Python's power. */
export const strength = { choice: 0, comparison: 1, sum: 2, product: 3, sign: 4, power: 5, atom: 6 } as const;
export type Strength = (typeof strength)[keyof typeof strength];

export interface Text {
  readonly text: string;
  readonly binds: Strength;
  /** The comparison behind a number that is 1 where it holds and 0 elsewhere. */
  readonly condition?: Text;
}

export const atom = (text: string): Text => ({ text, binds: strength.atom });

/** In parentheses if it binds more weakly than its place asks for. */
export const inside = ({ text, binds }: Text, needed: Strength): string => (binds < needed ? `(${text})` : text);

/** Left-associative: the graph's order of evaluation is kept. */
export function infix(left: Text, operator: string, right: Text, binds: Strength): Text {
  return { text: `${inside(left, binds)} ${operator} ${inside(right, (binds + 1) as Strength)}`, binds };
}

export const sum = (a: Text, b: Text): Text => infix(a, "+", b, strength.sum);
export const difference = (a: Text, b: Text): Text => infix(a, "-", b, strength.sum);
export const product = (a: Text, b: Text): Text => infix(a, "*", b, strength.product);
export const quotient = (a: Text, b: Text): Text => infix(a, "/", b, strength.product);
export const minus = (a: Text): Text => ({ text: `-${inside(a, strength.power)}`, binds: strength.sign });
export const call = (name: string, ...parts: readonly Text[]): Text =>
  atom(`${name}(${parts.map(({ text }) => text).join(", ")})`);

/** "rows", "3", "2 * rows + 1" */
export function sizeText({ perRow, plus }: Size): Text {
  const rows = perRow === 1 ? atom("rows") : product(atom(String(perRow)), atom("rows"));
  if (perRow === 0) return atom(String(plus));
  return plus === 0 ? rows : sum(rows, atom(String(plus)));
}

export const isOne = ({ perRow, plus }: Size): boolean => perRow === 0 && plus === 1;
export const sameSize = (a: Size, b: Size): boolean => a.perRow === b.perRow && a.plus === b.plus;

/** The fraction that people know: 2/3 for 0.6667, or the value itself over 1. */
export function fraction(value: number): { readonly over: number; readonly under: number } {
  for (let under = 1; under <= MOST_UNDER; under++) {
    const over = Math.round(value * under);
    if (over !== 0 && Math.abs(value * under - over) <= 1e-13 * Math.abs(over)) return { over, under };
  }
  return { over: value, under: 1 };
}
const MOST_UNDER = 1000;

/** A number of the graph, in the words of a language: 2 / (3 * rows) for 0.6667 over the rows. */
export function scalarText({ value, power }: Scalar, number: (value: number) => Text): Text {
  if (power === 0) return number(value);
  const rows = Array.from({ length: Math.abs(power) }, () => atom("rows"));
  if (power > 0) return rows.reduce(product, number(value));
  const { over, under } = fraction(value);
  return quotient(number(over), (under === 1 ? rows : [number(under), ...rows]).reduce(product));
}

export const indent = (lines: readonly string[], by: string): string[] =>
  lines.map((line) => (line === "" ? "" : by + line));
