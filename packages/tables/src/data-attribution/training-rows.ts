/** The rows of a table that a model was trained on, as its objective sees them. */
import type { Dataset } from "@chaingrad/core";
import { judgedRows } from "../judging/labelled-rows.ts";
import { labelledRows } from "../table/labelled.ts";
import { allRows, type Table, TargetError } from "../table/table.ts";
import { weighed } from "../table/weights.ts";
import type { Subject } from "../understanding/subject.ts";
import { checkPlainTarget } from "./plain-target.ts";

/** Rows with their targets. */
export interface TrainingRows {
  readonly table: Table;
  /** Their places in the table, from 0, ascending. */
  readonly places: Int32Array;
  readonly data: Dataset;
  /** What each counts in the objective, of which the sum is 1: [rows]. */
  readonly shares: Float64Array;
}

/** Rows without a target are left out. Throws TargetError where none has one, EncodingError as `encode`. */
export function trainingRows({ model, table }: Subject): TrainingRows {
  const { target } = model;
  checkPlainTarget(target);
  const { rows: places } = labelledRows(target, table, allRows(table), "which the loss is taken of");
  if (places.length === 0) throw new TargetError(`the column '${target.name}' has no values at all`, target.name);
  const { classWeights } = model;
  const data = weighed(judgedRows(model, table, places).data, classWeights && Float64Array.from(classWeights));
  const weight = Float64Array.from(data.weight ?? new Float64Array(places.length).fill(1));
  const total = weight.reduce((sum, one) => sum + one, 0);
  if (!(total > 0)) throw new TargetError(`the weight '${model.weight}' is 0 in all rows`, target.name);
  return { table, places, data, shares: weight.map((one) => one / total) };
}
