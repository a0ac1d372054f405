/** What `fit` drives: an epoch at a time, by a compiled step or by a minimiser on the host. */
import type { Iteration } from "../optim/minimizer.ts";
import type { Schedule } from "./schedules.ts";

/** A step of a minimiser, and how often the objective has been asked for so far. */
export interface FitIteration extends Iteration {
  readonly evaluations: { readonly values: number; readonly products: number; readonly matrices: number };
}

export interface EpochResult {
  /** Weighted mean of the rows' losses. */
  readonly loss: number;
  readonly rate: number;
  readonly iteration?: FitIteration | undefined;
}

export interface Training {
  readonly rows: number;
  readonly stepsPerEpoch: number;
  readonly threads: number;
  readonly schedule: Schedule;
  /** Epoch from 0. */
  epoch(epoch: number, signal: AbortSignal | undefined): Promise<EpochResult | "aborted" | "converged">;
  /** Parameters and running statistics as they stand. */
  tensors(): Record<string, Float64Array>;
  describe(): string;
}
