/** What a training runs on, and who may end it. */
import type { SyncEngine } from "@chaingrad/core";

export interface Host {
  readonly engine: SyncEngine;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for which training may hold the event loop at a time (default 12). */
  readonly slice?: number | undefined;
}
