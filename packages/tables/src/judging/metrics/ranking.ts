/** Metrics of scores by which rows are put in order, by scikit-learn's names: any numbers, higher where a row is likelier of the class. */
import { checkKeys, checkLength, type Names, type Weighed } from "@chaingrad/core/given";
import { areaUnderCurve } from "./area.ts";
import { checkFinite, checkLabels, countedRows, type MetricOptions, type Numbers } from "./given.ts";
import { averagePrecisionOf, levelsOf } from "./levels.ts";

/** A number of each class against the rest, and their mean. */
export interface OneVsRest {
  /** Of each class; null where no row is of it, or (of an area under the ROC curve) every row. */
  readonly classes: readonly (number | null)[];
  /** The mean over the classes that have a number; null where none has. */
  readonly macro: number | null;
}

const OPTIONS: Names<MetricOptions> = { weights: true };

type Ranking = (rows: Weighed, scoreOf: (row: number) => number, isHit: (row: number) => boolean) => number | null;

const averagePrecision: Ranking = (...given) => averagePrecisionOf(levelsOf(...given));

function ofTwo(owner: string, ranking: Ranking, scores: Numbers, labels: Numbers, options: MetricOptions) {
  checkKeys(owner, options, OPTIONS);
  checkLength("scores", scores.length, labels.length);
  checkLabels("labels", labels, 2);
  checkFinite("scores", scores);
  return ranking(
    countedRows(labels.length, options.weights),
    (row) => scores[row],
    (row) => labels[row] === 1,
  );
}

function ofEach(owner: string, ranking: Ranking, scores: Numbers, labels: Numbers, options: MetricOptions): OneVsRest {
  checkKeys(owner, options, OPTIONS);
  const rows = countedRows(labels.length, options.weights);
  const width = scores.length / labels.length;
  if (!Number.isInteger(width) || width < 2)
    throw new RangeError(`metrics: expected scores [${labels.length}, classes] of two at least, got ${scores.length}`);
  checkLabels("labels", labels, width);
  checkFinite("scores", scores);
  return oneVsRest(ranking, rows, { scores, labels, width });
}

interface Scored {
  readonly scores: Numbers;
  readonly labels: Numbers;
  readonly width: number;
}

function oneVsRest(ranking: Ranking, rows: Weighed, { scores, labels, width }: Scored): OneVsRest {
  const classes = Array.from({ length: width }, (_, label) =>
    ranking(
      rows,
      (row) => scores[row * width + label],
      (row) => labels[row] === label,
    ),
  );
  const known = classes.filter((value) => value !== null);
  return { classes, macro: known.length === 0 ? null : known.reduce((a, b) => a + b) / known.length };
}

/**
 * The chance that a row of class 1 is given a higher score than a row of class 0, ties counting half: the area under the ROC
 * curve (`roc_auc_score`). Null unless there are rows of both.
 * Throws RangeError on lengths that differ, labels other than 0 and 1, scores that are not finite, weights that are none.
 * @param scores [rows]
 */
export function rocAucScore(scores: Numbers, labels: Numbers, options: MetricOptions = {}): number | null {
  return ofTwo("rocAucScore", areaUnderCurve, scores, labels, options);
}

/**
 * The same of each class against the rest (`roc_auc_score` with multi_class="ovr", average="macro"). Throws as `rocAucScore`.
 * @param scores [rows, classes], row-major
 */
export function rocAucScoreOvr(scores: Numbers, labels: Numbers, options: MetricOptions = {}): OneVsRest {
  return ofEach("rocAucScoreOvr", areaUnderCurve, scores, labels, options);
}

/**
 * Σₖ (Rₖ − Rₖ₋₁) Pₖ over the distinct scores from the highest down, R recall and P precision of class 1: the area under the
 * precision–recall curve as steps (`average_precision_score`). Null where no row is of class 1. Throws as `rocAucScore`.
 * @param scores [rows]
 */
export function averagePrecisionScore(scores: Numbers, labels: Numbers, options: MetricOptions = {}): number | null {
  return ofTwo("averagePrecisionScore", averagePrecision, scores, labels, options);
}

/**
 * The same of each class against the rest (`average_precision_score` of several classes). Throws as `rocAucScore`.
 * @param scores [rows, classes], row-major
 */
export function averagePrecisionScoreOvr(scores: Numbers, labels: Numbers, options: MetricOptions = {}): OneVsRest {
  return ofEach("averagePrecisionScoreOvr", averagePrecision, scores, labels, options);
}
