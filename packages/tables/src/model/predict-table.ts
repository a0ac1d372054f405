/** What a model says of the rows of a table. */
import { type Model, predictorOf, type SyncEngine } from "@chaingrad/core";
import { mostProbable } from "@chaingrad/core/given";
import { encode } from "../table/encoder.ts";
import { EncodingError, type Table } from "../table/table.ts";
import { decodeTarget } from "../table/target.ts";
import { takesTables } from "./model-file.ts";

/** What a model says of rows, in the target's own terms. */
export type TablePrediction =
  | {
      readonly task: "classification";
      /** The most probable class of each row: its label and its name. */
      readonly labels: Int32Array;
      readonly names: readonly string[];
      /** [rows, classes] */
      readonly probabilities: Float64Array;
    }
  | { readonly task: "regression"; readonly values: Float64Array };

/**
 * Throws EncodingError when the table lacks a column the model was trained with, or holds text where numbers are due, and
 * when a class cannot be told because the model's weights overflow on a row; RangeError on a model that takes no tables.
 */
export function predictTable(
  model: Model,
  engine: SyncEngine,
  table: Table,
  rows?: ArrayLike<number>,
): TablePrediction {
  if (!takesTables(model))
    throw new RangeError("this model was not trained on a table: give its inputs to a Predictor");
  const x = encode(model.encoder, table, rows);
  const { predictions } = predictorOf(model, engine, rows?.length ?? table.rows).predict(x);
  const { target } = model;
  if (target.task === "regression") return { task: "regression", values: decodeTarget(target, predictions) };
  const classes = target.classes.length;
  const wild = predictions.findIndex((probability) => !Number.isFinite(probability));
  if (wild >= 0) {
    const row = rows?.[Math.floor(wild / classes)] ?? Math.floor(wild / classes);
    const why = "the model's weights are too large for its values";
    throw new EncodingError(`row ${row + 1} has no class: ${why}, so that its probabilities are NaN`, undefined, row);
  }
  const labels = new Int32Array(predictions.length / classes).map((_, row) => mostProbable(predictions, row, classes));
  return { task: "classification", labels, names: decodeTarget(target, labels), probabilities: predictions };
}
