/**
 * What would have helped: after training met NaN or Infinity, a few remedies are tried from the same start, one after the
 * other, for as many steps as it took and a few more (whole epochs), and the first with which the loss stays finite and falls is
 * told with its effect. Trying is bounded in time; what had no time is not called tried.
 *
 *   damp         the rate by 10, 100, 1000 less; the optimizer's own, where that is still less
 *   clip         the whole gradient at norm 1                   Pascanu, Mikolov & Bengio, ICML 2013
 *   scale        inputs standardised, where they are far from it       LeCun et al., "Efficient BackProp", 1998
 *   initialise   weights as suits the activations, where they start otherwise
 */

import { elementsOf } from "../engines/engine.ts";
import { checkKeys } from "../given/names.ts";
import type { NetworkSpec } from "../nn/network.ts";
import { inRange, positive } from "../nn/options.ts";
import { type Dataset, rowsOf } from "../train/dataset.ts";
import type { TrainingFault } from "../train/events.ts";
import { fit } from "../train/fit.ts";
import { choose, type FitOptions } from "../train/fit-options.ts";
import { moments } from "../train/moments.ts";
import { Predictor } from "../train/predictor.ts";
import { startTensors } from "../train/tensors.ts";
import { now } from "../train/turns.ts";

/** The kinds of remedies, in the order in which they are tried. */
export type RemedyKind = "damp" | "clip" | "scale" | "initialise";

/** What `fit` is to be given in place of what it was given. */
export interface Changed {
  readonly network: NetworkSpec;
  readonly data: { readonly train: Dataset; readonly validation?: Dataset };
  readonly options: FitOptions;
}

/** A remedy that was tried, and what came of it. */
export interface Trial {
  readonly kind: RemedyKind;
  /** "rate 0.01 in place of 10" */
  readonly change: string;
  readonly steps: number;
  /** The training rows' loss at the start and, where every epoch was finite, the mean of the last epoch. */
  readonly before: number;
  readonly after: number | undefined;
  readonly helped: boolean;
}

/** What would have helped a training that met NaN or Infinity. */
export interface Remedy {
  /** The first that helped, and how to train with it; undefined when none did. */
  readonly found: (Trial & { readonly changed: Changed }) | undefined;
  /** All that were tried to their end, in order. */
  readonly tried: readonly Trial[];
  /** Whether time ended before the list did. */
  readonly outOfTime: boolean;
  /** All of it as one sentence. */
  readonly message: string;
}

/** How long remedies are tried for. */
export interface RemedyOptions {
  /** Seconds for all trials, > 0 (default 10). */
  readonly seconds?: number;
}

/** Steps that a trial goes on beyond the fault, at least. */
const MORE_STEPS = 20;
const CLIP = 1;
/** Inputs whose columns are larger than this on average, or whose mean is, are standardised. */
const LARGE = 5;

interface Candidate {
  readonly kind: RemedyKind;
  readonly change: string;
  readonly changed: Changed;
}

/**
 * Tries remedies for a fault of `fit(network, data, options)` (the end event's `fault`). Only for first-order optimizers:
 * minimizers reject steps that are not finite. A schedule that answers to losses goes on from where it stands. Throws as `fit`, and RangeError unless `seconds` > 0.
 */
export async function findRemedy(
  network: NetworkSpec,
  data: { readonly train: Dataset; readonly validation?: Dataset },
  options: FitOptions,
  fault: TrainingFault,
  remedyOptions: RemedyOptions = {},
): Promise<Remedy> {
  checkKeys("findRemedy", remedyOptions, { seconds: true });
  const { seconds = 10 } = remedyOptions;
  const deadline = now() + inRange("findRemedy: seconds", seconds, positive);
  const tried: Trial[] = [];
  let found: Remedy["found"];
  let outOfTime = false;
  for (const candidate of candidates({ network, data, options }, fault)) {
    const trial = await attempt(candidate, fault, deadline);
    if (trial === undefined) {
      outOfTime = true;
      break;
    }
    tried.push(trial);
    if (!trial.helped) continue;
    found = { ...trial, changed: candidate.changed };
    break;
  }
  const result = { found, tried, outOfTime };
  return { ...result, message: tell(result, seconds) };
}

/** In the order in which they suit the fault: in the first step nothing has been learned that a rate could have spoiled. */
function candidates(given: Changed, { step, phase }: TrainingFault): Candidate[] {
  const damped = [10, 100, 1000].map((by) => damp(given, by)).concat(usualRate(given));
  const start = [...scale(given), ...initialise(given)];
  return step === 1 && phase !== "update"
    ? [...start, ...damped, clip(given)]
    : [damped[0], clip(given), ...damped.slice(1), ...start];
}

