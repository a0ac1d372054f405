/** A model's gradients on rows of a table, explained and certified in one call each. */
import { type Certificate, type CertifyOptions, certify } from "@chaingrad/core/check";
import { type Block, type Explained, explainNet, parseTarget, type Target } from "@chaingrad/core/explain";
import { trainedNet } from "@chaingrad/core/net";
import { refusal } from "@chaingrad/core/user-error";
import { batchOf } from "../judging/labelled-rows.ts";
import type { Model } from "../model/model-file.ts";
import { type Rows, tableOf } from "../rows.ts";
import { DEFAULT_OPTIMIZER, type Shown, viewBlocks } from "./views.ts";

/** What has a model: `TableModel`, or the model as plain data. */
export type OfModel = Model | { readonly model: Model };

export interface ExplainOptions {
  /** The row, counted from 1 (default 1). */
  readonly row?: number;
  /** The derivative by this alone: "W2", "W2[1,3]", "b1", "x[2]", "h1[4]". Places count from 1. */
  readonly of?: string;
  /** How it is shown; without it the whole derivation, or what leads to `of`. */
  readonly view?: Shown;
  /** Of the view "update": whose step (default "sgd"), with which rate (default: its own), and which of its steps (default 1). */
  readonly optimizer?: string;
  readonly rate?: number;
  readonly step?: number;
}

export interface Explanation {
  /** The programs that run, and their numbers. */
  readonly of: Explained;
  /** What `blocks` are about, where `of` named it. */
  readonly target: Target | undefined;
  /** For any printer: `terminalLines`, `latexDocument`, `markdownDocument`, `htmlBody`, `viewJson` of `@chaingrad/core/explain`. */
  readonly blocks: readonly Block[];
}

const modelOf = (given: OfModel): Model => ("model" in given ? given.model : given);

/**
 * The chain rule of a model on one row whose target is known, formula by formula, with the numbers that the programs compute
 * in float64. Throws UserError on a name that there is not or a view that cannot be shown (with what to do instead), RangeError
 * on a row that there is not, TargetError and EncodingError as `TableModel.evaluate`.
 */
export async function explainModel(
  given: OfModel,
  rows: Rows<object>,
  options: ExplainOptions = {},
): Promise<Explanation> {
  const { row = 1, optimizer = DEFAULT_OPTIMIZER, rate, step = 1, view } = options;
  const model = modelOf(given);
  const batch = batchOf(model, tableOf(rows), { row });
  const opened = trainedNet(model);
  const of = explainNet(opened.net, opened.tensors, batch);
  const { of: name } = options;
  const target = name === undefined ? undefined : refusal(() => parseTarget(of, name));
  return { of, target, blocks: await viewBlocks({ of, target, opened, batch, optimizer, rate, step }, view) };
}

/** Every gradient on rows whose targets are known, against independent witnesses. Throws TargetError and EncodingError as `TableModel.evaluate`. */
export function checkModel(given: OfModel, rows: Rows<object>, options: CertifyOptions = {}): Certificate {
  const model = modelOf(given);
  return certify(trainedNet(model), batchOf(model, tableOf(rows)), options);
}
