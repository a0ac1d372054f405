import { type Column, UserError } from "@chaingrad/tables";
import type { Delimiter } from "@chaingrad/tables/rules";
import type { Input } from "../input.ts";

/** How a typed format keeps a column. */
export type Stored = "number" | "boolean" | "text";

/** A column as a file declares it. */
export interface SourceColumn {
  readonly name: string;
  /** SQL for its value in terms of `Source.from`. */
  readonly sql: string;
  /** `infer`: the value is text, and its type is what every value reads as. */
  readonly type: Column["type"] | "infer";
  /** SQL for the kind of a value that is to be inferred, where the text alone does not say it. */
  readonly kind?: string;
  /** SQL for the value as the file holds it, as text, where `sql` is another. */
  readonly original?: string;
  /** How the file itself stores the column, where it has types. */
  readonly stored?: Stored;
}

/** How a text file writes its rows. */
interface TextLayout {
  readonly delimiter: Delimiter;
  readonly lineEnd: string;
  /** The byte order mark, or nothing. */
  readonly mark: string;
  /** The header as it stands, where it is a line of its own. */
  readonly header: string | undefined;
}

/** A file as SQL. */
export interface Source {
  /** A table expression whose columns are called c0, c1, …, so that no name of the user's ever meets SQL. */
  readonly from: string;
  readonly columns: readonly SourceColumn[];
  /** Where rows are lines with delimiters. */
  readonly layout?: TextLayout;
  /** SQL for rows as JSON objects, one a row in a column `json`, where that is what the file holds. */
  readonly objects?: string;
  /** What was made of the file as a whole, a sentence each. */
  readonly notes: readonly string[];
}

/** `t(c0, c1, …)` */
export function alias(count: number): string {
  return `t(${Array.from({ length: count }, (_, index) => `c${index}`).join(", ")})`;
}

/** @throws UserError where one of several files has other columns than the first */
export function checkSame(names: readonly string[], other: readonly string[], input: Input, first: Input): void {
  if (names.length === other.length && names.every((name, index) => name === other[index])) return;
  const index = names.findIndex((name, at) => name !== other[at]);
  const [expected, got] = [names[index], other[index < 0 ? names.length : index]];
  const word = (name: string | undefined): string => (name === undefined ? "none" : `'${name}'`);
  const at = (index < 0 ? names.length : index) + 1;
  throw new UserError(
    `${input.label} has other columns than ${first.label}: column ${at} is ${word(got)}, expected ${word(expected)}`,
    "Files that are read as one table have the same columns in the same order.",
  );
}
