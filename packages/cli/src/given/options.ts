/** Options that several commands read: numbers, lists and names, refused before any work starts. */
import { UserError } from "@chaingrad/tables";
import { InvalidArgumentError } from "commander";

/** A whole number in a range, for commander. */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    const range = most === Number.MAX_SAFE_INTEGER ? `≥ ${least}` : `from ${least} to ${most}`;
    if (text.trim() === "" || !Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };
}

/** A number for which `holds`, for commander; `expected` completes "It must be …". */
function realNumber(expected: string, holds: (value: number) => boolean): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === "" || !Number.isFinite(value) || !holds(value))
      throw new InvalidArgumentError(`It must be ${expected}.`);
    return value;
  };
}

export const positive: (text: string) => number = realNumber("a number > 0", (value) => value > 0);
export const nonNegative: (text: string) => number = realNumber("a number ≥ 0", (value) => value >= 0);
export const fraction: (text: string) => number = realNumber(
  "a number ≥ 0 and < 1",
  (value) => value >= 0 && value < 1,
);

const share: (text: string) => number = realNumber("a number ≥ 0 and ≤ 0.5", (value) => value >= 0 && value <= 0.5);

export const shareOfAll: (text: string) => number = realNumber(
  "a share > 0 and < 1, as 0.9",
  (value) => value > 0 && value < 1,
);

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600 };

/** "60", "60s", "500ms", "2m" and "1h" in seconds. */
export function seconds(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?$/.exec(text.trim());
  const value = Number(found?.[1] ?? 0) * UNITS[found?.[2] ?? "s"];
  if (!(value > 0)) throw new InvalidArgumentError("It must be a time > 0, as in 60s, 2m or 1h.");
  return value;
}

/** "2ms", "2" and "0.5s" in milliseconds. */
export function milliseconds(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*(ms|s)?$/.exec(text.trim());
  if (found === null) throw new InvalidArgumentError("It must be a time, as in 2ms or 0.5s.");
  return Number(found[1]) * (found[2] === "s" ? 1000 : 1);
}

/** What training may take, and a column that parts the rows in time: both may be given. */
export interface Budget {
  readonly seconds?: number;
  readonly column?: string;
}

/** "60s" is what training may take, what is no time the name of a column. */
export function budgetOrColumn(text: string, before: Budget | undefined): Budget {
  const own: Budget = /^\d+(?:\.\d+)?\s*(s|m|min|h)?$/.test(text.trim())
    ? { seconds: seconds(text) }
    : { column: text };
  const [name] = Object.keys(own) as (keyof Budget)[];
  if (text.trim() === "") throw new InvalidArgumentError("It must be a time, as in 60s, 2m or 1h, or a column.");
  if (before?.[name] !== undefined)
    throw new InvalidArgumentError(`It is given twice: '${before[name]}' and '${own[name]}'. Give it once.`);
  return { ...before, ...own };
}

/** A share of the rows, or a table of others. */
export function shareOrFile(text: string): number | string {
  return /^[-+.\d]/.test(text) && Number.isFinite(Number(text)) ? share(text) : text;
}

/** "32,16" → [32, 16] */
export function hiddenSizes(text: string): number[] {
  const sizes = text.split(",").map((part) => Number(part.trim() || Number.NaN));
  if (!sizes.every((size) => Number.isInteger(size) && size >= 1)) {
    throw new InvalidArgumentError("It must be the number of units of each hidden layer, each ≥ 1, as in 32,16.");
  }
  return sizes;
}

/** "a,b" → ["a", "b"], after those of the same option given before. */
export function names(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(",").map((part) => part.trim())];
}

/** A value as it is, after those of the same option given before. */
export const collected = (text: string, before: readonly string[] | undefined): string[] => [...(before ?? []), text];

/** "0.1,0.5,0.9" → [0.1, 0.5, 0.9] */
export function quantileList(text: string): number[] {
  const list = text.split(",").map((part) => Number(part.trim() || Number.NaN));
  const isGood = list.every((value, i) => value > 0 && value < 1 && (i === 0 || value > list[i - 1]));
  if (!isGood) throw new InvalidArgumentError("They must ascend, each > 0 and < 1, as in 0.1,0.5,0.9.");
  return list;
}

/** "balanced", or "A=2,B=1" → { A: 2, B: 1 }; a name may hold a comma or "=" where a weight does not follow. */
export function classWeights(text: string): "balanced" | Record<string, number> {
  if (text.trim() === "balanced") return "balanced";
  const found = [...text.matchAll(/\s*(.+?)\s*=\s*([\d.]+(?:[eE][+-]?\d+)?)\s*(?:,|$)/gu)];
  const read = found.reduce((length, [whole]) => length + whole.length, 0);
  if (found.length === 0 || read !== text.length)
    throw new InvalidArgumentError("It must be balanced, or the weight of each class, as in A=2,B=1.");
  return Object.fromEntries(found.map(([, name, weight]) => [name, Number(weight)]));
}

/**
 * A column for the one target, or for each that is named, as in y1=known; a name that the table has counts as it is.
 * Throws UserError where several are given and one names no target.
 */
export function columnOfTarget(
  option: string,
  given: readonly string[] | undefined,
  { targets, columns }: { readonly targets: readonly string[]; readonly columns: readonly { readonly name: string }[] },
): string | Record<string, string> | undefined {
  if (given === undefined) return undefined;
  const isWhole = (text: string): boolean => !text.includes("=") || columns.some(({ name }) => name === text);
  if (given.length === 1 && isWhole(given[0])) return given[0];
  return Object.fromEntries(
    given.map((text) => {
      if (isWhole(text)) throw new UserError(`${option} ${text}: say for which target, as in ${targets[0]}=${text}`);
      const length = targets.find((name) => text.startsWith(`${name}=`))?.length ?? text.indexOf("=");
      return [text.slice(0, length), text.slice(length + 1)];
    }),
  );
}

/** Names of columns: one for each that the table has as it is given, else those between its commas. */
export function columnList(given: readonly string[], columns: readonly { readonly name: string }[]): string[] {
  const isColumn = (name: string): boolean => columns.some((column) => column.name === name);
  return given.flatMap((text) => (isColumn(text) ? [text] : text.split(",").map((part) => part.trim())));
}

/** Which columns are embedded, of a table's: "none", those of more than so many categories, or those of these names. */
export function embedded(
  given: readonly string[] | undefined,
  columns: readonly { readonly name: string }[],
): false | number | readonly string[] | undefined {
  if (given === undefined) return undefined;
  const names = columnList(given, columns);
  const [only] = names;
  if (names.length > 1 || columns.some(({ name }) => name === only)) return names;
  if (only === "none") return false;
  return /^\d+$/.test(only) ? Number(only) : names;
}
