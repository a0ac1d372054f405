/** What training tells of each epoch beside its loss; a weight of 2 counts as the row twice, a weight of 0 as the row absent. */

type Numbers = ArrayLike<number>;

/** The class with the largest probability in a row; the first among equals. */
export function mostProbable(probabilities: Numbers, row: number, classes: number): number {
  let best = 0;
  for (let label = 1; label < classes; label++) {
    if (probabilities[row * classes + label] > probabilities[row * classes + best]) best = label;
  }
  return best;
}

/** A number that says how good predictions [rows, outputs] are on targets; null where it is not defined. */
export type Metric = (predictions: Numbers, targets: Numbers, weights?: Numbers) => number | null;

/** Share of rows whose most probable class is right. */
export const accuracy: Metric = (predictions, labels, weights) => {
  const classes = predictions.length / labels.length;
  return average(weigh(labels.length, weights), (row) =>
    mostProbable(predictions, row, classes) === labels[row] ? 1 : 0,
  );
};

/** √ of the mean squared error over rows and outputs. */
export const rootMeanSquaredError: Metric = (predictions, targets, weights) => {
  const rows = weights?.length ?? targets.length;
  const width = targets.length / rows;
  const squares = (row: number): number => {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) sum += (targets[i] - predictions[i]) ** 2;
    return sum / width;
  };
  return Math.sqrt(average(weigh(rows, weights), squares));
};

/** Rows that count, and what each weighs. */
export interface Weighed {
  readonly rows: Int32Array;
  readonly weights: Float64Array;
}

/** The rows that count. Throws RangeError where none does, or a weight is missing. */
export function weigh(rows: number, weights?: Numbers): Weighed {
  if (weights) checkLength("weights", weights.length, rows);
  const kept = { rows: new Int32Array(rows), weights: new Float64Array(rows) };
  let length = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weights?.[row] ?? 1;
    if (weight === 0) continue;
    kept.rows[length] = row;
    kept.weights[length++] = weight;
  }
  if (length === 0) throw new RangeError("there are no rows to measure on");
  return { rows: kept.rows.subarray(0, length), weights: kept.weights.subarray(0, length) };
}

/** Σ w f / Σ w */
export function average({ rows, weights }: Weighed, of: (row: number) => number): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    sum += weights[i] * of(rows[i]);
    total += weights[i];
  }
  return sum / total;
}

/** Throws RangeError unless there are as many as expected. */
export function checkLength(what: string, got: number, expected: number): void {
  if (got !== expected) throw new RangeError(`metrics: expected ${expected} ${what}, got ${got}`);
}
