/**
 * Training on a table in one call.
 *
 *   const model = await trainTable(rows, { target: "price" });
 *   model.predict({ size: 120, district: "north" });            // { price: 412000 }
 */

import type { EpochEvent, SyncEngine } from "@chaingrad/core";
import { checkKeys, type Names } from "@chaingrad/core/given";
import { chooseRecipe, preparationFor, type RecipeChoice } from "./automatic/choose.ts";
import type { RecipeName } from "./automatic/recipe.ts";
import type { RunCheckpoint } from "./checkpoint/run-checkpoint.ts";
import type { CheckpointOptions } from "./checkpoint/store.ts";
import type { OfNetwork, TableEvent } from "./history.ts";
import { judgeTraining } from "./judging/judge-training.ts";
import type { TableModelData } from "./model/model-file.ts";
import { type AnyRow, defaultEngine, TableModel } from "./model/table-model.ts";
import type { Recipe } from "./recipe.ts";
import { type ColumnsOf, isTable, type Rows, tableOf } from "./rows.ts";
import { settleTarget } from "./settle.ts";
import { PREPARE_OPTIONS, type Prepared, type PrepareOptions, prepareTable } from "./table/prepare.ts";
import type { Table } from "./table/table.ts";
import { hasClasses, type SingleTarget, type Target } from "./table/targets/target.ts";
import { type TrainedTable, trainPrepared } from "./training.ts";

/** What `trainTable` can be told; only the target must be given. */
export interface TrainTableOptions<Target extends string = string>
  extends Omit<PrepareOptions, "folds">,
    Partial<Recipe> {
  /** The column to predict, or several. */
  readonly target: Target | readonly Target[];
  readonly seed?: number;
  /** "default" unless a network, an optimizer or a validation part of one's own is named: that is "fast" with those changed. */
  readonly recipe?: RecipeName;
  /** By default the best that this host has by itself. */
  readonly engine?: SyncEngine;
  /** Ends training at its next slice; the best model so far is kept. */
  readonly signal?: AbortSignal;
  /** Milliseconds for which training may hold the event loop at a time, > 0 (default 12). */
  readonly slice?: number;
  /**
   * Workers that may train networks beside the calling thread, where a recipe has several: a whole number, or false for none
   * (default: one less than there are cores, or than the engine has threads). The model has the same bytes with any.
   */
  readonly workers?: number | false;
  /** A model whose weights training goes on from, on other rows or columns: its network, and how it reads columns, stay. */
  readonly warmStart?: TableModelData | { readonly model: TableModelData };
  /** Where the training is kept as it goes, so that it can go on after it was interrupted, to the same bytes. */
  readonly checkpoint?: CheckpointOptions;
  /** Told before training what each column is taken for, and what about the rows should make one doubt the result. */
  readonly onPrepared?: (prepared: Prepared) => void;
  /** Told after each epoch. */
  readonly onEpoch?: (event: EpochEvent & OfNetwork) => void;
}

/** Whether rows are left out in turn is said by the recipe. */
const { folds: _, ...ASKED } = PREPARE_OPTIONS;

/** The names of all options of `trainTable`. */
export const TRAIN_OPTIONS: Names<TrainTableOptions> = {
  ...ASKED,
  ...{ recipe: true, time: true },
  ...{ hidden: true, activation: true, dropout: true, optimizer: true, rate: true, l2: true, epochs: true },
  ...{
    patience: true,
    batch: true,
    clip: true,
    flow: true,
    engine: true,
    signal: true,
    slice: true,
    workers: true,
    checkpoint: true,
    warmStart: true,
    onPrepared: true,
    onEpoch: true,
  },
};

/** A training that runs when it is awaited, which gives the model, or gone through, which gives its events. */
export class TableTraining<Row extends object, Target extends keyof Row & string>
  implements PromiseLike<TableModel<Row, Target>>, AsyncIterable<TableEvent>
{
  readonly #events: AsyncGenerator<TableEvent, TableModel<Row, Target>, void>;
  #model: Promise<TableModel<Row, Target>> | undefined;

  constructor(events: AsyncGenerator<TableEvent, TableModel<Row, Target>, void>) {
    this.#events = events;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<TableEvent, TableModel<Row, Target>, void> {
    const model = yield* this.#events;
    this.#model = Promise.resolve(model);
    return model;
  }

  // biome-ignore lint/suspicious/noThenProperty: it is awaited as a promise is
  then<A = TableModel<Row, Target>, B = never>(
    done?: ((model: TableModel<Row, Target>) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#model ??= this.#drain();
    return this.#model.then(done, failed);
  }

  async #drain(): Promise<TableModel<Row, Target>> {
    for (;;) {
      const { done, value } = await this.#events.next();
      if (!done) continue;
      if (value === undefined) throw new Error("this training was left before its end: there is no model");
      return value;
    }
  }
}

/**
 * Trains a network that fits the table: roles of the columns, encoders, parts for validation and test, network and loss are
 * chosen as the command chooses them, and the same options and seed give the same model, bit for bit.
 *
 * Throws (when it is awaited or gone through, before any work) RowsError on rows that are no table, TargetError and
 * EncodingError on a table that cannot be learnt from, RangeError on an option that there is not or that makes no sense;
 * later Error where no epoch gave a finite loss, and the signal's reason where it came before the first was done.
 */
