/**
 * What `fit` loads when it is given a second-order method, is asked for the gradient's flow, or has met NaN. Two pieces: what
 * a minimizer needs is loaded before its first step, and the other one holds all that is asked for seldom, because each
 * piece more parts what it shares with the rest, which costs every page.
 */
export { FullBatchTrainer } from "./full-batch.ts";
/** What few trainings have beside them. */
export const beside = (): Promise<typeof import("./beside.ts")> => import("./beside.ts");
