/** Rows that have all that is to be predicted. */
import { type Column, type Rows, type Table, textAt } from "./table.ts";
import { hasClass } from "./targets/classes.ts";
import { columnIn } from "./targets/column-in.ts";
import { hasClasses, type Target, targetsOf } from "./targets/target.ts";

/** Rows by what they have. */
export interface Labelled {
  readonly rows: Int32Array;
  /** Without a target: neither trained on nor judged by. */
  readonly missing: Int32Array;
}

/** Throws TargetError where the table lacks a target. */
export function labelledRows(target: Target, table: Table, rows: Rows, why?: string): Labelled {
  const columns = targetsOf(target).map((one): { column: Column; has: (row: number) => boolean } => {
    const column = columnIn(table, one.name, why);
    return { column, has: hasClasses(one) ? hasClass(one, column) : () => true };
  });
  const isLabelled = (row: number): boolean =>
    columns.every(({ column, has }) => textAt(column, row) !== null && has(row));
  const all = Int32Array.from(rows);
  return { rows: all.filter(isLabelled), missing: all.filter((row) => !isLabelled(row)) };
}