export function trainTable(rows: Table, options: TrainTableOptions): TableTraining<AnyRow, string>;
export function trainTable<Row extends object, Target extends keyof Row & string>(
  rows: readonly Row[] | ColumnsOf<Row>,
  options: TrainTableOptions<Target>,
): TableTraining<Row, Target>;
export function trainTable<Row extends object, Target extends keyof Row & string>(
  rows: Rows<Row>,
  options: TrainTableOptions<Target>,
): TableTraining<Row, Target> {
  return new TableTraining(training<Row, Target>(rows, options));
}

/** Classes that are numbers or booleans in the given rows are predicted as such. */
function withValues(target: Target, rows: Exclude<Rows<object>, Table>): Target {
  if (target.task === "several")
    return { ...target, targets: target.targets.map((one) => withValues(one, rows) as SingleTarget) };
  if (!hasClasses(target)) return target;
  const values = Array.isArray(rows)
    ? rows.map((row) => (row as AnyRow)[target.name])
    : Array.from((rows as ColumnsOf<AnyRow>)[target.name]);
  const type = typeof values.find((value) => value !== null && value !== undefined);
  const isSame = values.every((value) => value === null || value === undefined || typeof value === type);
  return isSame && (type === "number" || type === "boolean") ? { ...target, values: type } : target;
}

/** What is asked of the table, and of how it is trained on. */
export function partedOptions(options: PrepareOptions & RecipeChoice): [PrepareOptions, RecipeChoice] {
  const isAsked = (name: string): boolean => name !== "seed" && Object.hasOwn(ASKED, name);
  const entries = Object.entries(options);
  const part = (wanted: boolean) => Object.fromEntries(entries.filter(([name]) => isAsked(name) === wanted));
  return [part(true) as unknown as PrepareOptions, part(false)];
}

/** The same events, of which somebody is told. Left early, it leaves the training. */
async function* telling(
  events: AsyncGenerator<TableEvent, TrainedTable, void>,
  onEpoch: TrainTableOptions["onEpoch"],
): AsyncGenerator<TableEvent, TrainedTable, void> {
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done) return value;
      if (value.type === "epoch") onEpoch?.(value);
      yield value;
    }
  } finally {
    await events.return(undefined as never);
  }
}

const KEEPING: Names<CheckpointOptions> = { store: true, every: true, resume: true, by: true };

async function keptBy(
  keeping: CheckpointOptions,
  prepared: Prepared,
  asked: Readonly<Record<string, unknown>>,
  engine: SyncEngine,
): Promise<RunCheckpoint> {
  checkKeys("checkpoint", keeping, KEEPING);
  const { identityOf, RunCheckpoint } = await import("./warm-start/on-demand.ts");
  const { by = "trainTable" } = keeping;
  return RunCheckpoint.open(keeping, identityOf(prepared, asked, { arithmetic: engine.name, by }));
}

async function* training<Row extends object, Target extends keyof Row & string>(
  rows: Rows<Row>,
  options: TrainTableOptions<Target>,
): AsyncGenerator<TableEvent, TableModel<Row, Target>, void> {
  checkKeys("trainTable", options ?? null, TRAIN_OPTIONS);
  const {
    engine: given,
    signal,
    slice,
    workers,
    checkpoint: keeping,
    warmStart,
    onPrepared,
    onEpoch,
    ...others
  } = options;
  const [asked, chosen] = partedOptions(others);
  const warm = warmStart && (await import("./warm-start/on-demand.ts"));
  const known = warmStart && ("model" in warmStart ? warmStart.model : warmStart);
  const recipe = chooseRecipe({ validation: asked.validation, ...(warm ? warm.recipeFor(chosen) : chosen) });
  const table = tableOf(rows);
  const { seed } = recipe;
  const read =
    known && warm
      ? warm.prepareFrom(known, table, { ...asked, seed })
      : prepareTable(table, { ...asked, ...preparationFor(recipe, asked), seed });
  const engine = given ?? (await defaultEngine());
  const settled = await settleTarget(read, engine, recipe.seed);
  const { leakNotes } = await import("./leaks/leak-notes.ts");
  const checkpoint = keeping && (await keptBy(keeping, settled, { ...asked, ...recipe }, engine));
  const prepared = {
    ...(isTable(rows) ? settled : { ...settled, target: withValues(settled.target, rows) }),
    notes: [...settled.notes, ...leakNotes(table, settled), ...(checkpoint?.notes ?? [])],
  };
  onPrepared?.(prepared);
  const trained = yield* telling(
    trainPrepared(prepared, recipe, { engine, signal, slice, workers, checkpoint }),
    onEpoch,
  );
  const { end } = trained;
  if (end.stopped !== "aborted") await checkpoint?.end();
  if (end.bestEpoch === 0) {
    if (end.stopped === "aborted") throw signal?.reason;
    throw new Error(`no epoch gave a finite loss${end.fault === undefined ? "" : `: ${end.fault.message}`}`);
  }
  return new TableModel<Row, Target>(judgeTraining(trained, prepared, engine).model, engine);
}
