/** Training on a prepared table: the events of `fit`, and at the end the model that predicts its rows. */

import {
  classWeighted,
  type Dataset,
  type EndEvent,
  type FitData,
  type FitEvent,
  fit,
  type SyncEngine,
} from "@chaingrad/core";
import { type History, HistoryRecorder } from "./history.ts";
import type { TableModelData } from "./model/model-file.ts";
import { type Plan, planFor, type Recipe } from "./recipe.ts";
import { withMeans } from "./settle.ts";
import type { Prepared } from "./table/prepare.ts";

/** What training on a prepared table gives. */
export interface TrainedTable {
  /** Without what it reached, which is yet to be measured. */
  readonly model: Omit<TableModelData, "metrics">;
  readonly end: EndEvent;
  /** What `fit` was called with. */
  readonly plan: Plan;
  readonly history: History;
}

export interface Host {
  readonly engine: SyncEngine;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for which training may hold the event loop at a time (default 12). */
  readonly slice?: number | undefined;
}

/** Trains until the recipe, early stopping or the signal end it. Throws as `fit`. */
export async function* trainPrepared(
  prepared: Prepared,
  recipe: Recipe,
  { engine, signal, slice }: Host,
): AsyncGenerator<FitEvent, TrainedTable, void> {
  const plan = await planFor(prepared, recipe, engine);
  const { network, options } = plan;
  const data = trainingData(prepared);
  const host = { ...(signal !== undefined && { signal }), ...(slice !== undefined && { slice }) };
  const history = new HistoryRecorder();
  let end: EndEvent | undefined;
  for await (const event of fit(network, data, { ...options, ...host })) {
    if (event.type === "end") end = event;
    history.add(event);
    yield event;
  }
  const { model, threads } = end as EndEvent;
  const { encoder, target } = prepared;
  const { l2, seed = 0 } = options;
  const { weight } = prepared;
  const weighed = weight === undefined ? {} : { weight };
  const made = { ...model, l2, encoder, target, seed, ...weighed, arithmetic: arithmeticOf(engine, threads) };
  return { model: withMeans(made, prepared, engine), end: end as EndEvent, plan, history };
}

/** The rows that are trained on, and those that decide when to stop where there are some, weighed by their classes as well. */
export function trainingData({ data, rows, classWeights }: Prepared): FitData {
  const weighed = (part: Dataset): Dataset => (classWeights === undefined ? part : classWeighted(part, classWeights));
  const { train, validation } = data;
  return { train: weighed(train), ...(rows.validation.length > 0 && { validation: weighed(validation) }) };
}

/** What decides the last bits of a model, so that another run can have the same: "wasm with OpenBLAS 0.3.21 (Zen), 2 threads". */
function arithmeticOf({ name, dependsOnThreads }: SyncEngine, threads: number): string {
  return dependsOnThreads ? `${name}, ${threads} thread${threads === 1 ? "" : "s"}` : name;
}
