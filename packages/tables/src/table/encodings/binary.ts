/** A column of two values as one number, −1 or 1. */
import { conform } from "@chaingrad/core/given";
import { placesOf } from "../table.ts";
import type { TextKind } from "./kind.ts";
import { unique } from "./unique.ts";

/** −1 and 1 for two values; 0 where there is none, or one that training never saw. */
export interface BinaryEncoding {
  readonly kind: "binary";
  readonly name: string;
  /** What stands for −1, and what for 1: in the order of the alphabet, so that true, yes and 1 are 1. */
  readonly categories: readonly [string, string];
}

export const binary: TextKind<BinaryEncoding> = {
  cell: "text",
  called: "a category",
  reads: ({ name }) => [name],
  features: ({ name, categories: [, one] }) => [{ name: `${name}=${one}`, group: "flag", title: `${name} = ${one}` }],
  formulas: ({ name, categories: [a, b] }, quoted) => [
    `1 where ${quoted(name)} is ${quoted(b)}, -1 where it is ${quoted(a)}, else 0`,
  ],
  writer: ({ categories }) => {
    const placeOf = placesOf(categories);
    return (text, { values, places }, base) => {
      const place = text === null ? undefined : placeOf(text);
      if (place !== undefined) values[base + places[0]] = 2 * place - 1;
    };
  },
  isUnseen: ({ categories }) => {
    const placeOf = placesOf(categories);
    return (text) => placeOf(text) === undefined;
  },
  check: ({ categories }, what) => {
    conform(what, { categories }, { categories: [""] });
    if (categories.length !== 2) throw new RangeError(`${what}.categories: expected two, got ${categories.length}`);
    unique(`${what}.categories`, categories);
  },
};
