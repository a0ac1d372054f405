/** Rows that a network is looked at with: their inputs, targets and weights. */
import { domainOf, type Loss, predictionWidth, targetWidth } from "../nn/losses.ts";
import { categoriesOf, type NetworkSpec, outputsOf } from "../nn/network.ts";
import { normalAt, threefry, uniformAt } from "../ops/random.ts";

/** Row-major numbers of `rows` rows. */
export interface Batch {
  /** Where each row stands in its file, from 1, where not all of it is here. */
  readonly rowNumbers?: readonly number[];
  readonly rows: number;
  /** [rows, inputs] */
  readonly x: Float64Array;
  /** Labels [rows] for a loss on labels, else values [rows, outputs]. */
  readonly y: Float64Array;
  /** [rows], each ≥ 0. */
  readonly weight: Float64Array | undefined;
}

/** Row `index` (from 0) alone. */
export const oneRow = (batch: Batch, index: number): Batch => someRows(batch, [index]);

/** The rows at these places, from 0. */
export function someRows({ rows, rowNumbers, x, y, weight }: Batch, places: readonly number[]): Batch {
  const part = (values: Float64Array): Float64Array => {
    const width = values.length / rows;
    const own = new Float64Array(places.length * width);
    for (const [i, place] of places.entries()) own.set(values.subarray(place * width, (place + 1) * width), i * width);
    return own;
  };
  const numbers = places.map((place) => rowNumbers?.[place] ?? place + 1);
  return { rows: places.length, x: part(x), y: part(y), weight: weight && part(weight), rowNumbers: numbers };
}

/** At most so many of `total` places, from 0, spread evenly. */
export function evenPlaces(total: number, most: number): number[] {
  const count = Math.min(total, most);
  return Array.from({ length: count }, (_, i) => Math.floor((i * total) / count));
}

/** Rows to try a network on when none are given: the same for the same seed. */
export function randomBatch(network: NetworkSpec, loss: Loss, rows: number, seed: number): Batch {
  const key = threefry(seed, 0, 0, 0);
  const outputs = outputsOf(network);
  const width = targetWidth(loss, outputs);
  const isLabels = loss.target === "labels";
  const classes = predictionWidth(loss, outputs);
  // Targets in (0, 1) suit every loss on values: they are probabilities and rates as well as numbers.
  const y = new Float64Array(rows * width).map((_, i) => {
    const share = uniformAt(key, 1, i);
    if (isLabels) return Math.floor(share * classes);
    // The label of a class among other targets: each has two classes at least.
    return domainOf(loss, outputs, i % width).holds(share) ? share : Math.floor(2 * share);
  });
  const categories = categoriesOf(network);
  const x = new Float64Array(rows * network.inputs).map((_, i) => {
    const many = categories.get(i % network.inputs);
    return many === undefined ? normalAt(key, 0, i) : Math.floor(many * uniformAt(key, 2, i));
  });
  return { rows, x, y, weight: undefined };
}
