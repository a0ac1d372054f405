/**
 * Finds a network and a training for a table: many are tried for a short time, the better ones for longer, those of one shape by
 * one plan, and what is tried next is learnt from what was tried before.
 *
 *   const search = searchTable(rows, { target: "price", budget: { seconds: 30 } });
 *   for await (const event of search) …                         // each trial as it ends
 */
import type { SyncEngine } from "@chaingrad/core";
import { checkKeys, checkName, countingNumber, inRange, type Names, positive } from "@chaingrad/core/given";
import { UserError } from "@chaingrad/core/user-error";
import { preparationFor } from "../automatic/choose.ts";
import { Budget } from "../automatic/time.ts";
import type { Host } from "../host.ts";
import { type JudgedTraining, judgeTraining } from "../judging/judge-training.ts";
import { type AnyRow, defaultEngine } from "../model/table-model.ts";
import { BATCH, DEFAULTS, type Recipe } from "../recipe.ts";
import { type ColumnsOf, type Rows, tableOf } from "../rows.ts";
import { settleTarget } from "../settle.ts";
import { PREPARE_OPTIONS, type Prepared, type PrepareOptions, prepareTable } from "../table/prepare.ts";
import type { Table } from "../table/table.ts";
import { targetsOf } from "../table/targets/target.ts";
import { type TrainedTable, trainPrepared } from "../training.ts";
import { fingerprint } from "./fingerprint.ts";
import { rungsOf } from "./halving.ts";
import { headLine, readLog, type SearchOf, type SearchTrial, trialLine } from "./log.ts";
import type { Proposals } from "./propose.ts";
import { DEFAULT_SPACE, readSpace, type SpaceSpec, spaceAsData } from "./space.ts";
import { recipeOf, TrialTrainer } from "./train-trials.ts";
import { TrialRun } from "./trial-run.ts";

/** What `searchTable` can be told; only the target must be given. */
export interface SearchTableOptions<Target extends string = string>
  extends Omit<PrepareOptions, "folds" | "target">,
    Partial<Pick<Recipe, "epochs" | "patience">> {
  /** The column to predict, or several. */
  readonly target: Target | readonly Target[];
  /** What is searched (default: every option). */
  readonly space?: SpaceSpec;
  /** When no more trials are begun: after so many seconds of this search, or so many trials in all (default 60 seconds). */
  readonly budget?: { readonly seconds?: number | undefined; readonly trials?: number | undefined };
  /** "tpe" learns from what was tried (the default), "random" does not. */
  readonly proposals?: Proposals;
  /** The text of a log of the same search: its trials are not done again, and what follows is what would have followed. */
  readonly log?: string | undefined;
  /** Whether the default recipe is trained as well, to compare with (default true). */
  readonly compare?: boolean;
  readonly engine?: SyncEngine;
  /** Ends the search; the best trial so far is what it found. */
  readonly signal?: AbortSignal;
  readonly slice?: number;
  readonly workers?: Host["workers"];
  /** Told of the table before the search: what each column is taken for. */
  readonly onPrepared?: (prepared: Prepared) => void;
}

const { folds: _, ...ASKED } = PREPARE_OPTIONS;
const OPTIONS: Names<SearchTableOptions> = {
  ...ASKED,
  ...{ epochs: true, patience: true, space: true, budget: true, proposals: true, log: true, compare: true },
  ...{ engine: true, signal: true, slice: true, workers: true, onPrepared: true },
};

/** Why a search ended: no time, no more trials to be had, nothing in the space that was not tried, or somebody ended it. */
export type SearchStop = "time" | "trials" | "space" | "aborted";

/** What a search tells, told apart by `type`. */
export type SearchEvent =
  /** Before the first trial. */
  | {
      readonly type: "start";
      /** Epochs at which trials are compared. */
      readonly rungs: readonly number[];
      /** Trainings that the log holds already. */
      readonly known: readonly SearchTrial[];
      /** What the log is to begin with: its whole lines, or its first one. */
      readonly log: string;
    }
  /** A trial has come to a rung. */
  | {
      readonly type: "trial";
      readonly trial: SearchTrial;
      readonly best: SearchTrial;
      /** Trials that have been begun. */
      readonly begun: number;
      readonly seconds: number;
      /** What the log is to go on with. */
      readonly log: string;
    }
  /** The search is over, and the best is trained as `trainTable` trains it; and then the default recipe. */
  | { readonly type: "training"; readonly what: "best" | "default"; readonly stopped: SearchStop };

/** A model with what it reached on each part of the table. */
export interface Reached {
  readonly trained: TrainedTable;
  readonly judged: JudgedTraining;
}

/** What a search found. */
export interface Search {
  readonly stopped: SearchStop;
  /** In the order in which they ended. */
  readonly trials: readonly SearchTrial[];
  readonly best: SearchTrial;
  readonly rungs: readonly number[];
  /** The best one's, as `trainTable` takes it. */
  readonly recipe: Recipe;
  readonly prepared: Prepared;
  /** Trained by that recipe from the start, as long as it allows. */
  readonly found: Reached;
  /** The default recipe on the same rows; absent where it was not asked for, or the search was ended. */
  readonly beside?: Reached | undefined;
  /** Of the search itself. */
  readonly seconds: number;
}

