/** Which encoding suits a column of categories. */
import { rareBelow } from "../rare.ts";
import { type Column, countValues, type Rows } from "../table.ts";
import type { BinaryEncoding } from "./binary.ts";
import type { CategoryEncoding } from "./category.ts";
import type { IndexEncoding } from "./index-encoding.ts";

/** More categories than this in one column go to "other", the least frequent first. */
const MOST_CATEGORIES = 100;
/** As many have a row of their own in an embedding, where a row costs little. */
const MOST_EMBEDDED = 10_000;

/** Two values are −1 and 1, more than `mostOneHot` an index, all others one-hot. */
export function fitCategory(
  column: Column,
  rows: Rows,
  mostOneHot: number,
): CategoryEncoding | BinaryEncoding | IndexEncoding {
  const { name } = column;
  const { counts, missing } = countValues(column, rows);
  const common = counts.filter(([, count]) => count >= rareBelow(rows.length));
  if (counts.length === 2 && common.length === 2) {
    const [a, b] = counts.map(([value]) => value).sort();
    return { kind: "binary", name, categories: [a, b] };
  }
  const isIndex = common.length > mostOneHot;
  const kept = common.slice(0, isIndex ? MOST_EMBEDDED : MOST_CATEGORIES);
  const categories = kept.map(([value]) => value);
  const other = kept.length < counts.length;
  return isIndex
    ? { kind: "index", name, categories, other }
    : { kind: "category", name, categories, other, missing: missing > 0 };
}
