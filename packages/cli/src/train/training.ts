/** Training on a prepared table: events to the progress line, an ending signal to a clean stop, the best model out. */
import type { EndEvent, FitEvent, FitOptions, NetworkSpec, SyncEngine } from "@chaingrad/core";
import type { Remedy } from "@chaingrad/core/diagnosis";
import { type Prepared, type Recipe, type TableModelData, type TrainedTable, trainPrepared } from "@chaingrad/tables";
import type { History } from "@chaingrad/view/report";
import { complain } from "../output/conventions.ts";
import type { Flow } from "./flow.ts";
import { recorded } from "./history.ts";
import type { Progress } from "./progress.ts";

export interface Trained {
  readonly model: Omit<TableModelData, "metrics">;
  readonly end: EndEvent;
  /** The most threads that shared a step. */
  readonly threads: number;
  readonly history: History;
  /** Where it was asked for. */
  readonly flow: Flow | undefined;
  /** What was tried against NaN or Infinity, where training met them. */
  readonly remedy: Remedy | undefined;
}

const REMEDY_SECONDS = 10;

/** Trains until the recipe, early stopping or `signal` end it. */
export async function train(
  prepared: Prepared,
  recipe: Recipe,
  engine: SyncEngine,
  progress: Progress | undefined,
  signal: AbortSignal,
): Promise<Trained> {
  const history = { epochs: [], flow: [] };
  const events = recorded(trainPrepared(prepared, recipe, { engine, signal }), history);
  const { flow, trained } = await follow(events, progress);
  const { model, end, plan } = trained;
  const remedy =
    end.fault && (await tryRemedies(plan.network, prepared.data, plan.options, end.fault, progress !== undefined));
  return { model, end, threads: end.threads, flow, history, remedy };
}

async function follow(
  events: AsyncGenerator<FitEvent, TrainedTable, void>,
  progress: Progress | undefined,
): Promise<{ readonly trained: TrainedTable; readonly flow: Flow | undefined }> {
  let flow: Flow | undefined;
  try {
    for (;;) {
      const { done, value: event } = await events.next();
      if (done) return { trained: event, flow };
      if (event.type === "start" && event.flow) flow = { first: event.flow, last: undefined };
      if (event.type === "epoch" && event.flow && flow)
        flow = { ...flow, last: { epoch: event.epoch, layers: event.flow } };
      if (event.type === "epoch") progress?.epoch(event);
    }
  } finally {
    progress?.done();
  }
}

/** Loaded only where training met NaN or Infinity. */
async function tryRemedies(
  network: NetworkSpec,
  data: Prepared["data"],
  options: FitOptions,
  fault: NonNullable<EndEvent["fault"]>,
  says: boolean,
): Promise<Remedy> {
  if (says) complain(`not finite any more: trying for ${REMEDY_SECONDS} s at most what helps`);
  const { findRemedy } = await import("@chaingrad/core/diagnosis");
  return findRemedy(network, data, options, fault, { seconds: REMEDY_SECONDS });
}
