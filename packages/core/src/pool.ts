/** The entry point `@chaingrad/core/pool`: trainings that do not depend on each other, on several threads. */
export type { QueuedOptions } from "./pool/describe.ts";
export { type FitPool, type FitPoolOptions, openFitPool, type QueuedFit } from "./pool/pool.ts";
export type { QueuedData, RowsOf } from "./pool/rows.ts";
