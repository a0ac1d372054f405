/**
 * Training: epochs of shuffled batches through one compiled step, told as a stream of events.
 *
 *   for await (const event of fit(network, data, options)) …
 *
 * The last event carries the model with the weights that are kept (`keep`) and says why training stopped. Everything random
 * (initial weights, order of rows, dropout) comes from one seed.
 */

import { type Engine, elementsOf, needSync } from "../engines/engine.ts";
import { checkKeys, type Names } from "../given/names.ts";
import { type FloatType, sizeOf } from "../graph/type.ts";
import { domainOf, type Loss } from "../nn/losses.ts";
import { checkNetwork, madeTwice, type NetworkSpec, outputsOf, parametersOf } from "../nn/network.ts";
import { checkDataset, type Dataset, pickRows, rowsOf } from "./dataset.ts";
import type { EpochEvent, FitEvent, StopReason, TrainingFault } from "./events.ts";
import { allFinite } from "./finite.ts";
import { type Chosen, checkSettings, choose, type FitOptions, type Keep, type Settings } from "./fit-options.ts";
import { accuracy, type Metric, rootMeanSquaredError } from "./metrics.ts";
import type { Model } from "./model.ts";
import type { MadePlans, ShelfPlace } from "./plan-shelf.ts";
import { Predictor } from "./predictor.ts";
import { splitRows } from "./split.ts";
import type { Tensors } from "./tensors.ts";
import { Trainer } from "./trainer.ts";
import type { Training } from "./training.ts";
import { now, Turns } from "./turns.ts";

/** Rows to learn from, and rows that decide when to stop. */
export interface FitData {
  readonly train: Dataset;
  readonly validation?: Dataset;
  /** Not looked at: what `prepareTable` keeps for the final judgement. */
  readonly test?: Dataset;
}

const DATA: Names<FitData> = { train: true, validation: true, test: true };

/** What few trainings need is loaded when one does. */
type LoadOnDemand = () => Promise<typeof import("../second-order/on-demand.ts")>;
const beside = async (load: LoadOnDemand) => (await load()).beside();

/**
 * Trains a network on rows.
 * Throws (before any work) DataError on rows that do not fit, are not finite or are outside the loss's domain, and Error on a
 * network or option that makes no sense, or an output layer that does what the loss does.
 */
export function fit(network: NetworkSpec, data: FitData, options: FitOptions): AsyncGenerator<FitEvent, Model, void> {
  return fitting(network, data, options, () => import("../second-order/on-demand.ts"));
}

/**
 * The same for whoever brings along, or refuses, what is loaded on demand.
 * @param place where plans are, and are put when it has ended, where other trainings have the same
 */
