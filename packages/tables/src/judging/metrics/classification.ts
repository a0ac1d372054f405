/**
 * How good predictions of classes are, beside what guessing would score. Pure functions on predictions; a weight of 2 counts
 * as the row twice, a weight of 0 as the row absent. What is not defined on the rows given is null (JSON has no NaN).
 */

import { average, checkLength, mostProbable, weigh } from "@chaingrad/core/given";
import type { ClassScores } from "../evaluation.ts";
import { areaUnderCurve } from "./area.ts";

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

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
