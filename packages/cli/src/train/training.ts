/** Training on a prepared table: events to the progress line, an ending signal to a clean stop, the best model out. */
import type { SyncEngine } from "@chaingrad/core";
import { type Prepared, remedyFor, type TrainedTable, trainPrepared } from "@chaingrad/tables";
import type { RunCheckpoint } from "@chaingrad/tables/checkpoint";
import type { Following } from "../follow/following.ts";
import { complain } from "../output/conventions.ts";
import type { Progress } from "./progress.ts";

export interface Trained extends TrainedTable {
  /** What was tried against NaN or Infinity, where training met them. */
  readonly remedy: Awaited<ReturnType<typeof remedyFor>>;
}

const REMEDY_SECONDS = 10;

/** What it runs on, who ends it, who follows it, and where it is kept. */
export type TrainingHost = Following["host"] & {
  readonly engine: SyncEngine;
  readonly signal: AbortSignal;
  readonly checkpoint: RunCheckpoint | undefined;
};

/** Trains until the recipe, early stopping or a signal end it. */
export async function train(
  prepared: Prepared,
  recipe: Parameters<typeof trainPrepared>[1],
  host: TrainingHost,
  progress: Progress | undefined,
): Promise<Trained> {
  const trained = await follow(trainPrepared(prepared, recipe, host), progress);
  if (trained.end.fault && progress !== undefined)
    complain(`not finite any more: trying for ${REMEDY_SECONDS} s at most what helps`);
  return { ...trained, remedy: await remedyFor(trained, { seconds: REMEDY_SECONDS }) };
}

async function follow(events: ReturnType<typeof trainPrepared>, progress: Progress | undefined): Promise<TrainedTable> {
  try {
    for (;;) {
      const { done, value: event } = await events.next();
      if (done) return event;
      if (event.type === "epoch") progress?.epoch(event);
    }
  } finally {
    progress?.done();
  }
}
