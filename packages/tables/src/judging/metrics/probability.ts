/** Metrics of probabilities, by scikit-learn's names: [rows] of the second of two classes, or [rows, classes] row-major. */
import { average, checkKeys, type Names } from "@chaingrad/core/given";
import { checkLabels, checkProbabilities, countedRows, type MetricOptions, type Numbers } from "./given.ts";

const OPTIONS: Names<MetricOptions> = { weights: true };

/** How probable a class is said to be in a row. */
type Said = (row: number, label: number) => number;

function said(probabilities: Numbers, labels: Numbers): { readonly of: Said; readonly classes: number } {
  const width = checkProbabilities(probabilities, labels.length);
  const classes = Math.max(2, width);
  checkLabels("labels", labels, classes);
  const ofSecond: Said = (row, label) => (label === 1 ? probabilities[row] : 1 - probabilities[row]);
  return { of: width === 1 ? ofSecond : (row, label) => probabilities[row * width + label], classes };
}

/**
 * −mean ln p(true class), p at least 2⁻⁵² (`log_loss`).
 * Throws RangeError on labels that are no class, probabilities outside 0 to 1 or that do not sum to 1, lengths and weights.
 */
export function logLoss(probabilities: Numbers, labels: Numbers, options: MetricOptions = {}): number {
  checkKeys("logLoss", options, OPTIONS);
  const { of } = said(probabilities, labels);
  return average(
    countedRows(labels.length, options.weights),
    (row) => -Math.log(Math.max(of(row, labels[row]), Number.EPSILON)),
  );
}

/**
 * The mean squared error of probabilities (`brier_score_loss`): of two classes (p − y)² of the second, from 0 to 1; of more
 * Σₖ (pₖ − yₖ)² over the classes, from 0 to 2 (Brier 1950). Throws as `logLoss`.
 */
export function brierScoreLoss(probabilities: Numbers, labels: Numbers, options: MetricOptions = {}): number {
  checkKeys("brierScoreLoss", options, OPTIONS);
  const { of, classes } = said(probabilities, labels);
  const squares = average(countedRows(labels.length, options.weights), (row) => {
    let sum = 0;
    for (let label = 0; label < classes; label++) sum += (of(row, label) - Number(labels[row] === label)) ** 2;
    return sum;
  });
  return classes === 2 ? squares / 2 : squares;
}
