/**
 * Each column's share of what a prediction differs from the average by: the mean, over all orders in which columns may be filled in
 * from the row, of what the prediction moves by when it is this column's turn; what is not yet filled in is a background row's.
 *   φ_j = E (f(x with the columns before j and j, else z) − f(x with the columns before j, else z))
 * Shapley, "A value for n-person games", 1953; by drawing orders, Štrumbelj & Kononenko, "Explaining prediction models and individual
 * predictions with feature contributions", 2014; each order with its reverse, Mitchell, Cooper, Frank & Holmes, "Sampling
 * permutations for Shapley value estimation", 2022
 */
import { shuffle } from "@chaingrad/core";
import { checkKeys, countingNumber, inRange, integer } from "@chaingrad/core/given";
import type { OfModel } from "../explain/explain-model.ts";
import type { Rows } from "../rows.ts";
import { findColumn } from "../table/encoder.ts";
import { allRows } from "../table/table.ts";
import { answering, deviationOf, meanOf, numbersIn, widthOf } from "./answers.ts";
import { type CellValue, valueAt } from "./made-rows.ts";
import { MixedRows } from "./mixed-rows.ts";
import { type Output, type OutputChoice, outputAt, placesFor } from "./output.ts";
import { rawColumn, rawColumns } from "./raw-columns.ts";
import { type EngineChoice, placeOfRow, type Subject, subjectOf } from "./subject.ts";

/** Of which output, against how many rows, and with how many orders. */
export interface ShapleyOptions extends EngineChoice, OutputChoice {
  /** How many rows of the table the average is of, drawn by `seed` (default 100, or all where there are fewer). */
  readonly background?: number | undefined;
  /** How many orders are drawn (default 1000): rounded up, so that each background row has as many, and each order its reverse. */
  readonly samples?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Whether what each pair of orders moved is kept, for `sharesView` (default no). */
  readonly orders?: boolean | undefined;
}

/** A column's share. */
export interface ShapleyValue {
  readonly column: string;
  /** In the output's unit. */
  readonly contribution: number;
  /** How much luck is in which orders were drawn. */
  readonly standardError: number;
  /** What the column holds in the row. */
  readonly value: CellValue;
  /**
   * What it moved the prediction by, the mean over each order and its reverse, [background rows, pairs of each] row-major; absent
   * unless asked for.
   */
  readonly moves?: Float64Array;
}

/** An order in which columns are filled in from the row that is explained. */
export interface ShapleyOrder {
  readonly columns: readonly string[];
  /** Of the background row, then with each column filled in: one more than there are columns. */
  readonly predictions: Float64Array;
}

/** Each column's share of what a prediction differs from the average by. */
export interface ShapleyValues {
  readonly output: Output;
  readonly row: number;
  /** Of the row. */
  readonly prediction: number;
  /** The mean over the background rows. */
  readonly average: number;
  /** The largest first, whatever its sign; they add up to prediction − average, but for rounding. */
  readonly contributions: readonly ShapleyValue[];
  /** How many orders were drawn. */
  readonly samples: number;
  /** Numbers of the background rows, counted from 1. */
  readonly background: readonly number[];
  /** The first order that was drawn, on the first background row, and its reverse; absent unless asked for. */
  readonly orders?: readonly [ShapleyOrder, ShapleyOrder];
}

const OPTIONS = {
  ...{ engine: true, target: true, class: true, background: true, samples: true, seed: true },
  orders: true,
} as const satisfies Record<keyof ShapleyOptions, true>;

/** Orders of each background row, with their reverses: fewer have no spread to tell an error by. */
const LEAST_ORDERS = 4;
/** Rows that are made and asked about at once. */
const MOST_ROWS = 4096;

/**
 * Shapley values of one row's prediction by sampling, with a standard error each: of the columns that the model reads, where those
 * that are not filled in are a background row's (which breaks what columns have to do with each other). They add up exactly,
 * because each order leads from a background row to the row. Of classes, the probability of the one that is named, else of the row's
 * most probable one.
 * Throws UserError as `outputAt` on a target or class, RangeError on a row that there is not and on an option that is none or out of
 * range, EncodingError as `TableModel.predict`.
 * @param row counted from 1
 */
