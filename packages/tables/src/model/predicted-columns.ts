/** Predictions as columns, to be added to the table that they are of. */
import type { SyncEngine } from "@chaingrad/core";
import { type Column, EncodingError, type NumberColumn, type Table } from "../table/table.ts";
import type { TableModelData } from "./model-file.ts";
import { predictTable } from "./predict-table.ts";

/** Predictions as columns to be added to a table. */
export interface PredictedColumns {
  /** "prediction", and of classes "probability NAME" for each. */
  readonly columns: readonly Column[];
  /** How many of the predicted numbers are not finite: the model's weights are too large for these rows. */
  readonly wild: number;
}

/** Throws as `predictTable`, and EncodingError where the table has a column of a name that is added. */
export function predictedColumns(model: TableModelData, engine: SyncEngine, table: Table): PredictedColumns {
  const predicted = predictTable(model, engine, table);
  const { target } = model;
  const numbers = predicted.task === "regression" ? predicted.values : predicted.probabilities;
  const columns: Column[] =
    predicted.task === "regression"
      ? [{ name: "prediction", type: "number", values: predicted.values }]
      : [
          { name: "prediction", type: "text", values: predicted.names },
          ...classColumns(predicted.probabilities, target.task === "classification" ? target.classes : []),
        ];
  const clash = columns.find(({ name }) => table.columns.some((column) => column.name === name));
  if (clash !== undefined) {
    const hint = "Rename or drop it first.";
    throw new EncodingError(`the table already has a column '${clash.name}'`, clash.name, undefined, hint);
  }
  return { columns, wild: numbers.filter((value) => !Number.isFinite(value)).length };
}

function classColumns(probabilities: Float64Array, classes: readonly string[]): NumberColumn[] {
  const rows = probabilities.length / classes.length;
  return classes.map((name, label) => ({
    name: `probability ${name}`,
    type: "number",
    values: new Float64Array(rows).map((_, row) => probabilities[row * classes.length + label]),
  }));
}
