/** How a model does on rows whose targets are known, in the target's own units. */

import { type Dataset, type Judgement, type Model, predictorOf, rowsOf, type SyncEngine } from "@chaingrad/core";
import { allFinite } from "@chaingrad/core/given";
import { decodeTarget, type RegressionTarget, type Target } from "../table/target.ts";
import {
  classificationBaseline,
  classificationMetrics,
  type ResidualSummary,
  regressionBaseline,
  regressionMetrics,
  residualSummary,
} from "./metrics.ts";

/** Numbers that people look for, by name; null where one is not defined on these rows. */
export type Scores = Readonly<Record<string, number | null>>;

/** How a model does on rows whose targets are known. */
export interface Evaluation {
  /** accuracy, f1, auc (null where weights overflow on these rows), loss for classes; r2, rmse, mae, loss for amounts. */
  readonly scores: Scores;
  /** confusion[truth][prediction], for classes. */
  readonly confusion?: readonly (readonly number[])[];
  /** Of target − prediction, for amounts. */
  readonly residuals?: ResidualSummary;
}

type Judged<T extends Target = Target> = Model & { readonly target: T };

const judge = (model: Judged, engine: SyncEngine, data: Dataset) =>
  predictorOf(model, engine, rowsOf(data, model.network.inputs)).judge(data);

/** What a model of an amount predicts of rows, in the target's own unit. */
export function predictAmounts(model: Judged<RegressionTarget>, engine: SyncEngine, data: Dataset): Float64Array {
  return decodeTarget(model.target, judge(model, engine, data).predictions);
}

/** Judges a model on rows with targets. */
export function evaluateModel(model: Judged, engine: SyncEngine, data: Dataset): Evaluation {
  return evaluationOf(model.target, judge(model, engine, data), data);
}

/** Judges what was predicted of rows with targets. */
export function evaluationOf(target: Target, { predictions, loss }: Judgement, data: Dataset): Evaluation {
  if (target.task === "classification") {
    if (!allFinite(predictions)) return { scores: { accuracy: null, f1: null, auc: null, loss } };
    const found = classificationMetrics(predictions, data.y, target.classes.length, data.weight);
    const { accuracy, macroF1, auc, confusion } = found;
    return { scores: { accuracy, f1: macroF1, auc, loss }, confusion };
  }
  const [predicted, truth] = [decodeTarget(target, predictions), decodeTarget(target, data.y)];
  return {
    scores: { ...regressionMetrics(predicted, truth, data.weight), loss },
    residuals: residualSummary(predicted, truth, data.weight),
  };
}

/** What always answering with the training rows' majority class, or their mean, scores on `data`. */
export function evaluateBaseline(target: Target, train: Dataset, data: Dataset): Scores {
  if (target.task === "classification") {
    const classes = target.classes.length;
    const found = classificationBaseline(train.y, data.y, classes, data.weight, train.weight);
    return { accuracy: found.accuracy, f1: found.macroF1, auc: found.auc, loss: found.logLoss };
  }
  const [known, truth] = [decodeTarget(target, train.y), decodeTarget(target, data.y)];
  const found = regressionBaseline(known, truth, data.weight, train.weight);
  return { ...found, loss: (found.rmse / target.scale) ** 2 };
}
