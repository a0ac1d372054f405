/** Rows to learn from or to judge by, and the checks that run before anything else does. */
import { checkKeys, type Names } from "../given/names.ts";
import { DataError, listOf, told } from "../given/numbers.ts";
import { domainOf, type Loss, targetWidth } from "../nn/losses.ts";
import { categoriesOf, type NetworkSpec, outputsOf } from "../nn/network.ts";
import { finite, nonNegative, type Range } from "../nn/options.ts";
import { allFinite } from "./finite.ts";

/** Rows to learn from, as numbers. */
export interface Dataset {
  /** Inputs, row-major [rows, inputs]. */
  readonly x: ArrayLike<number>;
  /** Targets: integer labels [rows] for a loss on labels, else values [rows, outputs]. */
  readonly y: ArrayLike<number>;
  /** Sample weights [rows], ≥ 0; 1 each by default. A weight of 2 counts as the row twice. */
  readonly weight?: ArrayLike<number>;
}

const DATASET: Names<Dataset> = { x: true, y: true, weight: true };

/** The number of rows. Throws DataError when x is not a whole number of rows. */
export function rowsOf(data: Dataset, inputs: number): number {
  const { length } = listOf("x", data.x);
  const rows = length / inputs;
  if (!Number.isInteger(rows)) {
    throw new DataError(`x holds ${length} numbers, which is no whole number of rows of ${inputs} inputs`);
  }
  return rows;
}

/** Throws DataError unless every number is finite, every target in the loss's domain and every length right. */
export function checkDataset(data: Dataset, what: string, network: NetworkSpec, loss: Loss): void {
  if (checkRows(data, what, network, loss) === 0) throw new DataError(`${what}: there are no rows`);
  if (data.weight && !Array.from(data.weight).some((w) => w > 0)) throw new DataError(`${what}: no row has weight`);
}

/** The same of rows that may be none, or all of weight 0; returns how many. */
export function checkRows(data: Dataset, what: string, network: NetworkSpec, loss: Loss): number {
  checkKeys(what, data ?? null, DATASET, "part");
  const rows = checkInputs(data.x, what, network);
  const outputs = outputsOf(network);
  const { length } = listOf(`${what}: y`, data.y);
  const width = targetWidth(loss, outputs);
  if (length !== rows * width) {
    const oneHot = length === rows * outputs ? ` (the loss '${loss.name}' takes the label of each row's class)` : "";
    throw new DataError(`${what}: ${rows} rows need ${rows * width} targets, got ${length}${oneHot}`);
  }
  const output = (i: number): string => (width > 1 ? `target ${i % width}` : "the target");
  const domains = Array.from({ length: width }, (_, column) => domainOf(loss, outputs, column));
  checkNumbers(
    data.y,
    (i) => `${what}: ${output(i)} of row ${Math.floor(i / width)}`,
    domains,
    ` for the loss '${loss.name}'`,
  );
  if (data.weight === undefined) return rows;
  const weights = listOf(`${what}: weight`, data.weight).length;
  if (weights !== rows) throw new DataError(`${what}: ${rows} rows need ${rows} weights, got ${weights}`);
  checkNumbers(data.weight, (i) => `${what}: the weight of row ${i}`, [nonNegative]);
  return rows;
}

/**
 * How many rows of finite numbers x holds, and of categories where the network has any. Throws DataError on any other x.
 * @param categories the network's, where they are known: to find them takes longer than to check a row
 */
export function checkInputs(
  x: ArrayLike<number>,
  what: string,
  network: NetworkSpec,
  categories: ReadonlyMap<number, number> = categoriesOf(network),
): number {
  const { inputs } = network;
  const rows = rowsOf({ x, y: [] }, inputs);
  const place = (i: number): string => `${what}: input ${i % inputs} of row ${Math.floor(i / inputs)}`;
  checkNumbers(x, place, [finite]);
  for (const [input, many] of categories) {
    const own = Float64Array.from({ length: rows }, (_, row) => x[row * inputs + input]);
    const category: Range = {
      text: `a category, a whole number from 0 to ${many - 1}`,
      holds: (value) => Number.isInteger(value) && value >= 0 && value < many,
    };
    checkNumbers(own, (row) => place(row * inputs + input), [category]);
  }
  return rows;
}

/** @param ranges of the columns in turn */
function checkNumbers(
  values: ArrayLike<number>,
  where: (i: number) => string,
  ranges: readonly Range[],
  taker = "",
): void {
  // Of many rows, sums say at once what a look at each number would.
  const areFinite = ranges.every(({ holds }) => holds === finite.holds);
  if (areFinite && (values instanceof Float64Array || values instanceof Float32Array) && allFinite(values)) return;
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] === "number" && ranges[i % ranges.length].holds(values[i])) continue;
    throw new DataError(`${where(i)} must be ${ranges[i % ranges.length].text}${taker}, got ${told(values[i])}`);
  }
}

/** Values of so many rows as float64, and one more row, of zeros: with weight zero it fills up a batch. */
export function withSpareRow(values: ArrayLike<number>, rows: number): Float64Array {
  const result = new Float64Array(values.length + values.length / rows);
  result.set(values);
  return result;
}

/** The given rows of a dataset of `total` rows, in that order. */
export function pickRows(data: Dataset, total: number, rows: ArrayLike<number>): Dataset {
  const pick = (values: ArrayLike<number>): Float64Array => {
    const width = values.length / total;
    return new Float64Array(rows.length * width).map(
      (_, i) => values[rows[Math.floor(i / width)] * width + (i % width)],
    );
  };
  return { x: pick(data.x), y: pick(data.y), ...(data.weight ? { weight: pick(data.weight) } : {}) };
}

/**
 * A dataset whose rows also weigh what their class weighs; for the loss, for metrics, or for both.
 * Throws DataError when a label has no weight.
 */
export function classWeighted(data: Dataset, weights: ArrayLike<number>): Dataset {
  const weight = Float64Array.from(data.y, (label, row) => {
    if (!(weights[label] >= 0))
      throw new DataError(`row ${row}: class ${label} has no weight ≥ 0 (there are ${weights.length})`);
    return weights[label] * (data.weight?.[row] ?? 1);
  });
  return { ...data, weight };
}

/** n / (K nₖ) for each of K classes: rare classes then count as much as frequent ones. A class without rows weighs 0. */
export function balancedWeights(labels: ArrayLike<number>, classes: number): Float64Array {
  const counts = new Float64Array(classes);
  for (let row = 0; row < labels.length; row++) counts[labels[row]]++;
  return counts.map((count) => (count === 0 ? 0 : labels.length / (classes * count)));
}
