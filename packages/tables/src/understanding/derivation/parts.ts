/** What the derivations of a model's answers have in common. */
import { nearest } from "@chaingrad/core";
import {
  type Block,
  type Cell,
  call,
  element,
  equation,
  infix,
  type Notation,
  number,
  power,
  symbol,
  text,
} from "@chaingrad/core/explain";
import { UserError } from "@chaingrad/core/user-error";

/** How much of long lists a derivation shows. */
export interface ViewLength {
  /** At most so many rows of a table, a line for the others below them (default 10; Infinity shows all). */
  readonly most?: number | undefined;
}

export const MOST = 10;

/** s[k] */
export const at = (name: string, place: string): Notation => element(symbol(name), symbol(place));

/** Σₖ of something. */
export const sumOver = (of: Notation, place: string): Notation => call("Σ", [of], place);

/** symbol = formula = numbers = value */
export const worked = (name: string, formula: readonly Notation[], value: number): Block =>
  equation(symbol(name), formula, { value: { shape: [], values: [value] } });

/** A mean as it is made: symbol = Σ over its count = numbers = value. */
export const meanEquation = (
  name: string,
  of: Notation,
  place: string,
  { count, total, letter }: { readonly count: number; readonly total: number; readonly letter: string },
): Block =>
  worked(
    name,
    [infix("/", sumOver(of, place), symbol(letter)), infix("/", number(total), number(count))],
    total / count,
  );

/** The standard error of a mean of numbers around it: √(Σ (d − mean)² / (n (n − 1))). */
export function errorEquation(
  {
    name,
    of,
    mean,
    place,
    letter,
  }: Readonly<Record<"name" | "mean" | "place" | "letter", string>> & {
    readonly of: Notation;
  },
  squares: number,
  count: number,
): Block {
  const n = symbol(letter);
  const spread = sumOver(power(infix("−", of, symbol(mean)), number(2)), place);
  const root = (above: Notation, below: Notation): Notation => call("sqrt", [infix("/", above, below)]);
  return worked(
    name,
    [
      root(spread, infix("·", n, infix("−", n, number(1)))),
      root(number(squares), infix("·", number(count), number(count - 1))),
    ],
    Math.sqrt(squares / (count * (count - 1))),
  );
}

/** A column of a table, or a count: text, so that no digit of it is rounded. */
export const said = (value: string | number): string => String(value);

export const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

/** The first rows, one for the others, and one for the sum of all; a row is its label and its numbers. */
export function listed(
  rows: readonly (readonly [label: string, ...numbers: number[]])[],
  rest: (count: number) => Cell,
  most: number,
): Cell[][] {
  const shown: Cell[][] = rows.slice(0, most).map((row) => [...row]);
  const totals = (of: typeof rows): number[] =>
    (of[0] ?? []).slice(1).map((_, i) => sum(of.map((row) => row[i + 1] as number)));
  const others = rows.slice(most);
  if (others.length > 0) shown.push([rest(others.length), ...totals(others)]);
  return [...shown, [text("sum"), ...totals(rows)]];
}

/** Throws UserError where none of them is of this column. */
export function ownIn<T extends { readonly column: string }>(columns: readonly T[], column: string): T {
  const own = columns.find((one) => one.column === column);
  if (own !== undefined) return own;
  const names = columns.map((one) => one.column);
  const near = nearest(column, names);
  const hint = near === undefined ? `It can be ${names.join(", ")}.` : `Did you mean '${near}'?`;
  throw new UserError(`there is no number of a column '${column}' to be derived`, hint);
}
