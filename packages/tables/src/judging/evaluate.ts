/** How a model does on rows whose targets are known, in the target's own units. */

import {
  classificationBaseline,
  classificationMetrics,
  type Dataset,
  type Engine,
  type Loss,
  type NetworkSpec,
  Predictor,
  type ResidualSummary,
  regressionBaseline,
  regressionMetrics,
  residualSummary,
  rowsOf,
  type Tensors,
} from "@chaingrad/core";
import { allFinite } from "@chaingrad/core/given";
import { decodeTarget, type Target } from "../table/target.ts";

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

interface Judged {
  readonly network: NetworkSpec;
  readonly loss: Loss;
  readonly target: Target;
  readonly tensors: Tensors;
}

/** Judges a model on rows with targets. */
export function evaluateModel(model: Judged, engine: Engine, data: Dataset): Evaluation {
  const { network, target } = model;
  const predictor = new Predictor(engine, network, model.loss, rowsOf(data, network.inputs), "f32");
  predictor.load(model.tensors);
  const { predictions, loss } = predictor.judge(data);
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
