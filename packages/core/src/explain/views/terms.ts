/** A sum written out: its terms in symbols, then in numbers; the largest of many terms in a table. */
import { infix, type Notation, number } from "../../graph/notation.ts";
import type { Term } from "../derivation/element.ts";
import { type Block, equation, table, text } from "../document/document.ts";

/** Up to so many terms stand in one line. */
const IN_LINE = 6;
/** Rows of the table of many. */
const SHOWN = 10;

const times = (factors: readonly Notation[]): Notation => (factors.length === 1 ? factors[0] : infix("·", ...factors));

/** symbol = …sides = term + term + … = number · number + … = value */
export function termEquations(
  symbol: Notation,
  sides: readonly Notation[],
  terms: readonly Term[],
  value: number,
): Block[] {
  const result = { shape: [], values: [value] };
  if (terms.length > IN_LINE) return [equation(symbol, sides, { value: result }), largestTerms(symbol, terms)];
  const sum = (part: (factor: Term["factors"][number]) => Notation): Notation => {
    const all = terms.map(({ factors }) => times(factors.map(part)));
    return all.length === 1 ? all[0] : infix("+", ...all);
  };
  return [
    equation(symbol, [...sides, sum(({ written }) => written), sum((factor) => number(factor.value))], {
      value: result,
    }),
  ];
}

function largestTerms(symbol: Notation, terms: readonly Term[]): Block {
  const sorted = [...terms].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const shown = sorted.slice(0, SHOWN);
  const total = (part: readonly Term[]): number => part.reduce((sum, { value }) => sum + value, 0);
  const rows = shown.map(({ factors, value }) => [
    times(factors.map(({ written }) => written)),
    times(factors.map((factor) => number(factor.value))),
    value,
  ]);
  const rest = terms.length - shown.length;
  return table(
    text("terms.caption", { symbol, shown: shown.length, count: terms.length }),
    ["term", "numbers", "value"],
    [
      ...rows,
      ...(rest > 0 ? [[text("terms.rest", { count: rest }), "", total(sorted.slice(SHOWN))]] : []),
      [text("sum"), "", total(terms)],
    ],
  );
}
