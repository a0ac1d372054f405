/** What stands behind the "?" of an address: refused where it is not known, as the options of a call are. */
import { nearest } from "@chaingrad/core";
import { VIEWS } from "@chaingrad/tables/explain";
import { clipped, Refusal } from "./refusal.ts";

/** All that can be asked for. */
export interface Query {
  readonly interval?: number;
  readonly unknown?: "ignore";
  readonly row?: number;
  readonly from?: string;
  readonly of?: string;
  readonly view?: string;
}

const READ: { readonly [Name in keyof Required<Query>]: (text: string) => Query[Name] } = {
  interval: (text) => number(text, (value) => value > 0 && value < 1, "a share > 0 and < 1, as 0.9"),
  unknown: (text) => oneOf(text, ["ignore"]) as "ignore",
  row: (text) => number(text, (value) => Number.isInteger(value) && value >= 1, "a whole number from 1"),
  from: (text) => text,
  of: (text) => text,
  view: (text) => oneOf(text, VIEWS),
};

/** Throws Refusal (400) on a name that is not known here, one that is given twice, and on a value that it cannot have. */
export function queryOf(given: unknown, names: readonly (keyof Query)[]): Query {
  const read = Object.entries(given as Readonly<Record<string, string | string[]>>).map(([name, text]) => {
    if (!names.some((known) => known === name)) {
      const near = nearest(clipped(name, 100), names);
      const hint = near === undefined ? `It can be ${names.join(", ")}.` : `Did you mean '${near}'?`;
      throw new Refusal(400, `?${clipped(name, 100)} is not known`, { hint });
    }
    if (typeof text !== "string") throw new Refusal(400, `?${name} is given twice`, { hint: "Give it once." });
    try {
      return [name, READ[name as keyof Query](text)];
    } catch (error) {
      throw new Refusal(400, `?${name}: expected ${(error as Error).message}, got '${clipped(text, 100)}'`);
    }
  });
  return Object.fromEntries(read);
}

function number(text: string, holds: (value: number) => boolean, expected: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!holds(value)) throw new RangeError(expected);
  return value;
}

function oneOf(text: string, known: readonly string[]): string {
  if (!known.includes(text)) throw new RangeError(known.join(", "));
  return text;
}
