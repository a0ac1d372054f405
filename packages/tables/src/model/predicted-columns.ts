/** Predictions as columns, to be added to the table that they are of. */
import type { SyncEngine } from "@chaingrad/core";
import { type Column, EncodingError, type Table } from "../table/table.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import type { TableModelData } from "./model-file.ts";
import { predictTable } from "./predict-table.ts";

/** Predictions as columns to be added to a table. */
export interface PredictedColumns {
  /**
   * "prediction", and of classes and labels "probability NAME" for each; of quantiles "quantile 0.9" and so on. Of several targets
   * with their names: "prediction y1", "probability y2 = A".
   */
  readonly columns: readonly Column[];
  /** How many of the predicted numbers are not finite: the model's weights are too large for these rows. */
  readonly wild: number;
}

/** Throws as `predictTable`, and EncodingError where the table has a column of a name that is added. */
export function predictedColumns(model: TableModelData, engine: SyncEngine, table: Table): PredictedColumns {
  const predicted = predictTable(model, engine, table);
  const columns = kindOf(model.target).columns(model.target, predicted, undefined);
  const clash = columns.find(({ name }) => table.columns.some((column) => column.name === name));
  if (clash !== undefined) {
    const hint = "Rename or drop it first.";
    throw new EncodingError(`the table already has a column '${clash.name}'`, clash.name, undefined, hint);
  }
  const numbers = columns.flatMap((column) => (column.type === "number" ? [column.values] : []));
  const wild = numbers.reduce((sum, values) => sum + values.filter((value) => !Number.isFinite(value)).length, 0);
  return { columns, wild };
}
