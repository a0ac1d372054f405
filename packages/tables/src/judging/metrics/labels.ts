/** Metrics of predicted classes, by scikit-learn's names: labels from 0, predictions first. */
import { checkKeys, checkLength, checkName, countingNumber, inRange, type Names } from "@chaingrad/core/given";
import {
  type Averaging,
  accuracyOf,
  balancedAccuracyOf,
  type Found,
  foundIn,
  kappaOf,
  matthewsOf,
} from "./confusion.ts";
import { checkLabels, countedRows, type MetricOptions, type Numbers } from "./given.ts";

/** What metrics of predicted classes may be told. */
export interface LabelOptions extends MetricOptions {
  /** How many classes there are (default: up to the highest label given). */
  readonly classes?: number | undefined;
}

/** Which precision, recall or F₁ is meant. */
export interface AveragedOptions extends LabelOptions {
  /**
   * "macro" (the default): the mean over the classes that occur in truth or prediction, where what is not defined counts as 0;
   * "weighted": the same, weighed by their rows; or a label: of that class alone, null where it is not defined.
   */
  readonly of?: Averaging | undefined;
}

/** How Cohen's κ counts a disagreement. */
export interface KappaOptions extends LabelOptions {
  /** How far apart the classes are ("linear"), or the square of it (scikit-learn's `weights`; default: all count the same). */
  readonly disagreement?: "linear" | "quadratic" | undefined;
}

const OPTIONS: Names<LabelOptions> = { weights: true, classes: true };

/**
 * confusion[truth][prediction], [classes, classes]: the weight of the rows (scikit-learn's `confusion_matrix`).
 * Throws RangeError on lengths that differ, a label that is no class, weights that are none, an option that there is not.
 */
export function confusionMatrix(predicted: Numbers, labels: Numbers, options: LabelOptions = {}): number[][] {
  checkKeys("confusionMatrix", options, OPTIONS);
  return counted(predicted, labels, options);
}

function counted(predicted: Numbers, labels: Numbers, { weights, classes }: LabelOptions): number[][] {
  checkLength("predictions", predicted.length, labels.length);
  const rows = countedRows(labels.length, weights);
  const most = (values: Numbers): number => Array.from(values).reduce((a, b) => Math.max(a, b), 0);
  const size =
    classes === undefined ? 1 + Math.max(most(labels), most(predicted)) : inRange("classes", classes, countingNumber);
  checkLabels("labels", labels, size);
  checkLabels("predictions", predicted, size);
  const confusion = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const [i, row] of rows.rows.entries()) confusion[labels[row]][predicted[row]] += rows.weights[i];
  return confusion;
}

/** The share of rows that are right (`accuracy_score`). Throws as `confusionMatrix`. */
export function accuracyScore(predicted: Numbers, labels: Numbers, options: LabelOptions = {}): number {
  checkKeys("accuracyScore", options, OPTIONS);
  return accuracyOf(counted(predicted, labels, options));
}

/** The mean recall of the classes that there are rows of (`balanced_accuracy_score`). Throws as `confusionMatrix`. */
export function balancedAccuracyScore(predicted: Numbers, labels: Numbers, options: LabelOptions = {}): number {
  checkKeys("balancedAccuracyScore", options, OPTIONS);
  return balancedAccuracyOf(counted(predicted, labels, options));
}

function averaged(
  owner: string,
  part: keyof Found,
  [predicted, labels, options]: readonly [Numbers, Numbers, AveragedOptions],
): number | null {
  checkKeys(owner, options, { ...OPTIONS, of: true } satisfies Names<AveragedOptions>);
  const { of = "macro" } = options;
  const confusion = counted(predicted, labels, options);
  if (typeof of === "number") checkLabels(`${owner}: of`, [of], confusion.length);
  else checkName(`${owner}: of`, of, ["macro", "weighted"]);
  return foundIn(confusion, of)[part];
}

/** Of the rows said to be of a class, the share that is (`precision_score`). Throws as `confusionMatrix`. */
export function precisionScore(predicted: Numbers, labels: Numbers, options: AveragedOptions = {}): number | null {
  return averaged("precisionScore", "precision", [predicted, labels, options]);
}

/** Of the rows of a class, the share that is found (`recall_score`). Throws as `confusionMatrix`. */
export function recallScore(predicted: Numbers, labels: Numbers, options: AveragedOptions = {}): number | null {
  return averaged("recallScore", "recall", [predicted, labels, options]);
}

/** 2TP / (2TP + FP + FN) (`f1_score`). Throws as `confusionMatrix`. */
export function f1Score(predicted: Numbers, labels: Numbers, options: AveragedOptions = {}): number | null {
  return averaged("f1Score", "f1", [predicted, labels, options]);
}

/**
 * The correlation of truth and prediction, from −1 to 1 (`matthews_corrcoef`): 0 where one class is said of all rows; null
 * where all rows are of one class, for which scikit-learn says 0, too. Throws as `confusionMatrix`.
 */
export function matthewsCorrcoef(predicted: Numbers, labels: Numbers, options: LabelOptions = {}): number | null {
  checkKeys("matthewsCorrcoef", options, OPTIONS);
  return matthewsOf(counted(predicted, labels, options));
}

/** Agreement beyond chance, at most 1 (`cohen_kappa_score`); null where one class is all there is. Throws as `confusionMatrix`. */
export function cohenKappaScore(predicted: Numbers, labels: Numbers, options: KappaOptions = {}): number | null {
  checkKeys("cohenKappaScore", options, { ...OPTIONS, disagreement: true } satisfies Names<KappaOptions>);
  const { disagreement } = options;
  if (disagreement !== undefined) checkName("cohenKappaScore: disagreement", disagreement, ["linear", "quadratic"]);
  return kappaOf(counted(predicted, labels, options), disagreement);
}
