/** Predictions as columns, to be added to the table that they are of. */
import type { SyncEngine } from "@chaingrad/core";
import type { Column, Table } from "../table/table.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import { intervalsOf } from "../uncertainty/intervals.ts";
import { addedColumns } from "./added-columns.ts";
import type { TableModelData } from "./model-file.ts";
import { predictTable, type TablePrediction } from "./predict-table.ts";

/** Predictions as columns to be added to a table. */
export interface PredictedColumns {
  /**
   * "prediction", and of classes and labels "probability NAME" for each; of quantiles "quantile 0.9" and so on. Of several targets
   * with their names: "prediction y1", "probability y2 = A". Intervals as "lower 0.9" and "upper 0.9", sets of classes as "set 0.9".
   */
  readonly columns: readonly Column[];
  /** How many of the predicted numbers are not finite: the model's weights are too large for these rows. */
  readonly wild: number;
}

/** What is added beside predictions. */
export interface PredictedOptions {
  /** Of the truth a share that intervals, or sets of classes, are to hold: in (0, 1). */
  readonly interval?: number | undefined;
}

/**
 * Throws as `predictTable`, EncodingError where the table has a column of a name that is added, and as `intervalsOf` where intervals
 * are asked for.
 */
export function predictedColumns(
  model: TableModelData,
  engine: SyncEngine,
  table: Table,
  { interval }: PredictedOptions = {},
): PredictedColumns {
  const columns = addedColumns(table, predictedOf(model, predictTable(model, engine, table), { interval }));
  const numbers = columns.flatMap((column) => (column.type === "number" ? [column.values] : []));
  const wild = numbers.reduce((sum, values) => sum + values.filter((value) => !Number.isFinite(value)).length, 0);
  return { columns, wild };
}

/** The columns of what is said already. Throws as `intervalsOf` where intervals are asked for. */
export function predictedOf(model: TableModelData, said: TablePrediction, { interval }: PredictedOptions): Column[] {
  return [
    ...kindOf(model.target).columns(model.target, said, undefined),
    ...(interval === undefined ? [] : intervalColumns(model, said, interval)),
  ];
}

/** "lower 0.9" and "upper 0.9" of amounts, "set 0.9" of classes with the most probable one first; with the target of several. */
function intervalColumns({ target, conformal }: TableModelData, said: TablePrediction, level: number): Column[] {
  return intervalsOf(target, conformal, said, level).flatMap((one, i): Column[] => {
    const suffix = target.task === "several" ? ` ${level} ${target.targets[i].name}` : ` ${level}`;
    if (one.task === "classification")
      return [{ name: `set${suffix}`, type: "text", values: one.sets.map((set) => set.join(";")) }];
    return (["lower", "upper"] as const).map((side) => ({
      name: `${side}${suffix}`,
      type: "number",
      values: one[side],
    }));
  });
}
