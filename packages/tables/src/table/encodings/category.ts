/** A column of few values as a feature for each: 1 for its own, else 0 ("one-hot"). */
import { conform } from "@chaingrad/core/given";
import { placesOf } from "../table.ts";
import { missingFormula, type TextKind } from "./kind.ts";
import { unique } from "./unique.ts";

/** One feature for each category; one for all other values and one for no value, if the training rows have such. */
export interface CategoryEncoding {
  readonly kind: "category";
  readonly name: string;
  readonly categories: readonly string[];
  readonly other: boolean;
  readonly missing: boolean;
}

export const category: TextKind<CategoryEncoding> = {
  cell: "text",
  called: "a category",
  reads: ({ name }) => [name],
  features: ({ name, categories, other, missing }) => [
    ...categories.map((one) => ({ name: `${name}=${one}`, group: "flag", title: `${name} = ${one}` }) as const),
    ...(other ? [{ name: `${name} (other)`, group: "flag" } as const] : []),
    ...(missing ? [{ name: `${name} (missing)`, group: "flag" } as const] : []),
  ],
  formulas: (encoding, quoted) => {
    const { name, categories, other } = encoding;
    return [
      ...categories.map((one) => `1 where ${quoted(name)} is ${quoted(one)}, else 0`),
      ...(other ? [`1 where ${quoted(name)} is anything else, else 0`] : []),
      ...missingFormula(encoding, quoted),
    ];
  },
  writer: ({ categories, other, missing }) => {
    const placeOf = placesOf(categories);
    const [otherPlace, missingPlace] = [categories.length, categories.length + Number(other)];
    return (text, { values, places }, base) => {
      if (text === null) {
        if (missing) values[base + places[missingPlace]] = 1;
        return;
      }
      const place = placeOf(text) ?? (other ? otherPlace : undefined);
      if (place !== undefined) values[base + places[place]] = 1;
    };
  },
  isUnseen: ({ categories, other }) => {
    const placeOf = placesOf(categories);
    return (text) => !other && placeOf(text) === undefined;
  },
  check: (encoding, what) => {
    conform(what, encoding, { categories: [""], other: true, missing: true });
    unique(`${what}.categories`, encoding.categories);
  },
};
