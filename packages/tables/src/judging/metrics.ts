/**
 * How good predictions are, beside what guessing would score. Pure functions on predictions; a weight of 2 counts as
 * the row twice, a weight of 0 as the row absent. What is not defined on the rows given is null (JSON has no NaN).
 */

import { average, checkLength, mostProbable, type Weighed, weigh } from "@chaingrad/core/given";
import { ascending } from "./ascending.ts";

import type { ClassScores, ResidualSummary } from "./evaluation.ts";

type Numbers = ArrayLike<number>;

/** How well classes are predicted, on rows whose classes are known. */
export interface ClassificationMetrics {
  /** Share of rows whose most probable class is right (the first among equals). */
  readonly accuracy: number;
  /** Mean over the classes that occur, in truth or prediction, of F₁ = 2TP / (2TP + FP + FN). */
  readonly macroF1: number;
  /**
   * Chance that a row of the class is given a higher probability than a row of another, ties counting half (Mann &
   * Whitney 1947). With two classes for the second one; with more, the mean of one class against the rest. A class that
   * no row or every row has is left out; null when none is left.
   */
  readonly auc: number | null;
  /** −mean log p(true class), natural logarithm, p at least 2⁻⁵². */
  readonly logLoss: number;
  /** confusion[truth][prediction]: the weight of the rows. */
  readonly confusion: number[][];
}

/** How well amounts are predicted, in the target's own unit. */
export interface RegressionMetrics {
  /** 1 − Σ(y − ŷ)² / Σ(y − ȳ)²; null when every y is the same, for then there is no variance to explain. */
  readonly r2: number | null;
  readonly rmse: number;
  readonly mae: number;
}

/**
 * Metrics of class probabilities, row-major [rows, classes], on labels from 0.
 * Throws RangeError when lengths do not fit or no row has weight.
 */
export function classificationMetrics(
  probabilities: Numbers,
  labels: Numbers,
  classes: number,
  weights?: Numbers,
): ClassificationMetrics {
  checkLength("probabilities", probabilities.length, labels.length * classes);
  const counted = weigh(labels.length, weights);
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [i, row] of counted.rows.entries())
    confusion[labels[row]][mostProbable(probabilities, row, classes)] += counted.weights[i];
  const p = (row: number, label: number): number => probabilities[row * classes + label];
  const tested = classes === 2 ? [1] : [...confusion.keys()];
  const areas = tested.map((label) =>
    areaUnderCurve(
      counted,
      (row) => p(row, label),
      (row) => labels[row] === label,
    ),
  );
  return {
    accuracy: average(counted, (row) => (mostProbable(probabilities, row, classes) === labels[row] ? 1 : 0)),
    macroF1: macroF1(confusion),
    auc: mean(areas.filter((area) => area !== null)),
    logLoss: average(counted, (row) => -Math.log(Math.max(p(row, labels[row]), Number.EPSILON))),
    confusion,
  };
}

function macroF1(confusion: readonly number[][]): number {
  const scores = confusion.map((truth, label) => {
    const occurrences = truth.reduce((sum, weight, other) => sum + weight + confusion[other][label], 0);
    return occurrences > 0 ? (2 * truth[label]) / occurrences : null;
  });
  return mean(scores.filter((score) => score !== null)) ?? 0;
}

/** U / (weight of hits · weight of misses), where U adds for each hit the misses below it and half of those level. */
function areaUnderCurve(
  { rows, weights }: Weighed,
  scoreOf: (row: number) => number,
  isHit: (row: number) => boolean,
): number | null {
  const scores = new Float64Array(rows.length).map((_, i) => scoreOf(rows[i]));
  const order = ascending(scores);
  let [hits, misses, u] = [0, 0, 0];
  for (let start = 0, end = 0; start < order.length; start = end) {
    let [levelHits, levelMisses] = [0, 0];
    for (; end < order.length && (end === start || scores[order[end]] === scores[order[start]]); end++) {
      const place = order[end];
      if (isHit(rows[place])) levelHits += weights[place];
      else levelMisses += weights[place];
    }
    u += levelHits * (misses + levelMisses / 2);
    hits += levelHits;
    misses += levelMisses;
  }
  return hits > 0 && misses > 0 ? u / (hits * misses) : null;
}

/**
 * Metrics of predictions, in the units of both.
 * Throws RangeError when lengths do not fit or no row has weight.
 */
