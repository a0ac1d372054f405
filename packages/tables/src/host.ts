/** What a training runs on, and who may end it. */
import type { SyncEngine } from "@chaingrad/core";
import type { FitPool } from "@chaingrad/core/pool";
import type { RunCheckpoint } from "./checkpoint/run-checkpoint.ts";
import type { TableEvent } from "./history.ts";

export interface Host {
  readonly engine: SyncEngine;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for which training may hold the event loop at a time (default 12). */
  readonly slice?: number | undefined;
  /** As of `fit`: what multiplies the rates of all networks, and may be changed while they train. */
  readonly rateFactor?: Float64Array | undefined;
  /**
   * Told of each event when it happens. Networks that are trained beside each other are told as they go, where the events that are gone
   * through come network by network. It must not throw.
   */
  readonly onEvent?: ((event: TableEvent) => void) | undefined;
  /**
   * Workers that may train networks beside the calling thread, at most: a whole number, or false for none (default: one less than
   * the threads of the engine). Models have the same bytes with any number of them.
   */
  readonly workers?: number | false | undefined;
  /** Threads that several trainings share; by default each has its own. */
  readonly pool?: FitPool<SyncEngine> | undefined;
  /** Where each network's state is kept, and from where it goes on. */
  readonly checkpoint?: RunCheckpoint | undefined;
}
