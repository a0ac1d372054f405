/** What metrics are given, looked at before anything is counted. */
import { checkLength, type Weighed, weigh } from "@chaingrad/core/given";

/** A list of numbers: an array, or a typed one. */
export type Numbers = ArrayLike<number>;

/** What every metric may be told beside predictions and truth. */
export interface MetricOptions {
  /** Of each row a number ≥ 0 (sample_weight): 2 counts as the row twice, 0 as the row absent (default: all count the same). */
  readonly weights?: Numbers | undefined;
}

/** The rows that count. Throws RangeError on weights that are not one number ≥ 0 for each row, or all 0, and where there is no row. */
export function countedRows(rows: number, weights: Numbers | undefined): Weighed {
  if (weights === undefined) return weigh(rows);
  checkLength("weights", weights.length, rows);
  checkEach("weights", weights, "a finite number ≥ 0", (weight) => weight >= 0 && weight < Number.POSITIVE_INFINITY);
  if (rows > 0 && Array.from(weights).every((weight) => weight === 0))
    throw new RangeError("metrics: all weights are 0, so that no row counts: give one row at least a weight above 0");
  return weigh(rows, weights);
}

/** Throws RangeError unless each is a class from 0 to one less than `classes`. */
export function checkLabels(what: string, labels: Numbers, classes: number): void {
  const expected = `a class from 0 to ${classes - 1}`;
  checkEach(what, labels, expected, (label) => Number.isInteger(label) && label >= 0 && label < classes);
}

/** Throws RangeError unless each is a finite number. */
export function checkFinite(what: string, values: Numbers): void {
  checkEach(what, values, "a finite number", Number.isFinite);
}

/** A row's probabilities may sum to what rounding in single precision leaves of 1. */
const ROUNDING = 1e-5;

/**
 * How many columns probabilities have: 1 where they are of the second of two classes, [rows], else as many as classes,
 * [rows, classes] row-major. Throws RangeError unless they are from 0 to 1, and sum to 1 in each row.
 */
export function checkProbabilities(probabilities: Numbers, rows: number): number {
  const width = rows === 0 ? 1 : probabilities.length / rows;
  if (!Number.isInteger(width) || width < 1)
    throw new RangeError(
      `metrics: expected probabilities [${rows}] of the second class, or [${rows}, classes], got ${probabilities.length}`,
    );
  const expected = "a probability from 0 to 1 (of logits, take their softmax or sigmoid first)";
  checkEach("probabilities", probabilities, expected, (p) => p >= 0 && p <= 1);
  for (let row = 0; width > 1 && row < rows; row++) {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += probabilities[i];
    if (!(Math.abs(sum - 1) <= ROUNDING))
      throw new RangeError(`metrics: probabilities of row ${row} (from 0) sum to ${sum}; expected 1 over the classes`);
  }
  return width;
}

function checkEach(what: string, values: Numbers, expected: string, isGood: (value: number) => boolean): void {
  for (let i = 0; i < values.length; i++)
    if (!isGood(values[i])) throw new RangeError(`metrics: ${what}[${i}] is ${values[i]}; expected ${expected}`);
}
