/** What every way to split is given. */
import type { Table } from "../table.ts";

/** Rows to be split. */
export interface SplitRows {
  readonly table: Table;
  readonly rows: Int32Array;
  /** The class of each of `rows`: rows that are split at random are so in every class. */
  readonly labels?: ArrayLike<number> | undefined;
  readonly seed: number;
  /** Shares of the rows. */
  readonly validation: number;
  readonly test: number;
}
