/** What `fit` can be told, what it does otherwise, and the checks that come before any work. */
import { checkEngine, checkPrecision, type Engine, type Precision, type SyncEngine } from "../engines/engine.ts";
import { checkKeys, checkName, type Names } from "../given/names.ts";
import { lossOf } from "../nn/loss-of.ts";
import type { Loss, LossName } from "../nn/losses.ts";
import { checkType, count, inRange, nonNegative, positive, wholeNumber } from "../nn/options.ts";
import type { Optimizer } from "../optim/first-order/optimizer.ts";
import type { Kfac } from "../optim/kfac.ts";
import type { Minimizer, Tolerances } from "../optim/minimizers/minimizer.ts";
import { type OptimizerName, optimizers } from "../optim/optimizers.ts";
import type { Checkpointing, FitState } from "./events.ts";
import type { Metric } from "./metrics.ts";
import type { Schedule } from "./schedules.ts";
import type { StepSpec } from "./step.ts";
import type { Tensors } from "./tensors.ts";
import { SLICE } from "./turns.ts";

/** Which epoch's weights a training keeps. */
export type Keep = "best" | "last-best" | "last";
const KEEPS: readonly Keep[] = ["best", "last-best", "last"];

/** All options; which engine goes with which optimizer, `FitOptions` says. */
interface AllOptions {
  readonly engine: Engine;
  /** One of `losses`, or its name, or one of your own. */
  readonly loss: Loss | LossName;
  /** Adam by default. A minimizer (`@chaingrad/core/curvature`) takes all rows in each step and needs no rate. */
  readonly optimizer?: Optimizer | OptimizerName | Minimizer | Kfac;
  /** Learning rate, > 0 (default the optimizer's own). */
  readonly rate?: number;
  /** Learning rate over time (default constant). It decides the rate alone: `rate` is then not read. */
  readonly schedule?: Schedule;
  /**
   * One number > 0 that multiplies the rate, read before each epoch: whoever has the array may change it while training runs
   * (default always 1). Workers of a pool see it change where it lies in a SharedArrayBuffer. A minimizer and K-FAC have none.
   */
  readonly rateFactor?: Float64Array;
  /** Most passes over the training rows (default 100). */
  readonly epochs?: number;
  /**
   * Stop after so many epochs, at most `epochs` (default all of them). A schedule runs as over all `epochs`, so that this is
   * where a longer training stood then, bit for bit.
   */
  readonly until?: number;
  /**
   * Which epoch's weights the model gets (default "best"): those of the first with the best validation loss (training loss
   * where there is no validation part), of the last with it ("last-best": an equal loss counts as better, for patience, too),
   * or of the last epoch of all ("last"). The default of a minimizer without a validation part is "last": each of its steps
   * lowers what it was asked to minimize, of which the training loss is only a part where there is l2, so that all are "best".
   */
  readonly keep?: Keep;
  /** Rows in a step (default 32, at most the number of rows). */
  readonly batch?: number;
  /** A whole number that decides everything random (default 0). */
  readonly seed?: number;
  /** Share of the rows to set aside for validation, alike in every class; for data that comes without (default 0). */
  readonly validation?: number;
  /**
   * Stop after this many epochs without a better validation loss (training loss where there is no validation part). A minimizer without
   * one has a better one in each epoch (see `keep`), and ends by itself.
   */
  readonly patience?: number;
  readonly l1?: number;
  readonly l2?: number;
  readonly clip?: StepSpec["clip"];
  /** When a minimizer has converged (default: where rounding ends it). */
  readonly tolerances?: Partial<Tolerances>;
  /**
   * Element type of training (default f32; f64 for a minimizer). With bf16 factors of matrix products are rounded to it where that is
   * faster on this machine, and all else is f32: the engine must have such products (oneDNN on a processor with AVX512-BF16 or AMX).
   */
  readonly dtype?: Precision;
  /** Parameters and running statistics to start from instead of the initialisers': all of them. */
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
  /** Keeps where training stands, so that a later one can go on from there (default: nothing is kept). */
  readonly checkpoint?: Checkpointing;
  /**
   * Where a training of the same network, rows and options stood: goes on from there, to the same bits as if it had never ended.
   * `seconds` go on, too; of one that had ended the same end is told again.
   */
  readonly resume?: FitState;
}

/** What `fit` can be told. A minimizer and K-FAC need an engine that answers at once. */
export type FitOptions = Omit<AllOptions, "engine" | "optimizer"> &
  (
    | (Pick<AllOptions, "engine"> & { readonly optimizer?: Optimizer | OptimizerName })
    | { readonly engine: SyncEngine; readonly optimizer?: Optimizer | OptimizerName | Minimizer | Kfac }
  );

