/** What `fit` can be told, what it does otherwise, and the checks that come before any work. */
import type { Engine } from "../engines/engine.ts";
import type { FloatType } from "../graph/type.ts";
import type { Loss } from "../nn/losses.ts";
import { count, inRange, nonNegative, positive, wholeNumber } from "../nn/options.ts";
import type { Kfac } from "../optim/kfac.ts";
import type { Minimizer, Tolerances } from "../optim/minimizer.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { Metric } from "./metrics.ts";
import type { Tensors } from "./predictor.ts";
import type { Schedule } from "./schedules.ts";
import type { StepSpec } from "./step.ts";
import { SLICE } from "./turns.ts";

export interface FitOptions {
  readonly engine: Engine;
  readonly loss: Loss;
  /** Adam by default. A minimiser (`@chaingrad/core/curvature`) takes all rows in each step and needs no rate. */
  readonly optimizer?: Optimizer | Minimizer | Kfac;
  /** Learning rate, > 0 (default the optimiser's own). */
  readonly rate?: number;
  /** Learning rate over time (default constant). It decides the rate alone: `rate` is then not read. */
  readonly schedule?: Schedule;
  /** Most passes over the training rows (default 100). */
  readonly epochs?: number;
  /** Rows in a step (default 32, at most the number of rows). */
  readonly batch?: number;
  /** A whole number that decides everything random (default 0). */
  readonly seed?: number;
  /** Share of the rows to set aside for validation, alike in every class; for data that comes without (default 0). */
  readonly validation?: number;
  /** Stop after this many epochs without a better validation loss (training loss where there is no validation part). */
  readonly patience?: number;
  readonly l1?: number;
  readonly l2?: number;
  readonly clip?: StepSpec["clip"];
  /** When a minimiser has converged (default: where rounding ends it). */
  readonly tolerances?: Partial<Tolerances>;
  /** Element type of training (default f32; f64 for a minimiser). */
  readonly dtype?: FloatType;
  /** Weights to start from instead of the initialisers'. */
  readonly initial?: Tensors;
  /** What to tell of the validation rows after each epoch (default: accuracy for labels, rmse for values). */
  readonly metrics?: Readonly<Record<string, Metric>>;
  /**
   * Tell how the gradient flows through each layer (default no): norms, dead and saturated units, singular values, in the
   * start event and in those of some epochs. With true as often as takes 2 % of the steps' time (gradient-flow.ts), else
   * after every so many epochs, a whole number ≥ 1. Training itself computes the same bits.
   */
  readonly flow?: boolean | { readonly every: number };
  /** Milliseconds for which training may hold the event loop at a time, > 0 (default 12); one step is never divided. */
  readonly slice?: number;
  /** Stops cleanly at the next slice of work; the best model so far is kept. */
  readonly signal?: AbortSignal;
}

export interface Settings {
  readonly epochs: number;
  readonly batch: number;
  readonly seed: number;
  readonly patience: number;
}

/** Throws RangeError naming the option that makes no sense. */
export function checkSettings(options: FitOptions, rows: number): Settings {
  const { epochs = 100, batch = 32, seed = 0, patience = Number.POSITIVE_INFINITY } = options;
  for (const name of ["l1", "l2"] as const) inRange(name, options[name] ?? 0, nonNegative);
  if (typeof options.flow === "object") inRange("flow: every", options.flow.every, count);
  inRange("slice", options.slice ?? SLICE, positive);
  return {
    epochs: inRange("epochs", epochs, count),
    batch: Math.min(rows, inRange("batch", batch, count)),
    seed: inRange("seed", seed, wholeNumber),
    patience: patience === Number.POSITIVE_INFINITY ? patience : inRange("patience", patience, count),
  };
}
