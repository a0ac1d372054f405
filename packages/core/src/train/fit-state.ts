/** Where a training stands, as plain data: what another one of the same goes on from, to the same bits. */
import type { Awaitable } from "../graph/work.ts";
import type { StopReason, TrainingFault } from "./events.ts";

/** Numbers and tensors by name. */
export interface TrainingState {
  readonly numbers: Readonly<Record<string, number>>;
  readonly tensors: Readonly<Record<string, Float32Array | Float64Array>>;
}

/**
 * Where a training stood between two of its steps: parameters and running statistics, what the optimizer carries, the best weights,
 * the losses of all epochs. Order of rows, rates and random keys follow from the seed, the epoch and the step. It can be cloned, sent to
 * a worker and saved (`saveFitState` of `@chaingrad/core/checkpoint`).
 */
export interface FitState extends TrainingState {
  /** Of this form. */
  readonly version: number;
  /** The training that it is of: what decides its bits, by name, as text. */
  readonly of: Readonly<Record<string, string>>;
  /** Where the training has ended: why. */
  readonly ended?: { readonly stopped: StopReason; readonly fault?: TrainingFault | undefined } | undefined;
}

/** Who keeps where a training stands. */
export interface Checkpointing {
  /**
   * Given where training stands: now and then, when the signal ends it, and when it is over. Training goes on meanwhile, but for the
   * last one, and gives no other before it is done. What it throws ends training.
   */
  readonly save: (state: FitState) => Awaitable<void>;
  /** Seconds between two, > 0 (default 10). */
  readonly every?: number;
}

/** Losses of the epochs that a training had before it went on, from the first: what its events would have told. */
export interface EarlierEpochs {
  readonly loss: Float64Array;
  /** Of the validation rows, where there are any. */
  readonly validation?: Float64Array | undefined;
}
