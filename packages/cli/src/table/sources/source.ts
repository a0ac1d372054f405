import type { Column } from "../table.ts";

/** A column as a file declares it. */
export interface SourceColumn {
  readonly name: string;
  /** SQL for its value in terms of `Source.from`. */
  readonly sql: string;
  /** `infer`: the value is text, and its type is what every value reads as. */
  readonly type: Column["type"] | "infer";
  /** SQL that is true where the value is an object or array. */
  readonly nested?: string;
}

/** A file as SQL. */
export interface Source {
  /** A table expression whose columns are called c0, c1, …, so that no name of the user's ever meets SQL. */
  readonly from: string;
  readonly columns: readonly SourceColumn[];
  /** Numbers are written 1,5. */
  readonly decimalComma: boolean;
}

/** `t(c0, c1, …)` */
export function alias(count: number): string {
  return `t(${Array.from({ length: count }, (_, index) => `c${index}`).join(", ")})`;
}
