/** What else can be said of predictions on rows whose targets are known, beside the few scores that every evaluation has. */
import { type Dataset, type Judgement, predictorOf, rowsOf, type SyncEngine } from "@chaingrad/core";
import { allFinite } from "@chaingrad/core/given";
import type { TableModelData } from "../model/model-file.ts";
import { truthOf } from "../table/targets/amounts.ts";
import type { Truth } from "../table/targets/kind.ts";
import type {
  AmountPrediction,
  ClassPrediction,
  LabelSetPrediction,
  SeveralPrediction,
} from "../table/targets/prediction.ts";
import { truthIn } from "../table/targets/several.ts";
import { type MultiLabelTarget, type RegressionTarget, type SingleTarget, targetsOf } from "../table/targets/target.ts";
import { type Evaluation, evaluationOf, type Scores, saidOf } from "./evaluate.ts";
import {
  meanAbsolutePercentageError,
  meanPinballLoss,
  meanPoissonDeviance,
  medianAbsoluteError,
} from "./metrics/amounts.ts";
import { type CalibrationBin, type CalibrationOptions, calibrationCurve, errorOf } from "./metrics/calibration.ts";
import { balancedAccuracyOf, type Found, foundIn, kappaOf, matthewsOf } from "./metrics/confusion.ts";
import { confusionMatrix } from "./metrics/labels.ts";
import { brierScoreLoss } from "./metrics/probability.ts";
import {
  averagePrecisionScore,
  averagePrecisionScoreOvr,
  type OneVsRest,
  rocAucScore,
  rocAucScoreOvr,
} from "./metrics/ranking.ts";

/** What else is said of one target. */
export interface FurtherScores {
  /** The column that holds the target. */
  readonly name: string;
  /**
   * Of classes: balanced accuracy, mcc, kappa (of classes in an order also quadratic kappa), average precision, brier, calibration
   * error. Of labels: auc, average precision. Of amounts: median absolute error, mape (null where a row's target is 0), poisson
   * deviance (absent where an amount is below 0, or a prediction not above it), and pinball of each quantile.
   */
  readonly scores: Scores;
  /** Precision, recall and F₁ over the classes. */
  readonly averages?: { readonly macro: Found; readonly weighted: Found };
  /** Of more than two classes, or of labels: each against the rest. */
  readonly classes?: readonly RankedClass[];
  /** Of classes. */
  readonly reliability?: Reliability;
}

/** How often what is said to be probable comes true. */
export interface Reliability {
  /** The class whose probability it is, the second of two; absent where it is that of the most probable one. */
  readonly of?: string;
  readonly bins: readonly CalibrationBin[];
}

/** How well the rows of a class are told from all others. */
export interface RankedClass {
  readonly name: string;
  readonly auc: number | null;
  readonly averagePrecision: number | null;
}

/** An evaluation with all that can be said. */
export interface FullEvaluation {
  readonly evaluation: Evaluation;
  /** Of each target; none where the model's weights overflow on a row. */
  readonly further: readonly FurtherScores[];
}

/** Judges a model on rows with targets, by all scores. Throws RangeError on options of the reliability curve that are none. */
export function evaluateFully(
  model: TableModelData,
  engine: SyncEngine,
  data: Dataset,
  curve: Omit<CalibrationOptions, "weights"> = {},
): FullEvaluation {
  const judgement = predictorOf(model, engine, rowsOf(data, model.network.inputs)).judge(data);
  return {
    evaluation: evaluationOf(model.target, judgement, data),
    further: furtherScores(model, judgement, data, curve),
  };
}

function furtherScores(
  { target }: TableModelData,
  judgement: Judgement,
  data: Dataset,
  curve: CalibrationOptions,
): FurtherScores[] {
  if (!allFinite(judgement.predictions)) return [];
  const said = saidOf(target, judgement, data);
  return targetsOf(target).map((one, i) => {
    const own = said.task === "several" ? said.targets[i] : said;
    const truth = target.task === "several" ? truthIn(target, data, i) : data;
    return { name: one.name, ...scored(one, own, truth, curve) };
  });
}

