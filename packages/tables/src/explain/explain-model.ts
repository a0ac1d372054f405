/** A model's gradients on rows of a table, explained and certified in one call each. */
import type { CertifyOptions } from "@chaingrad/core/check";
import { batchOf } from "../judging/labelled-rows.ts";
import type { TableModelData } from "../model/model-file.ts";
import { type Rows, tableOf } from "../rows.ts";
import {
  certifyOpened,
  type Explanation,
  explainOpened,
  type TableCertificate,
  type ViewOptions,
} from "./explain-opened.ts";
import type { OpenedNetwork } from "./opened.ts";

/** What has a model: `TableModel`, or the model as plain data. */
export type OfModel = TableModelData | { readonly model: TableModelData };

/** Which row is explained, and how. */
export interface ExplainModelOptions extends ViewOptions {
  /** The row, counted from 1 (default 1). */
  readonly row?: number;
}

const openedModel = (given: OfModel): OpenedNetwork & { readonly model: TableModelData } => {
  const model = "model" in given ? given.model : given;
  return { ...model, origin: "trained", model };
};

/**
 * The chain rule of a model on one row, formula by formula, with the numbers that the programs compute in float64: from its
 * loss, for which the row's target must be known, or from its prediction. Throws UserError on a name that there is not or a
 * view that cannot be shown (with what to do instead), RangeError on a row that there is not, TargetError and EncodingError as
 * `TableModel.evaluate`.
 */
export async function explainModel(
  given: OfModel,
  rows: Rows<object>,
  { row = 1, ...options }: ExplainModelOptions = {},
): Promise<Explanation> {
  const opened = openedModel(given);
  const withTarget = (options.from ?? "loss") === "loss";
  return explainOpened(
    opened,
    batchOf(opened.model, tableOf(rows, opened.model.reading), { row, withTarget }),
    options,
  );
}

/**
 * Every gradient on rows whose targets are known, against independent witnesses: by each parameter, by x, and by the columns
 * of numbers and dates. Of many rows it is of some, evenly spread, so that it takes seconds: `rows` and `columns` of the result
 * say of how many. Throws RangeError unless `options.rows` is a whole number from 1, TargetError and EncodingError as `TableModel.evaluate`.
 */
export function checkModel(given: OfModel, rows: Rows<object>, options: CertifyOptions = {}): TableCertificate {
  const opened = openedModel(given);
  return certifyOpened(opened, batchOf(opened.model, tableOf(rows, opened.model.reading)), options);
}
