/** What `fit` tells as it trains. */
import type { Awaitable } from "../graph/work.ts";
import type { Model } from "./model.ts";
import type { FitIteration, TrainingState } from "./training.ts";

/** Why training ended; "time" where whoever called for it had given it so long. */
export type StopReason = "epochs" | "patience" | "aborted" | "diverged" | "converged" | "stalled" | "time";

/** The first event of a training: what is trained, on what, by which engine. */
export interface StartEvent {
  readonly type: "start";
  /** Numbers that training changes. */
  readonly parameters: number;
  /** Training rows. */
  readonly rows: number;
  readonly stepsPerEpoch: number;
  readonly epochs: number;
  readonly engine: string;
  /** Threads that share each step. */
  readonly threads: number;
  readonly describePlan: () => string;
  /** Of each layer before the first step, where `flow` is asked for. */
  readonly flow?: readonly LayerFlow[] | undefined;
  /** Of the epochs before, where training goes on from where another one stood (`resume`): they are not told again. */
  readonly earlier?: EarlierEpochs | undefined;
}

/** After each epoch: its loss, and how the validation rows do. */
export interface EpochEvent {
  readonly type: "epoch";
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of its last step. */
  readonly rate: number;
  /** What the rate was multiplied by, where somebody has turned it (`rateFactor`); it is in `rate` already. */
  readonly rateFactor?: number;
  /** Weighted mean of the rows' losses as the epoch met them (regularisers not included). */
  readonly loss: number;
  /** Of the validation rows, where there are any. */
  readonly validation?:
    | { readonly loss: number; readonly metrics: Readonly<Record<string, number | null>> }
    | undefined;
  /** The minimizer's step, where one trains. */
  readonly iteration?: FitIteration | undefined;
  /** Whether the watched loss is the lowest so far; of a minimizer without validation rows, whether what it minimizes is. */
  readonly best: boolean;
  /** Since training started. */
  readonly seconds: number;
  /** Of each layer after the epoch's last step, where `flow` is asked for: after some epochs, and always after the last. */
  readonly flow?: readonly LayerFlow[] | undefined;
}

/** The last event of a training: why it ended, and the model with the weights that are kept (`keep`). */
export interface EndEvent {
  readonly type: "end";
  readonly stopped: StopReason;
  readonly epochs: number;
  /** 0 when no epoch gave a finite loss: the model is then as it started. */
  readonly bestEpoch: number;
  readonly bestLoss: number;
  readonly seconds: number;
  /** The most threads that shared a step: a method may need programs that the first step did not. */
  readonly threads: number;
  readonly model: Model;
  /** Where training that diverged first met NaN or Infinity; absent where that is not known. */
  readonly fault?: TrainingFault | undefined;
}

/** What `fit` tells as it trains, told apart by `type`. */
export type FitEvent = StartEvent | EpochEvent | EndEvent;

/** What is told of a layer's gradient, where that is asked for (`flow`). */
export interface LayerFlow {
  /** From 1. */
  readonly layer: number;
  readonly name: string;
  /** ‖δ‖ = ‖∂L/∂z‖ over the rows looked at (L their weighted mean loss, regularisers included). */
  readonly delta: number;
  /** ‖∂L/∂W‖; of a layer without W, a scale or an embedding, by all that it learns. */
  readonly gradient: number;
  /** ‖ΔW‖/‖W‖ of the last step, of the same parameters; null before the first one, and where it is not known. */
  readonly update: number | null;
  /** Share of the units, in [0, 1], with φ′(z) = 0 in every row looked at; null where φ does not act on each unit alone. */
  readonly dead: number | null;
  /** Share of the units that are not dead but have |φ′(z)| < 1 % of its largest for |z| ≤ 1 in every row looked at. */
  readonly saturated: number | null;
  /** Singular values of ∂hₗ/∂h₍l₋₁₎ at the first of these rows. */
  readonly jacobian: SingularExtremes;
}

/** The largest and smallest singular value of a layer's Jacobian. */
export interface SingularExtremes {
  readonly largest: number;
  /** null where the layer is too wide for it to be found at a fair price. */
  readonly smallest: number | null;
}

/** Where training first met NaN or Infinity. */
export interface TrainingFault {
  /** Whether it was met in training, or in judging the validation rows after it. */
  readonly part: "train" | "validation";
  /** The step of training, from 1 over all epochs, and its epoch, from 1. */
  readonly step: number;
  readonly epoch: number;
  /** undefined (as all that follows but `message`) where only the engine's own rounding gives the value. */
  readonly phase?: "input" | "forward" | "backward" | "update";
  /** "z2", "δ2", "∂L/∂W2", "next W2"; "loss" for what belongs to no layer. */
  readonly symbol?: string;
  /** In the symbol's tensor, from 0. */
  readonly index?: readonly number[];
  readonly value?: number;
  /** The op, and the numbers that it was given where it takes one of each operand; else empty. */
  readonly operation?: string;
  readonly operands?: readonly number[];
  /** "z₂[17, 4] = Infinity: exp(812.3) ← W₂[4, :]·h₁[17, :]" */
  readonly expression?: string;
  /** The row, from 0, in the batch (a validation row has none) and among the rows of its part. */
  readonly batchRow?: number;
  readonly row?: number;
  /** The layer, from 1, and its name; the unit in it, from 0. */
  readonly layer?: number;
  readonly layerName?: string;
  readonly unit?: number;
  /** Of the input and of the first layer's weights: which number of x it belongs to, from 0. */
  readonly input?: number;
  /** All of it as one sentence. */
  readonly message: string;
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
  /** What the rate was multiplied by, where somebody turned it. */
  readonly rateFactor?: Float64Array | undefined;
}