export interface Settings {
  readonly epochs: number;
  readonly until: number;
  readonly batch: number;
  readonly seed: number;
  readonly patience: number;
  readonly keep: Keep;
}

/** Options whose names have become what they stand for. */
export interface Chosen extends AllOptions {
  readonly loss: Loss;
  readonly optimizer: Optimizer | Minimizer | Kfac;
}

/** The same where the engine answers at once. */
export interface ChosenSync extends Chosen {
  readonly engine: SyncEngine;
}

const OPTIONS: Names<FitOptions> = {
  ...{ engine: true, loss: true, optimizer: true, rate: true, schedule: true, epochs: true, batch: true, seed: true },
  ...{ until: true, keep: true, rateFactor: true },
  ...{ validation: true, patience: true, l1: true, l2: true, clip: true, tolerances: true, dtype: true, initial: true },
  ...{ metrics: true, flow: true, slice: true, signal: true, checkpoint: true, resume: true },
};
const KINDS: readonly Chosen["optimizer"]["kind"][] = ["first-order", "minimizer", "kfac"];
const CLIP: Names<NonNullable<FitOptions["clip"]>> = { norm: true, value: true };
const TOLERANCES: Names<Tolerances> = { gradient: true, objective: true };

/** Throws RangeError on an option that there is not, an engine that is none, and names that are not known. */
export function choose(options: FitOptions): Chosen {
  checkKeys("fit", options ?? null, OPTIONS);
  checkEngine(options.engine);
  const { loss, optimizer = "adam" } = options;
  if (typeof optimizer === "object" && KINDS.includes(optimizer?.kind))
    return { ...options, loss: lossOf(loss), optimizer };
  checkName("optimizer", optimizer, Object.keys(optimizers));
  return { ...options, loss: lossOf(loss), optimizer: optimizers[optimizer as OptimizerName]() };
}

/** Passes over the rows, and rows of a step, where nobody says how many. */
export const EPOCHS = 100;
export const BATCH = 32;

/** What multiplies the rate now. Throws RangeError on what is no array of one number > 0. */
export function factorIn(rateFactor: Float64Array): number {
  if (!(rateFactor instanceof Float64Array) || rateFactor.length !== 1)
    throw new RangeError(`rateFactor must be a Float64Array of one number, got ${String(rateFactor)}`);
  return inRange("rateFactor", rateFactor[0], positive);
}

/**
 * Throws RangeError naming the option that makes no sense.
 * @param isJudged whether there are validation rows
 */
export function checkSettings(options: Chosen, rows: number, isJudged: boolean): Settings {
  const { epochs = EPOCHS, until = epochs, batch = BATCH, seed = 0, patience = Number.POSITIVE_INFINITY } = options;
  const { keep = options.optimizer.kind === "minimizer" && !isJudged ? "last" : "best" } = options;
  for (const name of ["l1", "l2"] as const) inRange(name, options[name] ?? 0, nonNegative);
  const { clip, tolerances, flow = false, signal, schedule, metrics, slice = SLICE } = options;
  checkKeys("clip", clip, CLIP);
  for (const name of ["norm", "value"] as const) inRange(`clip: ${name}`, clip?.[name] ?? 1, positive);
  checkKeys("tolerances", tolerances, TOLERANCES);
  for (const name of ["gradient", "objective"] as const)
    inRange(`tolerances: ${name}`, tolerances?.[name] ?? 0, nonNegative);
  if (typeof flow === "object") checkKeys("flow", flow, { every: true });
  if (typeof flow === "object") inRange("flow: every", flow.every, count);
  else checkType("flow", flow, "boolean");
  if (signal !== undefined && typeof signal?.aborted !== "boolean")
    throw new RangeError(`signal must be an AbortSignal (new AbortController().signal), got ${String(signal)}`);
  if (schedule !== undefined) checkType("schedule", schedule, "function");
  if (options.rateFactor !== undefined) factorIn(options.rateFactor);
  for (const [name, metric] of Object.entries(metrics ?? {})) checkType(`metrics: ${name}`, metric, "function");
  checkPrecision(options.dtype ?? "f32", options.engine);
  inRange("slice", slice, positive);
  inRange("epochs", epochs, count);
  checkName("keep", keep, KEEPS);
  return {
    epochs,
    until: inRange("until", until, {
      text: `a whole number from 1 to the ${epochs} epochs`,
      holds: (n) => count.holds(n) && n <= epochs,
    }),
    keep,
    batch: Math.min(rows, inRange("batch", batch, count)),
    seed: inRange("seed", seed, wholeNumber),
    patience: patience === Number.POSITIVE_INFINITY ? patience : inRange("patience", patience, count),
  };
}
