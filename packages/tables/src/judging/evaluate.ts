/** How a model does on rows whose targets are known, in the target's own units. */

import { type Dataset, type Judgement, type Model, predictorOf, rowsOf, type SyncEngine } from "@chaingrad/core";
import { kindOf } from "../table/targets/kind-of.ts";
import type { AmountPrediction, TablePrediction } from "../table/targets/prediction.ts";
import { offsetsIn } from "../table/targets/rows.ts";
import type { RegressionTarget, Target } from "../table/targets/target.ts";
import type { Evaluation, Scores } from "./evaluation.ts";

export type { ClassScores, Evaluation, Scores } from "./evaluation.ts";

type Judged<T extends Target = Target> = Model & { readonly target: T };

const judge = (model: Judged, engine: SyncEngine, data: Dataset) =>
  predictorOf(model, engine, rowsOf(data, model.network.inputs)).judge(data);

/** What a model says of rows that are encoded. Throws EncodingError where nothing can be said of one. */
export function predictRows(model: Judged, engine: SyncEngine, data: Dataset): TablePrediction {
  return saidOf(model.target, judge(model, engine, data), data);
}

/** What was predicted of rows that are encoded, in the target's own terms. Throws as `predictRows`. */
export function saidOf(target: Target, { predictions }: Judgement, data: Dataset): TablePrediction {
  return kindOf(target).say(target, { predictions, offsets: offsetsIn(target, data) });
}

/** What a model of an amount predicts of rows, in the target's own unit. */
export function predictAmounts(model: Judged<RegressionTarget>, engine: SyncEngine, data: Dataset): Float64Array {
  return (predictRows(model, engine, data) as AmountPrediction).values;
}

/** Judges a model on rows with targets. */
export function evaluateModel(model: Judged, engine: SyncEngine, data: Dataset): Evaluation {
  return evaluationOf(model.target, judge(model, engine, data), data);
}

/** Judges what was predicted of rows with targets. */
export function evaluationOf(target: Target, { predictions, loss }: Judgement, data: Dataset): Evaluation {
  return kindOf(target).evaluate(target, { predictions }, data, loss);
}

/** What always answering with the training rows' majority class, or their mean, scores on `data`. */
export function evaluateBaseline(target: Target, train: Dataset, data: Dataset): Scores {
  return kindOf(target).baseline(target, train, data);
}