/**
 * Tries networks and trainings, and trains the best. With the same options and seed what is tried is the same, as far as the
 * budget reaches, on any machine with the same arithmetic.
 *
 * Throws before any work as `trainTable`; UserError on a space, a budget or a log that makes no sense, and where no rows are for
 * validation; later UserError where no trial ended in time.
 */
export function searchTable(rows: Table, options: SearchTableOptions): AsyncGenerator<SearchEvent, Search, void>;
export function searchTable<Row extends object, Target extends keyof Row & string>(
  rows: readonly Row[] | ColumnsOf<Row>,
  options: SearchTableOptions<Target>,
): AsyncGenerator<SearchEvent, Search, void>;
export async function* searchTable(
  rows: Rows<AnyRow>,
  options: SearchTableOptions,
): AsyncGenerator<SearchEvent, Search, void> {
  checkKeys("searchTable", options ?? null, OPTIONS);
  const { space: given = DEFAULT_SPACE, budget, proposals = "tpe", log = "", compare = true, ...others } = options;
  const { engine: own, signal, slice, workers, onPrepared, ...more } = others;
  const { epochs = DEFAULTS.epochs, patience = DEFAULTS.patience, ...asked } = more;
  const { seconds, trials: most } = checkBudget(budget);
  const space = readSpace(given);
  checkName("proposals", proposals, ["tpe", "random"]);
  for (const [name, value] of Object.entries({ epochs, patience })) inRange(name, value, countingNumber);
  const { seed = DEFAULTS.seed } = asked;
  const table = tableOf(rows);
  const preparation = preparationFor({ ...DEFAULTS, seed }, asked);
  const read = prepareTable(table, { ...asked, ...preparation, seed });
  if (read.rows.validation.length === 0)
    throw new UserError(
      "there are no validation rows, by which trials are compared",
      "Leave a share of the rows to them.",
      {
        remedy: "validation",
      },
    );
  const engine = own ?? (await defaultEngine());
  const prepared = await settleTarget(read, engine, seed);
  const rungs = rungsOf(epochs, Math.ceil(read.rows.train.length / BATCH));
  const of: SearchOf = {
    ...{ search: 1, table: fingerprint(prepared), targets: targetsOf(prepared.target).map(({ name }) => name) },
    ...{ seed, epochs, patience, proposals, space: spaceAsData(space) },
  };
  const { trials: known, whole } = readLog(log, of);
  onPrepared?.(prepared);
  yield { type: "start", rungs, known, log: whole === "" ? headLine(of) : whole };

  const time = new Budget(seconds, signal);
  const ends = time.until(1) ?? new AbortController().signal;
  const trainer = new TrialTrainer({ prepared, engine, rungs, seed, patience, signal: ends, slice });
  const run = new TrialRun({ space, seed, proposals, rungs, known, most });
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let stopped: SearchStop | undefined;
  while (stopped === undefined) {
    const jobs = run.next();
    if (jobs === undefined) stopped = run.isFull ? "trials" : "space";
    else {
      for await (const trial of trainer.train(jobs)) {
        run.add(trial);
        const told = { best: run.best as SearchTrial, begun: run.begun, seconds: elapsed() };
        yield { type: "trial", trial, ...told, log: trialLine(trial) };
      }
      if (ends.aborted) stopped = signal?.aborted ? "aborted" : "time";
    }
  }
  const { best } = run;
  const searched = elapsed();
  if (best === undefined || best.loss === null) throw nothingFound(stopped, seconds, signal);

  yield { type: "training", what: "best", stopped };
  const recipe = recipeOf(best.options, { seed, epochs, patience });
  const host: Host = { engine, slice, workers };
  const found = await reached(prepared, recipe, host);
  if (!compare || stopped === "aborted")
    return { stopped, trials: run.trials, best, rungs, recipe, prepared, found, seconds: searched };
  yield { type: "training", what: "default", stopped };
  const usual = { recipe: "default", seed } as const;
  const folds = prepareTable(table, { ...asked, ...preparationFor(usual, asked), seed });
  const beside = await reached(await settleTarget(folds, engine, seed), usual, { ...host, signal });
  return { stopped, trials: run.trials, best, rungs, recipe, prepared, found, beside, seconds: searched };
}

function checkBudget(budget: SearchTableOptions["budget"] = { seconds: 60 }): NonNullable<typeof budget> {
  checkKeys("budget", budget, { seconds: true, trials: true });
  const { seconds, trials } = budget;
  if (seconds === undefined && trials === undefined)
    throw new RangeError("budget: give seconds, a number of trials, or both");
  if (seconds !== undefined) inRange("budget: seconds", seconds, positive);
  if (trials !== undefined) inRange("budget: trials", trials, countingNumber);
  return budget;
}

/** The signal's reason, or that there was too little time, or that nothing could be trained. */
function nothingFound(stopped: SearchStop, seconds: number | undefined, signal: AbortSignal | undefined): unknown {
  if (stopped === "aborted") return signal?.reason;
  if (stopped === "time")
    return new UserError(`budget: ${seconds} s are too short for one trial`, "Give more time.", { option: "budget" });
  return new UserError("no trial had a finite loss", "Look for lower learning rates.", { option: "space" });
}

async function reached(prepared: Prepared, recipe: Parameters<typeof trainPrepared>[1], host: Host): Promise<Reached> {
  const events = trainPrepared(prepared, recipe, host);
  for (;;) {
    const { done, value } = await events.next();
    if (!done) continue;
    return { trained: value, judged: judgeTraining(value, prepared, host.engine) };
  }
}
