/** What rows weigh: by a column, and by the class that they are of. */
import { balancedWeights, classWeighted, type Dataset, nearest } from "@chaingrad/core";
import { type Column, EncodingError, textAt } from "./table.ts";
import { hasClasses, type Target } from "./targets/target.ts";

/** "balanced": a rare class counts as much as a frequent one; else a weight by the class's name, 1 where there is none. */
export type ClassWeight = "balanced" | Readonly<Record<string, number>>;

/**
 * The weight of every row of the table, 0 where it is not used. Throws EncodingError on one that is missing, negative or no
 * number, and where all are 0.
 * @param rows that are trained on or judged by
 */
export function readWeights(column: Column, rows: Int32Array): Float64Array {
  const weights = new Float64Array(column.values.length);
  for (const row of rows) {
    const text = textAt(column, row);
    const weight = Number(text?.trim() || Number.NaN);
    if (!(weight >= 0 && Number.isFinite(weight))) {
      const held = text === null ? "nothing" : `'${text}'`;
      const message = `the weight '${column.name}' holds ${held} in row ${row + 1}; expected a number ≥ 0 in each row`;
      throw new EncodingError(message, column.name, row);
    }
    weights[row] = weight;
  }
  if (!rows.some((row) => weights[row] > 0))
    throw new EncodingError(`the weight '${column.name}' is 0 in every row: no row counts`, column.name);
  return weights;
}

/**
 * The weight of each class, by its label. Throws RangeError on a target without classes, a class that there is not, and a weight
 * that is no number ≥ 0.
 * @param labels of the training rows
 */
export function weightsOfClasses(target: Target, labels: ArrayLike<number>, given: ClassWeight): Float64Array {
  if (!hasClasses(target))
    throw new RangeError(`class weights are for a target of classes; '${target.name}' is a ${target.task}`);
  const { classes } = target;
  if (given === "balanced") return balancedWeights(labels, classes.length);
  if (typeof given !== "object" || given === null)
    throw new RangeError(`class weights: expected "balanced" or a weight for each class, got ${String(given)}`);
  for (const [name, weight] of Object.entries(given)) {
    if (!classes.includes(name)) {
      const near = nearest(name, classes);
      const hint = near === undefined ? `they are ${classes.join(", ")}` : `did you mean '${near}'?`;
      throw new RangeError(`class weights: '${target.name}' has no class '${name}'; ${hint}`);
    }
    if (!(weight >= 0 && Number.isFinite(weight)))
      throw new RangeError(`class weights: the weight of '${name}' must be a number ≥ 0, got ${weight}`);
  }
  const weights = Float64Array.from(classes, (name) => given[name] ?? 1);
  if (!weights.some((weight) => weight > 0)) throw new RangeError("class weights: every class weighs 0");
  return weights;
}

/** Rows as they are trained on: weighed by their classes as well, where these have weights. */
export const weighed = (data: Dataset, classWeights: Float64Array | undefined): Dataset =>
  classWeights === undefined ? data : classWeighted(data, classWeights);
