/** A column that a target is read from. */
import { type Column, type Table, TargetError } from "../table.ts";

/** Throws TargetError where the table has no such column. */
export function columnIn(table: Table, name: string, why = "which the model predicts"): Column {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  throw new TargetError(`the table has no column '${name}', ${why}`, name);
}
