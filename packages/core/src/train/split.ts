/** Which rows train, which validate, which test: decided by one seed, and alike in every class. */
import { threefry, unit } from "../ops/random.ts";

/** "shuf" in ASCII: keeps these numbers apart from what else is drawn from the same seed. */
const SHUFFLING = 0x73687566;
/** Far from the streams 0, 1, 2 … that the epochs of training use. */
const SPLIT_STREAM = 2 ** 31 - 1;

/**
 * The indices in random order, a new array: Fisher & Yates 1938, in place as Durstenfeld 1964. The same seed and stream
 * give the same order. Throws RangeError unless the seed is a whole number.
 */
export function shuffle(indices: ArrayLike<number>, seed: number, stream: number): Int32Array {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`the seed must be a whole number, got ${seed}`);
  const key = threefry(seed, Math.floor(seed / 2 ** 32), SHUFFLING, 0);
  const order = new Int32Array(indices);
  let words: number[] | undefined;
  for (let i = order.length - 1; i > 0; i--) {
    // Elements 2k and 2k + 1 of the uniform stream are drawn together.
    if (i & 1 || !words) words = threefry(key[0], key[1], stream, i >>> 1);
    const j = Math.floor(unit(words[i & 1]) * (i + 1));
    const held = order[i];
    order[i] = order[j];
    order[j] = held;
  }
  return order;
}

/** Which rows are split, and into which shares. */
export interface SplitOptions {
  /** Row indices of the table: those that have a target. */
  readonly rows: ArrayLike<number>;
  /** The class of each of `rows`, in the same order, from 0; the parts are then stratified. */
  readonly labels?: ArrayLike<number>;
  readonly seed: number;
  /** Fraction of the rows, ≥ 0 and together < 1. A part that is asked for has at least one row. */
  readonly validation: number;
  readonly test: number;
}

/** The rows of each part, by their number from 0. */
export interface Split {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/**
 * Splits rows at random. With labels every class is spread over the parts in proportion (largest remainder), has at
 * least one row in train, and one in each part where it has rows enough and the parts have room. The parts have
 * round(fraction · rows) rows; fewer only where classes would otherwise be missing in train.
 * Throws RangeError on fractions that make no sense and on too few rows.
 */
export function splitRows({ rows, labels, seed, validation, test }: SplitOptions): Split {
  const [validationRows, testRows] = partSizes(rows.length, validation, test);
  const order = shuffle(
    new Int32Array(rows.length).map((_, i) => i),
    seed,
    SPLIT_STREAM,
  );
  const classOf = (i: number): number => labels?.[i] ?? 0;
  const sizes: number[] = [];
  for (const i of order) sizes[classOf(i)] = (sizes[classOf(i)] ?? 0) + 1;
  const counts = Array.from(sizes, (size) => size ?? 0);
  const share = (total: number, most: (c: number) => number): number[] =>
    apportion(
      total,
      counts.map((count, c) => ({
        quota: (total * count) / rows.length,
        least: count >= 3 ? 1 : 0,
        most: Math.max(0, most(c)),
      })),
    );
  // A class of three or more keeps a row for train and, if there is to be one, a row for validation.
  const inTest = share(testRows, (c) => counts[c] - (counts[c] >= 3 && validationRows > 0 ? 2 : 1));
  const inValidation = share(validationRows, (c) => counts[c] - inTest[c] - 1);
  const parts = {
    train: new Int32Array(rows.length),
    validation: new Int32Array(validationRows),
    test: new Int32Array(testRows),
  };
  const lengths = { train: 0, validation: 0, test: 0 };
  for (const i of order) {
    const label = classOf(i);
    const part = inTest[label]-- > 0 ? "test" : inValidation[label]-- > 0 ? "validation" : "train";
    parts[part][lengths[part]++] = rows[i];
  }
  const part = (name: keyof Split): Int32Array => parts[name].slice(0, lengths[name]);
  return { train: part("train"), validation: part("validation"), test: part("test") };
}

function partSizes(rows: number, ...fractions: number[]): number[] {
  const total = fractions.reduce((sum, fraction) => sum + fraction, 0);
  if (!fractions.every((fraction) => fraction >= 0) || !(total < 1)) {
    throw new RangeError(`validation and test must be fractions ≥ 0, together below 1; got ${fractions.join(" and ")}`);
  }
  const sizes = fractions.map((fraction) => (fraction > 0 ? Math.max(1, Math.round(fraction * rows)) : 0));
  const train = sizes.reduce((left, size) => left - size, rows);
  if (train < 1) throw new RangeError(`${rows} rows are too few to split: none would be left to train on`);
  return sizes;
}

interface Claim {
  readonly quota: number;
  /** Given up when the places are too few. */
  readonly least: number;
  readonly most: number;
}

/**
 * Shares `total` places by largest remainder (Hamilton's method) within bounds: each claim gets the whole part of its
 * quota, and the rest goes where most is owed. Places stay empty when every claim has its most.
 */
function apportion(total: number, claims: readonly Claim[]): number[] {
  const given = claims.map(({ quota, least, most }) => Math.min(most, Math.max(least, Math.floor(quota))));
  let spare = total - given.reduce((sum, count) => sum + count, 0);
  /** Gives or takes one place at each claim that allows it, those most owed first; false when none does. */
  const move = (step: 1 | -1, allowed: (claim: Claim, c: number) => boolean): boolean => {
    const owed = (c: number): number => step * (claims[c].quota - given[c]);
    const chosen = [...claims.keys()]
      .filter((c) => allowed(claims[c], c))
      .sort((a, b) => owed(b) - owed(a))
      .slice(0, Math.abs(spare));
    for (const c of chosen) given[c] += step;
    spare -= step * chosen.length;
    return chosen.length > 0;
  };
  while (spare > 0 && move(1, ({ most }, c) => given[c] < most));
  while (spare < 0 && (move(-1, ({ least }, c) => given[c] > least) || move(-1, (_, c) => given[c] > 0)));
  return given;
}