function damp(given: Changed, by: number): Candidate {
  const { schedule, rate, optimizer } = choose(given.options);
  const usual = rate ?? (optimizer.kind === "first-order" ? optimizer.defaultRate : 1);
  const options: FitOptions = schedule
    ? {
        ...given.options,
        schedule: Object.assign((...at: Parameters<typeof schedule>) => schedule(...at) / by, schedule),
      }
    : { ...given.options, rate: Number(short(usual / by)) };
  const change = schedule
    ? `the schedule's rate divided by ${by}`
    : `rate ${short(usual / by)} in place of ${short(usual)}`;
  return { kind: "damp", change, changed: { ...given, options } };
}

/** Nothing where that has been tried, or is not less. */
function usualRate(given: Changed): Candidate[] {
  const { rate, schedule, optimizer } = choose(given.options);
  if (schedule || rate === undefined || optimizer.kind !== "first-order" || optimizer.defaultRate >= rate / 1000)
    return [];
  const change = `rate ${short(optimizer.defaultRate)} in place of ${short(rate)}`;
  return [{ kind: "damp", change, changed: { ...given, options: { ...given.options, rate: optimizer.defaultRate } } }];
}

function clip(given: Changed): Candidate {
  const options = { ...given.options, clip: { ...given.options.clip, norm: CLIP } };
  return { kind: "clip", change: `gradients clipped at norm ${CLIP}`, changed: { ...given, options } };
}

/** Nothing where the inputs are of about unit size already. */
function scale(given: Changed): Candidate[] {
  const { inputs } = given.network;
  const { x } = given.data.train;
  const columns = Array.from({ length: inputs }, (_, c) =>
    moments(Array.from({ length: x.length / inputs }, (_, row) => x[row * inputs + c])),
  );
  if (columns.every((own) => Math.abs(own.mean) <= LARGE && own.scale <= LARGE)) return [];
  const standardised = (part: Dataset): Dataset => ({
    ...part,
    x: Float64Array.from(part.x, (value, i) => (value - columns[i % inputs].mean) / columns[i % inputs].scale),
  });
  const { train, validation } = given.data;
  const data = { train: standardised(train), ...(validation && { validation: standardised(validation) }) };
  return [{ kind: "scale", change: "standardised inputs", changed: { ...given, data } }];
}

/** Nothing where no layer asks for an initialiser and no weights are given to start from. */
function initialise(given: Changed): Candidate[] {
  const { initial, ...options } = given.options;
  if (initial === undefined && given.network.layers.every(({ initialiser }) => initialiser === undefined)) return [];
  const layers = given.network.layers.map(({ initialiser, ...layer }) => layer);
  const change = "weights that start as suits the activations";
  return [{ kind: "initialise", change, changed: { ...given, options, network: { ...given.network, layers } } }];
}

/** Trains so; undefined where time ran out. */
async function attempt(candidate: Candidate, fault: TrainingFault, deadline: number): Promise<Trial | undefined> {
  const { kind, change, changed } = candidate;
  const { network, data, options } = changed;
  const { patience: _, flow: __, ...others } = options;
  const before = await startLoss(changed);
  let perEpoch = 1;
  for await (const event of fit(network, data, { ...others, signal: until(deadline, options.signal) })) {
    if (event.type === "start") perEpoch = event.stepsPerEpoch;
    if (event.type === "end" && event.stopped === "aborted") return undefined;
    if (event.type !== "epoch") continue;
    const steps = event.epoch * perEpoch;
    const trial = { kind, change, steps, before };
    const losses = [event.loss, event.validation?.loss ?? 0];
    if (!losses.every(Number.isFinite)) return { ...trial, after: undefined, helped: false };
    const isEnough = event.epoch === event.epochs || steps >= fault.step + MORE_STEPS;
    if (isEnough) return { ...trial, after: event.loss, helped: event.loss < before };
  }
  return undefined;
}

/** What `fit` reads of a signal: aborted when the time is up, too. */
function until(deadline: number, outer: AbortSignal | undefined): AbortSignal {
  return {
    get aborted() {
      return now() > deadline || outer?.aborted === true;
    },
  } as AbortSignal;
}

/** The training rows' loss before the first step. */
async function startLoss({ network, data: { train }, options }: Changed): Promise<number> {
  const { engine, loss, dtype = "f32", seed = 0, initial } = options;
  const predictor = new Predictor(engine, network, loss, rowsOf(train, network.inputs), elementsOf(dtype));
  predictor.load(startTensors(network, seed, initial));
  return (await predictor.judgeAsync(train)).loss;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

function tell({ found, tried, outOfTime }: Omit<Remedy, "message">, seconds: number): string {
  if (found !== undefined) {
    const { change, before, after = Number.NaN, steps } = found;
    return `with ${change} the loss falls from ${short(before)} to ${short(after)} in ${steps} steps`;
  }
  const list = tried.length === 0 ? "nothing" : tried.map(({ change }) => change).join("; ");
  return `no remedy helped; tried: ${list}${outOfTime ? ` (${seconds} s were too few to try more)` : ""}`;
}
