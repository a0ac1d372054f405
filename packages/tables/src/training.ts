/** Training on a prepared table: the events of `fit`, and at the end the model that predicts its rows. */

import { type EndEvent, type FitData, fit, type Model, type SyncEngine } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import type { OutOfFold } from "./automatic/ensemble.ts";
import type { AutomaticRecipe } from "./automatic/recipe.ts";
import { Budget } from "./automatic/time.ts";
import { type History, HistoryRecorder, type TableEvent } from "./history.ts";
import type { Host } from "./host.ts";
import type { TableModelData } from "./model/model-file.ts";
import { type Plan, planFor, type Recipe } from "./recipe.ts";
import { withMeans } from "./settle.ts";
import type { Prepared } from "./table/prepare.ts";
import { weighed } from "./table/weights.ts";

/** What training on a prepared table gives. */
export interface TrainedTable {
  /** Never saw a test row. Without what it reached, which is yet to be measured. */
  readonly model: Omit<TableModelData, "metrics">;
  /** Trained once more on all rows, those for the test among them, by a recipe that does so. */
  readonly refitted?: Omit<TableModelData, "metrics"> | undefined;
  /** Of each training row by a network that was not trained on it, where each network left out some. */
  readonly outOfFold?: OutOfFold;
  /** How many networks the model is the mean of. */
  readonly networks: number;
  readonly end: EndEvent;
  /** What `fit` was called with, and on which rows, picked where they are asked for; of several networks the first. */
  readonly plan: Plan;
  readonly data: () => FitData;
  readonly history: History;
}

/**
 * Trains until the recipe, early stopping, its time or the signal end it.
 * Throws as `fit`, and UserError where the time is too short for one epoch.
 */
export async function* trainPrepared(
  prepared: Prepared,
  recipe: Recipe | AutomaticRecipe,
  host: Host,
): AsyncGenerator<TableEvent, TrainedTable, void> {
  const trained = "recipe" in recipe ? yield* automatic(prepared, recipe, host) : yield* own(prepared, recipe, host);
  if (trained.end.bestEpoch === 0 && trained.end.stopped === "time")
    throw new UserError(`time: ${recipe.time} s are too short for one epoch`, "Give more time.", { option: "time" });
  return trained;
}

async function* automatic(
  prepared: Prepared,
  recipe: AutomaticRecipe,
  host: Host,
): AsyncGenerator<TableEvent, TrainedTable, void> {
  const { trainAutomatically } = await import("./automatic/train.ts");
  const { judged, refitted, ...rest } = yield* trainAutomatically(prepared, recipe, host);
  const made = (model: Model) => madeOf(model, prepared, recipe.seed, host.engine, rest);
  host.onEvent?.(rest.end);
  yield rest.end;
  return { model: made(judged), refitted: refitted && made(refitted), ...rest };
}

async function* own(
  prepared: Prepared,
  recipe: Recipe,
  { engine, signal, slice, pool, checkpoint, rateFactor, onEvent }: Host,
): AsyncGenerator<TableEvent, TrainedTable, void> {
  const plan = await planFor(prepared, recipe, engine);
  const { network, options } = plan;
  const data = trainingData(prepared);
  const budget = new Budget(recipe.time, signal, checkpoint?.elapsed);
  const until = budget.until(1);
  const host = {
    ...(until !== undefined && { signal: until }),
    ...(slice !== undefined && { slice }),
    ...(rateFactor !== undefined && hasRate(options) && { rateFactor }),
    ...checkpoint?.next(),
  };
  const history = new HistoryRecorder();
  let last: EndEvent | undefined;
  const { engine: _, ...queued } = options;
  const events = pool?.fit(network, data, { ...queued, ...host }) ?? fit(network, data, { ...options, ...host });
  for await (const event of events) {
    const told =
      event.type === "end" && event.stopped === "aborted" && budget.isOver
        ? { ...event, stopped: "time" as const }
        : event;
    if (told.type === "end") last = told;
    history.add(told);
    onEvent?.(told);
    yield told;
  }
  const end = last as EndEvent;
  const model = madeOf(end.model, prepared, recipe.seed, engine, { end, history });
  return { model, networks: 1, end, plan, data: () => data, history };
}

/** A minimizer and K-FAC find the length of each step themselves. */
const hasRate = ({ optimizer }: Plan["options"]): boolean =>
  typeof optimizer !== "object" || optimizer.kind === "first-order";

/** The rows that are trained on, and those that decide when to stop where there are some, weighed by their classes as well. */
export function trainingData({ data: { train, validation }, rows, classWeights }: Prepared): FitData {
  const own = weighed(train, classWeights);
  return rows.validation.length === 0 ? { train: own } : { train: own, validation: weighed(validation, classWeights) };
}

function madeOf(
  model: Model,
  prepared: Prepared,
  seed: number,
  engine: SyncEngine,
  { end: { threads }, history: { turns } }: Pick<TrainedTable, "end" | "history">,
): TrainedTable["model"] {
  const { encoder, target, reading, weight, classWeights } = prepared;
  const arithmetic = arithmeticOf(engine, threads);
  const named = {
    ...(reading && { reading }),
    ...(weight !== undefined && { weight }),
    ...(classWeights && { classWeights: Array.from(classWeights) }),
    ...(turns.length > 0 && { rateTurns: turns }),
  };
  return withMeans({ ...model, encoder, target, seed, ...named, arithmetic }, prepared, engine);
}

/** What decides the last bits of a model, so that another run can have the same: "wasm with OpenBLAS 0.3.21 (Zen), 2 threads". */
function arithmeticOf({ name, dependsOnThreads }: SyncEngine, threads: number): string {
  return dependsOnThreads ? `${name}, ${threads} thread${threads === 1 ? "" : "s"}` : name;
}
