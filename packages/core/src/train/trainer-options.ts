/** What a trainer of batches is opened with, and what its calls take and give. */
import {
  type CompileOptions,
  checkEngine,
  checkPrecision,
  type Engine,
  elementsOf,
  type Precision,
  productsOf,
} from "../engines/engine.ts";
import { checkKeys, checkName, type Names } from "../given/names.ts";
import { lossOf } from "../nn/loss-of.ts";
import type { Loss, LossName } from "../nn/losses.ts";
import { checkNetwork, type NetworkSpec } from "../nn/network.ts";
import { count, inRange, nonNegative, positive, wholeNumber } from "../nn/options.ts";
import type { Optimizer } from "../optim/first-order/optimizer.ts";
import { type OptimizerName, optimizers } from "../optim/optimizers.ts";
import type { StepSpec } from "./step.ts";
import type { Tensors } from "./tensors.ts";

/** What `openTrainer` can be told; only the engine, the loss and the batch must be given. */
export interface TrainerOptions {
  readonly engine: Engine;
  readonly loss: Loss | LossName;
  /** Most rows that a call of `gradient` or `step` takes. */
  readonly batch: number;
  /** Adam by default. */
  readonly optimizer?: Optimizer | OptimizerName;
  /** Learning rate where a call names none, > 0 (default the optimizer's own). */
  readonly rate?: number;
  readonly l1?: number;
  readonly l2?: number;
  /** Of the gradient that is applied. */
  readonly clip?: StepSpec["clip"];
  /** Element type (default f32); with bf16 that of the factors of matrix products, where it is faster, as for `fit`. */
  readonly dtype?: Precision;
  /** A whole number that decides everything random (default 0). */
  readonly seed?: number;
  /** Parameters and running statistics to start from instead of the initialisers': all of them. */
  readonly initial?: Tensors;
}

/** What one step is told beside its batch. */
export interface StepOptions {
  /** Learning rate of this step (default the trainer's), > 0. */
  readonly rate?: number;
}

/** What a batch says of the parameters: neither clipped nor changed by the optimizer. */
export interface BatchGradient {
  /** Weighted mean of the rows' losses. */
  readonly loss: number;
  /** Sum of the rows' weights: what the gradient counts in an average. */
  readonly weight: number;
  /** By each parameter, row-major. */
  readonly gradients: Tensors;
  /** The running statistics (of batch normalisation) after the batch. */
  readonly statistics: Tensors;
}

/** Options whose names have become what they stand for, checked. */
export interface TrainerChoice extends StepSpecOf {
  readonly engine: Engine;
  readonly rate: number;
  readonly seed: number;
  readonly initial: Tensors | undefined;
  readonly products: Pick<CompileOptions, "products">;
}
type StepSpecOf = Omit<StepSpec, "rows">;

const OPTIONS: Names<TrainerOptions> = {
  ...{
    engine: true,
    loss: true,
    batch: true,
    optimizer: true,
    rate: true,
    l1: true,
    l2: true,
    clip: true,
    dtype: true,
  },
  ...{ seed: true, initial: true },
};

/** Throws RangeError on a network or an option that makes no sense. */
export function choose(network: NetworkSpec, options: TrainerOptions): TrainerChoice {
  checkKeys("openTrainer", options ?? null, OPTIONS);
  checkEngine(options.engine);
  checkNetwork(network);
  const { engine, clip, dtype = "f32", initial, seed = 0, l1 = 0, l2 = 0 } = options;
  const named = options.optimizer ?? "adam";
  if (typeof named === "string") checkName("optimizer", named, Object.keys(optimizers));
  const optimizer = typeof named === "string" ? optimizers[named]() : named;
  if (typeof optimizer?.update !== "function")
    throw new RangeError("optimizer: a step in halves is of first order: one of `optimizers`");
  checkPrecision(dtype, engine);
  checkKeys("clip", clip, { norm: true, value: true });
  return {
    ...{
      network,
      engine,
      clip,
      dtype: elementsOf(dtype),
      products: productsOf(dtype),
      initial,
      optimizer,
      loss: lossOf(options.loss),
    },
    ...{ l1: inRange("l1", l1, nonNegative), l2: inRange("l2", l2, nonNegative) },
    batch: inRange("batch", options.batch, count),
    seed: inRange("seed", seed, wholeNumber),
    rate: inRange("rate", options.rate ?? optimizer.defaultRate, positive),
  };
}

/**
 * The gradient of several batches together: each counts by its rows' weights. Batch normalisation has the statistics of each
 * batch alone, and their average afterwards. Throws RangeError where there is none, or no row has weight.
 */
export function averaged(parts: readonly BatchGradient[]): BatchGradient {
  const weight = parts.reduce((total, part) => total + part.weight, 0);
  if (!(weight > 0)) throw new RangeError("apply: there is no gradient of rows that have weight");
  const average = (of: (part: BatchGradient) => Tensors): Tensors =>
    Object.fromEntries(
      Object.entries(of(parts[0])).map(([name, { length }]) => [
        name,
        Float64Array.from({ length }, (_, i) =>
          parts.reduce((total, part) => total + (part.weight / weight) * of(part)[name][i], 0),
        ),
      ]),
    );
  return {
    loss: parts.reduce((total, part) => total + (part.weight / weight) * part.loss, 0),
    weight,
    gradients: average(({ gradients }) => gradients),
    statistics: average(({ statistics }) => statistics),
  };
}