export async function shapleyValues(
  given: OfModel,
  rows: Rows<object>,
  row: number,
  options: ShapleyOptions = {},
): Promise<ShapleyValues> {
  checkKeys("shapleyValues", options, OPTIONS);
  const { background = 100, samples = 1000, seed = 0 } = options;
  inRange("background", background, countingNumber);
  inRange("samples", samples, countingNumber);
  inRange("seed", seed, integer);
  const subject = await subjectOf(given, rows, options);
  const { model, table } = subject;
  const own = placeOfRow(table, row);
  const places = placesFor(model.target, options);
  const drawn = shuffle(allRows(table), seed, 0).subarray(0, background).sort();
  const orders = Math.max(LEAST_ORDERS, 2 * Math.ceil(samples / drawn.length / 2));
  const known = [own, ...drawn];
  const mixed = new MixedRows(model, table, known);
  const answer = answering(subject, MOST_ROWS);
  const output = outputAt(model.target, places, answer(mixed.rows([0])));
  const game: Game = { columns: rawColumns(model), count: drawn.length, orders, seed };
  const predicted = (rows: number, donors: (column: string) => Int32Array): Float64Array =>
    numbersIn(answer(mixed.mix(rows, donors)), widthOf(subject), output.place);
  const { pairs, first } = playedPairs(game, predicted);
  const said = predicted(known.length, () => Int32Array.from(known.keys()));
  return {
    ...{ output, row, prediction: said[0], average: meanOf(said.subarray(1)) },
    contributions: sharesOf(subject, own, game, pairs, options.orders ?? false),
    ...{ samples: orders * drawn.length, background: Array.from(drawn, (place) => place + 1) },
    ...(options.orders && { orders: first }),
  };
}

interface Game {
  readonly columns: readonly string[];
  /** Background rows: row 0 is the one that is explained, row 1 + z the z-th of these. */
  readonly count: number;
  /** Of each of them. */
  readonly orders: number;
  readonly seed: number;
}

interface Played {
  readonly pairs: readonly Float64Array[];
  readonly first: NonNullable<ShapleyValues["orders"]>;
}

/** For each column, of each pair of an order and its reverse the mean of what it moves the prediction by; pairs of a background row together. */
function playedPairs(
  { columns, count, orders, seed }: Game,
  predicted: (rows: number, donors: (column: string) => Int32Array) => Float64Array,
): Played {
  const width = columns.length;
  let first: ShapleyValues["orders"];
  const total = (count * orders) / 2;
  const pairs = columns.map(() => new Float64Array(total));
  const perPair = 2 * (width + 1);
  const atOnce = Math.max(1, Math.floor(MOST_ROWS / perPair));
  const places = Int32Array.from(columns.keys());
  for (let start = 0; start < total; start += atOnce) {
    const some = Math.min(atOnce, total - start);
    const chains = Array.from({ length: 2 * some }, (_, i) => {
      const order = shuffle(places, seed, 1 + start + (i >> 1));
      return i % 2 === 0 ? order : order.reverse();
    });
    const donors = columns.map(() => new Int32Array(some * perPair));
    for (const [i, order] of chains.entries()) {
      const background = 1 + Math.floor((start + (i >> 1)) / (orders / 2));
      for (const [turn, column] of order.entries())
        donors[column].fill(background, i * (width + 1), i * (width + 1) + turn + 1);
    }
    const said = predicted(some * perPair, (name) => donors[columns.indexOf(name)]);
    const orderAt = (i: number): ShapleyOrder => ({
      columns: Array.from(chains[i], (column) => columns[column]),
      predictions: said.slice(i * (width + 1), (i + 1) * (width + 1)),
    });
    first ??= [orderAt(0), orderAt(1)];
    for (const [i, order] of chains.entries()) {
      const base = i * (width + 1);
      for (const [turn, column] of order.entries())
        pairs[column][start + (i >> 1)] += (said[base + turn + 1] - said[base + turn]) / 2;
    }
  }
  return { pairs, first: first as NonNullable<typeof first> };
}

function sharesOf(
  { model, table }: Subject,
  row: number,
  { columns, count, orders }: Game,
  pairs: readonly Float64Array[],
  isKept: boolean,
): ShapleyValue[] {
  const each = orders / 2;
  const shares = columns.map((column, i): ShapleyValue => {
    // Background rows are given, so that only the orders of each are drawn: Var = Σ_z s_z² / m / count².
    const variances = Array.from(
      { length: count },
      (_, z) => deviationOf(pairs[i].subarray(z * each, (z + 1) * each)) ** 2 / each,
    );
    const { kind } = rawColumn(model, table, column);
    return {
      ...{ column, contribution: meanOf(pairs[i]) + 0 },
      standardError: Math.sqrt(variances.reduce((a, b) => a + b, 0)) / count,
      value: valueAt(findColumn(table, column, []), row, kind),
      ...(isKept && { moves: pairs[i] }),
    };
  });
  return shares.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}
