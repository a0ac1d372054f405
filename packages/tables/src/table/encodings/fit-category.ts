/** Which encoding suits a column of categories. */
import { inRange, wholeNumber } from "@chaingrad/core/given";
import type { ColumnRole } from "../columns.ts";
import { rareBelow } from "../rare.ts";
import { type Column, countValues, EncodingError, type Rows } from "../table.ts";
import type { BinaryEncoding } from "./binary.ts";
import type { CategoryEncoding } from "./category.ts";
import type { IndexEncoding } from "./index-encoding.ts";

/**
 * Which columns of categories are embedded: those of more than 20 categories (true) or of more than a given number, those of
 * these names, or none (false). Of the others the 100 most frequent categories are a feature each.
 */
export type Embed = boolean | number | readonly string[];

/** Up to so many a feature each does as well, and is no larger in the mean of five (docs/decisions/0044-learned-categories.md). */
const MOST_ONE_HOT = 20;
/** More categories than this in one column go to "other", the least frequent first. */
export const MOST_CATEGORIES = 100;
/** As many have a row of their own in an embedding, where a row costs little. */
const MOST_EMBEDDED = 10_000;

/**
 * For each column how many categories it may have before it is embedded. Throws RangeError on a number that is none, and on names
 * that are no column's; EncodingError on that of a column that is not taken as categories.
 */
export function mostOneHotOf(embed: Embed, roles: readonly ColumnRole[]): (name: string) => number {
  if (typeof embed === "boolean") return () => (embed ? MOST_ONE_HOT : Number.POSITIVE_INFINITY);
  if (typeof embed === "number") return () => inRange("embed", embed, wholeNumber);
  for (const name of embed) {
    const found = roles.find((one) => one.name === name);
    if (found === undefined) throw new RangeError(`embed: the table has no column '${name}'`);
    const { role, why } = found;
    if (role === "category") continue;
    const problem = `embed: '${name}' is no column of categories (${role}: ${why})`;
    throw new EncodingError(role === "target" ? problem : `${problem}: say that its type is category`, name);
  }
  return (name) => (embed.includes(name) ? -1 : Number.POSITIVE_INFINITY);
}

/** More than `mostOneHot` categories are an index; two values are −1 and 1, all others one-hot. */
export function fitCategory(
  column: Column,
  rows: Rows,
  mostOneHot: number,
): CategoryEncoding | BinaryEncoding | IndexEncoding {
  const { name } = column;
  const { counts, missing } = countValues(column, rows);
  const common = counts.filter(([, count]) => count >= rareBelow(rows.length));
  const isIndex = common.length > mostOneHot;
  if (!isIndex && counts.length === 2 && common.length === 2) {
    const [a, b] = counts.map(([value]) => value).sort();
    return { kind: "binary", name, categories: [a, b] };
  }
  const kept = common.slice(0, isIndex ? MOST_EMBEDDED : MOST_CATEGORIES);
  const categories = kept.map(([value]) => value);
  const other = kept.length < counts.length;
  return isIndex
    ? { kind: "index", name, categories, other }
    : { kind: "category", name, categories, other, missing: missing > 0 };
}
