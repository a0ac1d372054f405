/** Training on a prepared table: events to the progress line, SIGINT to a clean stop, the best model out. */
import {
  type ActivationName,
  type EndEvent,
  type Engine,
  fit,
  losses,
  type Metric,
  type Model,
  type NetworkSpec,
  type OptimizerName,
  optimizers,
  type Prepared,
  rootMeanSquaredError,
} from "@chaingrad/core";
import type { Progress } from "./progress.ts";

export interface TrainSettings {
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly dropout: number;
  readonly optimizer: OptimizerName;
  /** The optimiser's own where absent. */
  readonly lr?: number;
  readonly l2: number;
  readonly epochs: number;
  readonly patience: number;
  readonly batch: number;
  readonly seed: number;
}

export interface Trained {
  readonly model: Omit<Model, "metrics">;
  readonly end: EndEvent;
  /** Threads that shared each step. */
  readonly threads: number;
}

/** The network that fits a prepared table: an output for each class, or one for an amount. */
function networkFor({ encoder, target }: Prepared, settings: TrainSettings): NetworkSpec {
  const { hidden, activation, dropout } = settings;
  const outputs = target.task === "classification" ? target.classes.length : 1;
  return {
    inputs: encoder.features.length,
    layers: [...hidden.map((units) => ({ units, activation, dropout })), { units: outputs, activation: "identity" }],
  };
}

/** The error in the target's own unit, though the network sees it standardised. */
const inUnits =
  (scale: number): Metric =>
  (predictions, targets, weights) =>
    scale * (rootMeanSquaredError(predictions, targets, weights) as number);

/** Trains until the options, early stopping or `signal` end it. */
export async function train(
  prepared: Prepared,
  settings: TrainSettings,
  engine: Engine,
  progress: Progress | undefined,
  signal: AbortSignal,
): Promise<Trained> {
  const network = networkFor(prepared, settings);
  const { target, encoder, data } = prepared;
  const loss = losses[target.task === "classification" ? "softmax-cross-entropy" : "mean-squared-error"]();
  const { epochs, patience, batch, seed, l2, lr } = settings;
  const optimizer = optimizers[settings.optimizer]();
  try {
    const rate = lr === undefined ? {} : { rate: lr };
    const metrics = target.task === "regression" ? { metrics: { rmse: inUnits(target.scale) } } : {};
    const common = { engine, loss, optimizer, epochs, patience, batch, seed, l2, signal };
    let end: EndEvent | undefined;
    let threads = 1;
    for await (const event of fit(network, data, { ...common, ...rate, ...metrics })) {
      if (event.type === "start") threads = event.threads;
      if (event.type === "epoch") progress?.epoch(event);
      if (event.type === "end") end = event;
    }
    const finished = end as EndEvent;
    return {
      model: { network, loss, lossOptions: {}, l2, encoder, target, seed, tensors: finished.model.tensors },
      end: finished,
      threads,
    };
  } finally {
    progress?.done();
  }
}
