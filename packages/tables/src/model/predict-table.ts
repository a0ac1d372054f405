/** What a model says of the rows of a table. */
import { type Model, predictorOf, type SyncEngine } from "@chaingrad/core";
import { encode } from "../table/encoder.ts";
import { allRows, EncodingError, type Table } from "../table/table.ts";
import { kindOf } from "../table/targets/kind-of.ts";
import type { TablePrediction } from "../table/targets/prediction.ts";
import { offsetsFor } from "../table/targets/rows.ts";
import { takesTables } from "./model-file.ts";

export type { TablePrediction } from "../table/targets/prediction.ts";

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
  const { target } = model;
  const wanted = rows ?? allRows(table);
  const x = encode(model.encoder, table, rows);
  const offsets = offsetsFor(target, table, wanted);
  const { predictions } = predictorOf(model, engine, wanted.length).predict(x);
  try {
    return kindOf(target).say(target, { predictions, offsets });
  } catch (error) {
    throw error instanceof EncodingError && error.row !== undefined ? inTable(error, wanted) : error;
  }
}

/** What is said of a row by its place among those predicted is said of its place in the table. */
function inTable(error: EncodingError, rows: ArrayLike<number>): EncodingError {
  const [place, row] = [error.row as number, rows[error.row as number]];
  if (place === row) return error;
  return new EncodingError(error.message.replace(`row ${place + 1} `, `row ${row + 1} `), undefined, row);
}
