/** Training on a prepared table: events to the progress line, SIGINT to a clean stop, the best model out. */
import {
  type ActivationName,
  type EndEvent,
  type Engine,
  type FitEvent,
  type FitOptions,
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
import { type Kfac, kfac, type Minimizer, type MinimizerName, minimizers } from "@chaingrad/core/curvature";
import type { Remedy } from "@chaingrad/core/diagnosis";
import { complain } from "../output/conventions.ts";
import { count } from "../output/number.ts";
import type { Flow } from "./flow.ts";
import { type History, recorded } from "./history.ts";
import type { Progress } from "./progress.ts";

export interface TrainSettings {
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly dropout: number;
  readonly optimizer: OptimizerName | SecondOrderName;
  /** The optimiser's own where absent. */
  readonly lr?: number;
  /** λ of (λ/2) Σ‖W‖²; by default 0.002, and none where the optimiser sets it itself. */
  readonly l2?: number;
  readonly epochs: number;
  readonly patience: number;
  /** Rows in a step; by default 32, for K-FAC its own, for minimisers all. */
  readonly batch?: number;
  readonly seed: number;
  /** Largest norm of the whole gradient. */
  readonly clip?: number;
  /** Whether to tell how the gradient flows. */
  readonly flow?: boolean;
}

export interface Trained {
  readonly model: Omit<Model, "metrics">;
  readonly end: EndEvent;
  /** The most threads that shared a step. */
  readonly threads: number;
  readonly history: History;
  /** Where it was asked for. */
  readonly flow: Flow | undefined;
  /** What was tried against NaN or Infinity, where training met them. */
  readonly remedy: Remedy | undefined;
}

export type SecondOrderName = MinimizerName | "bayesian-regularisation" | "kfac";

/** Second-order methods by name, besides core's registry of first-order ones. */
export const secondOrder: Readonly<Record<SecondOrderName, () => Minimizer | Kfac>> = {
  ...minimizers,
  "bayesian-regularisation": () => minimizers["levenberg-marquardt"]({ bayesian: true }),
  kfac,
};

const L2 = 0.002;
const BATCH = 32;
const REMEDY_SECONDS = 10;

function chosen({ optimizer: name, l2, batch }: TrainSettings) {
  const isFirstOrder = (given: string): given is OptimizerName => Object.hasOwn(optimizers, given);
  if (isFirstOrder(name)) return { optimizer: optimizers[name](), l2: l2 ?? L2, batch: batch ?? BATCH };
  return { optimizer: secondOrder[name](), l2: l2 ?? (name === "bayesian-regularisation" ? 0 : L2), batch };
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

/** What decides the last bits of a model, so that another run can have the same: "wasm with OpenBLAS 0.3.21 (Zen), 2 threads". */
function arithmeticOf({ name, dependsOnThreads }: Engine, threads: number): string {
  return dependsOnThreads ? `${name}, ${count(threads, "thread")}` : name;
}

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
  const { epochs, patience, seed, lr, clip, flow } = settings;
  const { optimizer, l2, batch } = chosen(settings);
  const rate = lr === undefined ? {} : { rate: lr };
  const metrics = target.task === "regression" ? { metrics: { rmse: inUnits(target.scale) } } : {};
  const common = { engine, loss, optimizer, epochs, patience, seed, l2, signal, ...(batch && { batch }) };
  const options = { ...common, ...rate, ...metrics, ...(clip && { clip: { norm: clip } }), ...(flow && { flow }) };
  const history = { epochs: [], flow: [] };
  const seen = await follow(recorded(fit(network, data, options), history), progress);
  const { end } = seen;
  const remedy = end.fault && (await tryRemedies(network, data, options, end.fault, progress !== undefined));
  return {
    model: {
      ...{ network, loss, l2, encoder, target, seed },
      ...{ arithmetic: arithmeticOf(engine, end.threads), tensors: end.model.tensors },
    },
    threads: end.threads,
    ...seen,
    history,
    remedy,
  };
}

async function follow(
  events: AsyncIterable<FitEvent>,
  progress: Progress | undefined,
): Promise<Pick<Trained, "end" | "flow">> {
  let end: EndEvent | undefined;
  let flow: Flow | undefined;
  try {
    for await (const event of events) {
      if (event.type === "start" && event.flow) flow = { first: event.flow, last: undefined };
      if (event.type === "epoch" && event.flow && flow)
        flow = { ...flow, last: { epoch: event.epoch, layers: event.flow } };
      if (event.type === "epoch") progress?.epoch(event);
      if (event.type === "end") end = event;
    }
  } finally {
    progress?.done();
  }
  return { end: end as EndEvent, flow };
}

/** Loaded only where training met NaN or Infinity. */
async function tryRemedies(
  network: NetworkSpec,
  data: Prepared["data"],
  options: FitOptions,
  fault: NonNullable<EndEvent["fault"]>,
  says: boolean,
): Promise<Remedy> {
  if (says) complain(`not finite any more: trying for ${REMEDY_SECONDS} s at most what helps`);
  const { findRemedy } = await import("@chaingrad/core/diagnosis");
  return findRemedy(network, data, options, fault, { seconds: REMEDY_SECONDS });
}