export async function* fitting(
  network: NetworkSpec,
  data: FitData,
  given: FitOptions,
  load: LoadOnDemand,
  place?: ShelfPlace,
): AsyncGenerator<FitEvent, Model, void> {
  const options = choose(given);
  checkNetwork(network);
  const twice = madeTwice(network, options.loss);
  if (twice !== undefined) throw new RangeError(twice);
  checkFactors(network, options);
  checkKeys("data", data ?? null, DATA, "part");
  checkDataset(data.train, "training rows", network, options.loss);
  if (data.validation) checkDataset(data.validation, "validation rows", network, options.loss);
  const isJudged = data.validation !== undefined || (options.validation ?? 0) > 0;
  const settings = checkSettings(options, rowsOf(data.train, network.inputs), isJudged);
  let started = now();
  const { train, validation } = data.validation ? data : setAside(data.train, network, options);
  const turns = new Turns(options.slice);
  const inputs = network.inputs;
  const sizes = [settings.batch, rowsOf(train, inputs), validation === undefined ? 0 : rowsOf(validation, inputs)];
  const keeper =
    options.checkpoint || options.resume
      ? new (await beside(load)).Keeper(network, { train, ...(validation && { validation }) }, options, settings)
      : undefined;
  const [begun, ended] = keeper?.ended() ?? [];
  if (begun && ended) {
    yield begun;
    yield ended;
    return ended.model;
  }
  const key = `${place?.key} ${sizes}`;
  const made = place?.shelf.take(key);
  const trainer = await open(network, train, options, settings, turns, load, made);
  const probe = options.flow
    ? await (await beside(load)).FlowProbe.open(network, train, options, trainer, turns)
    : undefined;
  const watcher = new Watcher(network, validation, options, await trainer.tensors(), settings.keep, turns, made);
  if (keeper) {
    await keeper.attach(trainer, watcher);
    started -= keeper.seconds;
  }

  yield {
    type: "start",
    parameters: parametersOf(network).reduce((total, { shape }) => total + sizeOf(shape), 0),
    rows: trainer.rows,
    stepsPerEpoch: trainer.stepsPerEpoch,
    epochs: settings.epochs,
    engine: options.engine.name,
    threads: trainer.threads,
    describePlan: () => trainer.describe(),
    ...(probe && { flow: await probe.measure() }),
    ...(keeper && { earlier: keeper.earlier }),
  };
  let stopped: StopReason = "epochs";
  let epoch = keeper?.epoch ?? 0;
  while (epoch < settings.until) {
    const mayBeLast = epoch + 1 === settings.until || epoch + 1 - watcher.bestEpoch >= settings.patience;
    const result = await (probe?.epoch(epoch, options.signal, mayBeLast) ?? trainer.epoch(epoch, options.signal));
    if (typeof result === "string") {
      stopped = result;
      break;
    }
    epoch++;
    const { finite, ...watched } = await watcher.look(epoch, result.loss, trainer);
    keeper?.add({ ...result, ...watched });
    if (!finite) stopped = "diverged";
    else if (epoch - watcher.bestEpoch >= settings.patience) stopped = "patience";
    const isLast = stopped !== "epochs" || epoch === settings.until;
    const flow = finite ? await probe?.after(isLast) : undefined;
    const told = { ...result, ...watched, ...(flow && { flow }) };
    yield { type: "epoch", epoch, epochs: settings.epochs, ...told, seconds: now() - started };
    if (stopped !== "epochs") break;
  }
  const { loss, l1, l2 } = options;
  const model: Model = { network, objective: { loss, l1, l2 }, tensors: watcher.kept };
  const { bestEpoch, bestLoss } = watcher;
  const threads = Math.max(trainer.threads, keeper?.threads ?? 1);
  const end = { stopped, epochs: epoch, bestEpoch, bestLoss, seconds: now() - started, threads, model };
  const fault =
    stopped === "diverged" ? await findFault(trainer, network, validation, options, epoch, load) : undefined;
  await keeper?.end(stopped, fault);
  if (place && trainer instanceof Trainer && probe === undefined)
    place.shelf.put(key, { ...trainer.made, predictor: watcher.predictor });
  yield { type: "end", ...end, ...(fault && { fault }) };
  return model;
}

/** Where training first met NaN or Infinity, or else judging the validation rows. */
async function findFault(
  trainer: Training,
  network: NetworkSpec,
  validation: Dataset | undefined,
  options: Chosen,
  epoch: number,
  load: LoadOnDemand,
): Promise<TrainingFault | undefined> {
  const tensors = await trainer.tensors();
  const { findTrainingFault, findValidationFault } = await beside(load);
  const recording = await trainer.recording?.();
  const fault = recording && (await findTrainingFault(recording, network, options.slice));
  if (fault !== undefined || validation === undefined) return fault;
  const model = { network, objective: options, tensors };
  return findValidationFault(model, validation, dtypeOf(options), { step: epoch * trainer.stepsPerEpoch, epoch });
}

/** Minimizers compute in f64. */
function dtypeOf({ optimizer, dtype }: Chosen): FloatType {
  return elementsOf(dtype ?? (optimizer.kind === "first-order" ? "f32" : "f64"));
}

/** A minimizer searches for its step: there is no rate that a parameter could have a multiple of. */
function checkFactors(network: NetworkSpec, { optimizer }: Chosen): void {
  const index = network.layers.findIndex(({ rates, decays }) => rates !== undefined || decays !== undefined);
  if (index < 0 || optimizer.kind === "first-order") return;
  const part = network.layers[index].rates === undefined ? "decays" : "rates";
  throw new RangeError(
    `layer ${index + 1}: ${part} are for optimizers of first order, '${optimizer.name}' has none: leave them out`,
  );
}

