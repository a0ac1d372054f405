/**
 * How well a recipe does on a table: models trained without some of the rows and judged by those, fold by fold.
 *
 *   const { scores } = await crossValidate(rows, { target: "price", folds: 5, repeat: 3 });
 *   scores.r2.own;                                              // { mean: 0.87, standardError: 0.012 }
 */
import { checkKeys, countingNumber, inRange, type Names } from "@chaingrad/core/given";
import { openFitPool } from "@chaingrad/core/pool";
import { chooseRecipe, preparationFor } from "../automatic/choose.ts";
import { type AnyRow, defaultEngine } from "../model/table-model.ts";
import { type ColumnsOf, type Rows, tableOf } from "../rows.ts";
import { NO_TEST } from "../table/notes.ts";
import { type Prepared, prepareTable } from "../table/prepare.ts";
import type { Table } from "../table/table.ts";
import { partedOptions, TRAIN_OPTIONS, type TrainTableOptions } from "../train-table.ts";
import { foldsOf } from "./folds.ts";
import { type JudgedFold, judging } from "./judge-fold.ts";
import { type CrossValidation, summaryOf } from "./summary.ts";

/** What `crossValidate` can be told: how models are trained as `trainTable`, and on which rows. */
export interface CrossValidateOptions<Target extends string = string>
  extends Omit<TrainTableOptions<Target>, "test" | "rows" | "flow" | "onPrepared" | "onEpoch"> {
  /** Parts that the rows are left out in, ≥ 2 (default 5); in time as many origins. */
  readonly folds?: number;
  /** How often, with other folds each time, ≥ 1 (default 1). */
  readonly repeat?: number;
  /** Told of the table before training: what each column is taken for. */
  readonly onPrepared?: (prepared: Prepared) => void;
  /** Told of each fold when it is judged, in no order. */
  readonly onFold?: (fold: JudgedFold, progress: { readonly done: number; readonly of: number }) => void;
}

const { test: _, rows: __, flow: ___, onEpoch: ____, ...TRAINING } = TRAIN_OPTIONS;
const OPTIONS: Names<CrossValidateOptions> = { ...TRAINING, folds: true, repeat: true, onFold: true };

/** Folds that are trained side by side, so that no thread waits for the last network of one. */
const BESIDE = 3;

/**
 * Leaves out folds of the rows in turn. Roles and classes are of the whole table; all that is measured (scales, quantiles,
 * categories, the way a target is learnt) is of the rows trained on. `time` is of each training.
 *
 * Throws before any work as `trainTable`, RangeError on folds or repeats that make no sense, EncodingError where there are fewer
 * rows, groups or times than folds; later Error where a fold gave no finite loss, and the signal's reason.
 */
export function crossValidate(rows: Table, options: CrossValidateOptions): Promise<CrossValidation>;
export function crossValidate<Row extends object, Target extends keyof Row & string>(
  rows: readonly Row[] | ColumnsOf<Row>,
  options: CrossValidateOptions<Target>,
): Promise<CrossValidation>;
export async function crossValidate(rows: Rows<AnyRow>, options: CrossValidateOptions): Promise<CrossValidation> {
  checkKeys("crossValidate", options ?? null, OPTIONS);
  const {
    folds: number = 5,
    repeat = 1,
    engine: given,
    signal,
    slice,
    workers,
    onPrepared,
    onFold,
    ...others
  } = options;
  inRange("folds", number, SEVERAL);
  inRange("repeat", repeat, countingNumber);
  const [asked, chosen] = partedOptions(others);
  if (asked.split?.part !== undefined || asked.split?.rows !== undefined)
    throw new RangeError("split: parts that are named are one split; folds are by group, by time or by chance");
  const recipe = chooseRecipe({ validation: asked.validation, ...chosen });
  const { seed } = recipe;
  const table = tableOf(rows);
  const whole = prepareTable(table, { ...asked, folds: true, validation: undefined, seed, test: 0 });
  const folds = foldsOf(table, whole, { split: asked.split, folds: number, repeat, seed });
  // Rows that are left out in turn are the test.
  onPrepared?.({ ...whole, notes: whole.notes.filter((text) => text !== NO_TEST) });
  const engine = given ?? (await defaultEngine());
  const pool = openFitPool({ engine, ...(workers !== undefined && { workers }) });
  const preparation = { ...asked, ...preparationFor(recipe, asked), seed, test: 0 };
  // Where one fold fails, those beside it end.
  const failed = new AbortController();
  const ends = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const host = { engine, signal: ends, slice, pool };
  try {
    const judge = judging({ table, preparation, heads: whole.heads, recipe, host });
    let done = 0;
    const judged = await sideBySide(folds, async (fold) => {
      const one = await judge(fold);
      onFold?.(one.fold, { done: ++done, of: folds.length });
      return one;
    });
    return summaryOf(table, whole, folds, judged);
  } catch (error) {
    failed.abort(error);
    throw error;
  } finally {
    pool.close();
  }
}

const SEVERAL = { text: "a whole number ≥ 2", holds: (x: number) => Number.isSafeInteger(x) && x >= 2 };

/** The results in order, of a few at a time. Nothing is begun any more once one has failed. */
async function sideBySide<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(all.length);
  let next = 0;
  const go = async (): Promise<void> => {
    while (next < all.length) {
      const place = next++;
      results[place] = await work(all[place]).catch((error) => {
        next = all.length;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: BESIDE }, go));
  return results;
}
