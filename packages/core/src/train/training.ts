/** What `fit` drives: an epoch at a time, by a compiled step or by a minimizer on the host. */
import type { Executable, TypedValues } from "../engines/engine.ts";
import type { Awaitable } from "../graph/work.ts";
import type { Iteration } from "../optim/minimizers/minimizer.ts";
import type { Schedule } from "./schedules.ts";
import type { TrainStep } from "./step.ts";

/** A step of a minimizer, all that can be sent to another thread, and how often the objective has been asked for so far. */
export interface FitIteration extends Omit<Iteration, "memory"> {
  readonly evaluations: { readonly values: number; readonly products: number; readonly matrices: number };
}

export interface EpochResult {
  /** Weighted mean of the rows' losses. */
  readonly loss: number;
  readonly rate: number;
  /** What the rate was multiplied by, where that was not 1 (`rateFactor`). */
  readonly rateFactor?: number;
  readonly iteration?: FitIteration | undefined;
}

/** Tensors by name. */
export type State = Readonly<Record<string, TypedValues>>;

/** Where a training stands between two steps: numbers and tensors by name. */
export interface TrainingState {
  readonly numbers: Readonly<Record<string, number>>;
  readonly tensors: Readonly<Record<string, Float32Array | Float64Array>>;
}

/** What it takes to run the last steps again, bit for bit. */
export interface Recording {
  readonly step: TrainStep;
  readonly executable: Executable;
  /** Steps of an epoch. */
  readonly steps: number;
  /** The table. */
  readonly data: State;
  /** What is carried from step to step, as it stood before the first of `passes`. */
  readonly checkpoint: State;
  /** The epochs since, from 0, each with its first step, its rows, rates, step numbers and keys. */
  readonly passes: readonly { readonly epoch: number; readonly first: number; readonly sequences: State }[];
}

export interface Training {
  readonly rows: number;
  readonly stepsPerEpoch: number;
  readonly threads: number;
  readonly schedule: Schedule;
  /**
   * Epoch from 0.
   * @param beforeLast called before the last step
   */
  epoch(
    epoch: number,
    signal: AbortSignal | undefined,
    beforeLast?: () => Awaitable<void>,
  ): Promise<EpochResult | "aborted" | "converged" | "stalled">;
  /** Parameters and running statistics as they stand. */
  tensors(): Awaitable<Record<string, Float64Array>>;
  /** Called between two steps, where `state` may be asked for. */
  atRest?: (() => Awaitable<void>) | undefined;
  /**
   * Where it stands between two steps, in arrays of its own: all that the next step depends on, but what follows from seed and epoch. A
   * minimizer that does not say what it carries throws RangeError.
   */
  state(): Awaitable<TrainingState>;
  /** Goes on from there, before its next epoch. */
  restore(state: TrainingState): Awaitable<void>;
  /** For training whose steps can be repeated. */
  recording?(): Awaitable<Recording>;
  describe(): string;
}