async function open(
  network: NetworkSpec,
  train: Dataset,
  options: Chosen,
  settings: Settings,
  turns: Turns,
  load: LoadOnDemand,
  made: MadePlans | undefined,
): Promise<Training> {
  const { optimizer } = options;
  if (optimizer.kind === "first-order") return Trainer.open(network, train, options, optimizer, settings, turns, made);
  const own = { ...options, engine: needSync(options.engine, `the optimizer '${optimizer.name}'`) };
  if (optimizer.kind === "kfac")
    return (await beside(load)).KfacTrainer.open(network, train, own, optimizer, settings, turns);
  return (await load()).FullBatchTrainer.open(network, train, own, optimizer, settings, turns);
}

/** Splits the rows where the caller has not. Throws RangeError when the share leaves a part without rows. */
function setAside(all: Dataset, network: NetworkSpec, options: Chosen): { train: Dataset; validation?: Dataset } {
  const { validation = 0, seed = 0, loss } = options;
  if (validation === 0) return { train: all };
  const total = rowsOf(all, network.inputs);
  const rows = Int32Array.from({ length: total }, (_, row) => row);
  const labels = loss.target === "labels" ? { labels: all.y } : {};
  const parts = splitRows({ rows, ...labels, seed, validation, test: 0 });
  return { train: pickRows(all, total, parts.train), validation: pickRows(all, total, parts.validation) };
}

/** Of a probability for each class, or a value for each output; none where outputs mean something else. */
function usualMetrics(loss: Loss, outputs: number): Readonly<Record<string, Metric>> {
  if (loss.target === "labels") return domainOf(loss, outputs).holds(outputs) ? {} : { accuracy };
  const isAlike = loss.targetWidth === undefined || loss.predictionWidth !== undefined;
  return isAlike ? { rmse: rootMeanSquaredError } : {};
}

/** Follows the watched loss and keeps the best weights. */
class Watcher {
  bestEpoch = 0;
  bestLoss = Number.POSITIVE_INFINITY;
  /** Of the epoch that is kept; before it, where training started. */
  kept: Record<string, Float64Array>;
  readonly #keep: Keep;
  /** Where each step lowers what is minimized, and nothing else is asked. */
  readonly #isEachBest: boolean;
  readonly #validation: Dataset | undefined;
  readonly predictor: Predictor<Engine> | undefined;
  readonly #metrics: Readonly<Record<string, Metric>>;
  readonly #turns: Turns;

  constructor(
    network: NetworkSpec,
    validation: Dataset | undefined,
    options: Chosen,
    initial: Record<string, Float64Array>,
    keep: Keep,
    turns: Turns,
    made: MadePlans | undefined,
  ) {
    this.kept = initial;
    this.#keep = keep;
    this.#turns = turns;
    const { engine, loss, optimizer } = options;
    this.#isEachBest = keep === "last" && optimizer.kind === "minimizer" && validation === undefined;
    this.#validation = validation;
    this.#metrics = options.metrics ?? usualMetrics(loss, outputsOf(network));
    if (validation)
      this.predictor =
        made?.predictor ?? new Predictor(engine, network, loss, rowsOf(validation, network.inputs), dtypeOf(options));
  }

  async look(
    epoch: number,
    trainingLoss: number,
    trainer: Training,
  ): Promise<Pick<EpochEvent, "validation" | "best"> & { finite: boolean }> {
    const tensors = await trainer.tensors();
    const validation = await this.#judge(tensors);
    const watched = validation?.loss ?? trainingLoss;
    // A comparison can hide NaN from the loss (relu does), so the parameters are looked at, too.
    const finite = allFinite([watched, trainingLoss]) && Object.values(tensors).every(allFinite);
    const isEqual = this.#keep === "last-best" && watched === this.bestLoss;
    const best = finite && (watched < this.bestLoss || isEqual || this.#isEachBest);
    trainer.schedule.observe?.(watched);
    if (best) Object.assign(this, { bestEpoch: epoch, bestLoss: watched });
    if (best || (finite && this.#keep === "last")) this.kept = tensors;
    return validation === undefined ? { best, finite } : { validation, best, finite };
  }

  async #judge(tensors: Tensors): Promise<EpochEvent["validation"]> {
    if (this.#validation === undefined || this.predictor === undefined) return undefined;
    const { y, weight } = this.#validation;
    this.predictor.load(tensors);
    const { predictions, loss } = await this.#turns.all(this.predictor.judging(this.#validation));
    const metrics = Object.entries(this.#metrics).map(([name, metric]) => [name, metric(predictions, y, weight)]);
    return { loss, metrics: Object.fromEntries(metrics) };
  }
}