type Scored = Omit<FurtherScores, "name">;

function scored(
  target: SingleTarget,
  said: SeveralPrediction["targets"][number],
  truth: Truth,
  curve: CalibrationOptions,
): Scored {
  switch (target.task) {
    case "classification":
    case "ordinal":
      return ofClasses(target, said as ClassPrediction, truth, curve);
    case "multi-label":
      return ofLabels(target, said as LabelSetPrediction, truth);
    case "regression":
      return ofAmounts(target, said as AmountPrediction, truth);
    default:
      return target satisfies never;
  }
}

function ofClasses(
  { task, classes }: Extract<SingleTarget, { classes: unknown }>,
  { labels: predicted, probabilities: given }: ClassPrediction,
  { y, weight: weights }: Truth,
  curve: CalibrationOptions,
): Scored {
  // Differences of classes in an order may be a rounding below 0.
  const probabilities = given.map((p) => Math.min(1, Math.max(0, p)));
  const confusion = confusionMatrix(predicted, y, { classes: classes.length, weights });
  const precision = averagePrecisionScoreOvr(probabilities, y, { weights });
  const bins = calibrationCurve(probabilities, y, { ...curve, weights });
  const scores = {
    "balanced accuracy": balancedAccuracyOf(confusion),
    mcc: matthewsOf(confusion),
    kappa: kappaOf(confusion),
    ...(task === "ordinal" && { "quadratic kappa": kappaOf(confusion, "quadratic") }),
    "average precision": classes.length === 2 ? precision.classes[1] : precision.macro,
    brier: brierScoreLoss(probabilities, y, { weights }),
    "calibration error": errorOf(bins),
  };
  const averages = { macro: foundIn(confusion, "macro"), weighted: foundIn(confusion, "weighted") };
  const auc = rocAucScoreOvr(probabilities, y, { weights });
  const each = classes.length > 2 && { classes: ranked(classes, auc, precision) };
  return { scores, averages, ...each, reliability: { ...(classes.length === 2 && { of: classes[1] }), bins } };
}

const ranked = (names: readonly string[], auc: OneVsRest, precision: OneVsRest): RankedClass[] =>
  names.map((name, i) => ({ name, auc: auc.classes[i], averagePrecision: precision.classes[i] }));

function ofLabels({ labels }: MultiLabelTarget, { probabilities }: LabelSetPrediction, { y, weight }: Truth): Scored {
  const [n, weights] = [labels.length, weight];
  const column = (of: ArrayLike<number>, k: number) =>
    Float64Array.from({ length: of.length / n }, (_, i) => of[i * n + k]);
  const classes = labels.map((name, k): RankedClass => {
    const given = [column(probabilities, k), column(y, k), { weights }] as const;
    return { name, auc: rocAucScore(...given), averagePrecision: averagePrecisionScore(...given) };
  });
  const mean = (of: (one: RankedClass) => number | null): number | null => {
    const known = classes.map(of).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((a, b) => a + b) / known.length;
  };
  const scores = {
    auc: mean(({ auc }) => auc),
    "average precision": mean(({ averagePrecision }) => averagePrecision),
  };
  return { scores, classes };
}

function ofAmounts(target: RegressionTarget, { values, quantiles }: AmountPrediction, data: Truth): Scored {
  const { truth, weight: weights } = truthOf(target, data);
  const isRate = target.link === undefined && truth.every((y) => y >= 0) && values.every((value) => value > 0);
  const pinball = (target.quantiles ?? []).map((alpha, k): [string, number] => [
    `pinball q${alpha}`,
    meanPinballLoss(quantiles?.[k] ?? values, truth, { alpha, weights }),
  ]);
  const scores = {
    "median absolute error": medianAbsoluteError(values, truth, { weights }),
    mape: truth.every((y) => y !== 0) ? meanAbsolutePercentageError(values, truth, { weights }) : null,
    ...(isRate && { "poisson deviance": meanPoissonDeviance(values, truth, { weights }) }),
    ...Object.fromEntries(pinball),
  };
  return { scores };
}