export function regressionMetrics(predictions: Numbers, targets: Numbers, weights?: Numbers): RegressionMetrics {
  checkLength("predictions", predictions.length, targets.length);
  const counted = weigh(targets.length, weights);
  const squares = average(counted, (row) => (targets[row] - predictions[row]) ** 2);
  const center = average(counted, (row) => targets[row]);
  const variance = average(counted, (row) => (targets[row] - center) ** 2);
  return {
    r2: counted.rows.every((row) => targets[row] === targets[counted.rows[0]]) ? null : 1 - squares / variance,
    rmse: Math.sqrt(squares),
    mae: average(counted, (row) => Math.abs(targets[row] - predictions[row])),
  };
}

/** What always answering with the classes' shares among the training labels scores: its guess is the majority class. */
export function classificationBaseline(
  training: Numbers,
  labels: Numbers,
  classes: number,
  weights?: Numbers,
  trainingWeights?: Numbers,
): ClassificationMetrics {
  const rows = weigh(training.length, trainingWeights);
  const shares = Array.from({ length: classes }, (_, label) =>
    average(rows, (row) => (training[row] === label ? 1 : 0)),
  );
  const answers = new Float64Array(labels.length * classes).map((_, i) => shares[i % classes]);
  return classificationMetrics(answers, labels, classes, weights);
}

/** What always answering with the mean of the training targets scores. */
export function regressionBaseline(
  training: Numbers,
  targets: Numbers,
  weights?: Numbers,
  trainingWeights?: Numbers,
): RegressionMetrics {
  const guess = average(weigh(training.length, trainingWeights), (row) => training[row]);
  return regressionMetrics(new Float64Array(targets.length).fill(guess), targets, weights);
}

/**
 * 2 mean(y ln(y/ŷ) − (y − ŷ)) of counts, with 0 ln 0 = 0: twice what Poisson's −ln P falls short of its best. A prediction
 * below 1e-9 counts as that: no count is impossible.
 */
export function poissonDeviance(predictions: Numbers, targets: Numbers, weights?: Numbers): number {
  checkLength("predictions", predictions.length, targets.length);
  return average(weigh(targets.length, weights), (row) => {
    const [y, rate] = [targets[row], Math.max(predictions[row], 1e-9)];
    return 2 * ((y > 0 ? y * Math.log(y / rate) : 0) - (y - rate));
  });
}

/** How each class is found, of confusion[truth][prediction]. */
export function classScores(confusion: readonly (readonly number[])[], names: readonly string[]): ClassScores[] {
  return names.map((name, label) => {
    const rows = confusion[label].reduce((sum, weight) => sum + weight, 0);
    const said = confusion.reduce((sum, truth) => sum + truth[label], 0);
    return { name, ...foundOf(confusion[label][label], rows, said) };
  });
}

/** Precision, recall and F₁ of what is found among `rows` that are there and `said` that are said to be. */
export function foundOf(found: number, rows: number, said: number): Omit<ClassScores, "name"> {
  const share = (of: number): number | null => (of > 0 ? found / of : null);
  return {
    rows,
    precision: share(said),
    recall: share(rows),
    f1: rows + said > 0 ? (2 * found) / (rows + said) : null,
  };
}

/**
 * Extremes and quartiles of the residuals target − prediction. A quartile is the value at which the weight reaches its
 * share, or midway to the next value where it hits the share exactly (definition 2 of Hyndman & Fan 1996).
 */
export function residualSummary(predictions: Numbers, targets: Numbers, weights?: Numbers): ResidualSummary {
  checkLength("predictions", predictions.length, targets.length);
  const { rows, weights: own } = weigh(targets.length, weights);
  const residuals = new Float64Array(rows.length).map((_, i) => targets[rows[i]] - predictions[rows[i]]);
  const order = ascending(residuals);
  const sorted = residuals.map((_, i) => residuals[order[i]]);
  const total = order.reduce((sum, place) => sum + own[place], 0);
  const quantile = (share: number): number => {
    let reached = 0;
    const i = order.findIndex((place) => {
      reached += own[place];
      return reached >= share * total;
    });
    const next = reached === share * total ? sorted[i + 1] : sorted[i];
    return (sorted[i] + next) / 2;
  };
  const [min, max] = [sorted[0], sorted[sorted.length - 1]];
  return { min, q1: quantile(0.25), median: quantile(0.5), q3: quantile(0.75), max };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
