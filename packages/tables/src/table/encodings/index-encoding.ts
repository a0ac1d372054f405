/** A column of many values as the number of a row: what a learned embedding is looked up by. */
import { conform } from "@chaingrad/core/given";
import { placesOf } from "../table.ts";
import type { TextKind } from "./kind.ts";
import { unique } from "./unique.ts";

/** One whole number: that of the category from 0 on, then one for all other values, and one for no value. */
export interface IndexEncoding {
  readonly kind: "index";
  readonly name: string;
  readonly categories: readonly string[];
  /** Whether training rows had other values, so that their row of the embedding was learnt. */
  readonly other: boolean;
}

/** Rows of the embedding beside those of the categories: other values, and missing ones. */
const MORE = 2;

export const index: TextKind<IndexEncoding> = {
  cell: "text",
  called: "a category",
  reads: ({ name }) => [name],
  features: ({ name, categories }) => [{ name, group: "index", size: categories.length + MORE }],
  formulas: ({ name, categories }, quoted) => {
    const rows = categories.map((one, i) => `${i} where ${quoted(name)} is ${quoted(one)}`);
    return [
      [...rows, `${categories.length} where it is anything else`, `${categories.length + 1} where it is missing`].join(
        ", ",
      ),
    ];
  },
  values: ({ name, categories }) => [
    ...categories.map((one) => `${name} = ${one}`),
    ...[`${name} (other)`, `${name} (missing)`],
  ],
  writer: ({ categories }) => {
    const placeOf = placesOf(categories);
    return (text, { values, places }, base) => {
      values[base + places[0]] = text === null ? categories.length + 1 : (placeOf(text) ?? categories.length);
    };
  },
  isUnseen: ({ categories, other }) => {
    const placeOf = placesOf(categories);
    return (text) => !other && placeOf(text) === undefined;
  },
  check: (encoding, what) => {
    conform(what, encoding, { categories: [""], other: true });
    unique(`${what}.categories`, encoding.categories);
  },
};
