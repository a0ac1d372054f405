/** What languages with loops over arrays say differently, and the formulas that they have in common. */
import type { DType, ElementwiseKernel } from "@chaingrad/core";
import { functionsOf } from "./functions.ts";
import type { Index } from "./places.ts";
import { difference, infix, minus, product, quotient, strength, sum, type Text } from "./text.ts";
import type { Size, Value } from "./value.ts";

/** The formula of each elementwise kernel; a forgotten one does not compile. */
export type Elementwise = { readonly [Name in ElementwiseKernel]: (...xs: Text[]) => Text };

export interface Dialect {
  readonly elementwise: Elementwise;
  comment(text: string): string[];
  /** A literal that reads back as the same float64. */
  number(value: number): Text;
  /** a where the condition holds, else b */
  choose(condition: string, a: Text, b: Text): Text;
  cast(x: Text, from: DType, to: DType): Text;
  /** Declarations: of a number that stays, one that changes, an array, and another name for an array. */
  constant(name: string, text: string): string;
  variable(name: string, text: string): string;
  array(name: string, value: Value): string;
  alias(name: string, of: string, value: Value): string[];
  /** One element: by its index, by its place in memory, and of numbers that are written out. */
  at(name: string, index: Index, shape: readonly Size[]): string;
  flat(name: string, place: string, dtype: DType): string;
  literal(values: ArrayLike<number>, place: string, dtype: DType): string;
  /** for each variable from 0 to size − 1 */
  loop(variable: string, size: string, lines: readonly string[]): string[];
}

export const choice = (condition: string, a: Text, b: Text): Text => ({
  text: `${condition} ? ${a.text} : ${b.text}`,
  binds: strength.choice,
});

interface Words {
  readonly number: Dialect["number"];
  /** "===" or "==" */
  readonly equal: string;
  readonly unequal: string;
  readonly language: "c" | "typescript";
}

/** Formulas in the syntax that C and its descendants share. */
export function formulas({ number, equal, unequal, language }: Words): Elementwise {
  const comparison =
    (operator: string) =>
    (a: Text, b: Text): Text => {
      const condition = infix(a, operator, b, strength.comparison);
      return { ...choice(condition.text, number(1), number(0)), condition };
    };
  return {
    ...functionsOf(language),
    add: sum,
    sub: difference,
    mul: product,
    div: quotient,
    neg: minus,
    reciprocal: (x) => quotient(number(1), x),
    less: comparison("<"),
    "less-equal": comparison("<="),
    equal: comparison(equal),
    where: (c, a, b) => choice((c.condition ?? infix(c, unequal, number(0), strength.comparison)).text, a, b),
  };
}

/** A loop on one line where its body is one that fits. */
export function forLoop(head: string, lines: readonly string[]): string[] {
  const [first, ...others] = lines;
  if (others.length === 0 && !first.startsWith("for") && head.length + first.length < 90) return [`${head} ${first}`];
  return [`${head} {`, ...lines.map((line) => `  ${line}`), "}"];
}

/** The helpers that a source calls, each with those that it calls itself. */
export function helpersOf(source: string, helpers: Readonly<Record<string, string>>): string[] {
  const calls = (text: string, name: string): boolean => new RegExp(`(?<![\\w.])${name}\\(`).test(text);
  const used = new Set<string>();
  const visit = (text: string): void => {
    for (const [name, helper] of Object.entries(helpers)) {
      if (used.has(name) || !calls(text, name)) continue;
      used.add(name);
      visit(helper.slice(helper.indexOf("\n")));
    }
  };
  visit(source);
  return Object.keys(helpers)
    .filter((name) => used.has(name))
    .map((name) => helpers[name]);
}
