/**
 * Learning-rate schedules: functions of how far training has come, run on the host; the rate they give is an input of
 * the train step. k is the step or the epoch (from 0) that trains with the rate. Conventions are PyTorch's.
 */
import { remembering } from "../given/origin.ts";
import {
  count,
  factor,
  fraction,
  inRange,
  nonNegative,
  positive,
  type Range,
  readOptions,
  wholeNumber,
} from "../nn/options.ts";

/** How far training has come, for schedules. */
export interface Progress {
  /** The step about to run, from 0 over all epochs. */
  readonly step: number;
  /** Its epoch, from 0. */
  readonly epoch: number;
  /** How many steps the whole training has. */
  readonly steps: number;
}

/** The learning rate as a function of how far training has come. */
export interface Schedule {
  (progress: Progress): number;
  /** Told the watched metric after each epoch. Only schedules that answer to it have this. */
  readonly observe?: (metric: number) => void;
}

/** The schedules that go by a name. */
export type ScheduleName =
  | "constant"
  | "step"
  | "exponential"
  | "cosine"
  | "cos-log"
  | "flat-cosine"
  | "warm-up"
  | "one-cycle"
  | "reduce-on-plateau";

/** What k counts. */
type Unit = "step" | "epoch";

const at = (unit: Unit, progress: Progress): number => (unit === "epoch" ? progress.epoch : progress.step);

function checkUnit(owner: string, unit: Unit): void {
  if (unit === "step" || unit === "epoch") return;
  throw new RangeError(`${owner}: per must be "step" or "epoch", got ${String(unit)}`);
}

/** ½ (1 + cos πx): from 1 at x = 0 to 0 at x = 1. */
const fall = (x: number): number => (1 + Math.cos(Math.PI * x)) / 2;

/** η. Throws RangeError unless the rate is > 0 (as all of these do). */
export function constant(rate: number, options: object = {}): Schedule {
  readOptions("constant", options, {});
  inRange("constant: rate", rate, positive);
  return () => rate;
}

export interface StepOptions {
  /** A whole number ≥ 1 of epochs or steps (default 10). */
  readonly size?: number;
  /** γ in (0, 1] (default 0.1). */
  readonly factor?: number;
  /** Default "epoch". */
  readonly per?: Unit;
}

/** η γ^⌊k/size⌋: constant stretches, each γ times the one before. */
export function step(rate: number, { per = "epoch", ...options }: StepOptions = {}): Schedule {
  inRange("step: rate", rate, positive);
  checkUnit("step", per);
  const { size, factor: gamma } = readOptions("step", options, { size: [10, count], factor: [0.1, factor] });
  return (progress) => rate * gamma ** Math.floor(at(per, progress) / size);
}

export interface ExponentialOptions {
  /** γ in (0, 1] (default 0.95). */
  readonly factor?: number;
  /** Default "epoch". */
  readonly per?: Unit;
}

/** η γᵏ */
export function exponential(rate: number, { per = "epoch", ...options }: ExponentialOptions = {}): Schedule {
  inRange("exponential: rate", rate, positive);
  checkUnit("exponential", per);
  const { factor: gamma } = readOptions("exponential", options, { factor: [0.95, factor] });
  return (progress) => rate * gamma ** at(per, progress);
}

/** How many steps a schedule runs over: 0, the default, stands for all of training. */
interface Span {
  readonly steps?: number;
}

export interface CosineOptions extends Span {
  /** The rate it falls to, from 0 to the first rate (default 0). */
  readonly minimum?: number;
}

/**
 * η_min + (η − η_min) ½ (1 + cos πk/K) for k ≤ K = steps, then η_min
 * Loshchilov & Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017
 */
export function cosine(rate: number, options: CosineOptions = {}): Schedule {
  inRange("cosine: rate", rate, positive);
  const upToRate: Range = { text: `a number from 0 to the rate ${rate}`, holds: (x) => x >= 0 && x <= rate };
  const { minimum, steps } = readOptions("cosine", options, { minimum: [0, upToRate], steps: [0, wholeNumber] });
  return (progress) => {
    const done = Math.min(1, progress.step / (steps || progress.steps));
    return minimum + (rate - minimum) * fall(done);
  };
}

export interface CosLogOptions extends Span {
  /** How often the rate rises and falls: a whole number ≥ 1 (default 4). */
  readonly cycles?: number;
}

/**
 * η ½ (1 − cos(2π log₂(1 + (2ⁿ − 1) t))), t = k/K for k < K = steps: n cycles, each twice as long as the one before, all from
 * 0 up to η and back to 0. The first step has the rate 0.
 * Holzmüller, Grinsztajn & Steinwart, "Better by default: strong pre-tuned MLPs and boosted trees on tabular data", NeurIPS
 * 2024 ("coslog₄": n = 4, so 1 + 15 t)
 */
export function cosLog(rate: number, options: CosLogOptions = {}): Schedule {
  inRange("cos-log: rate", rate, positive);
  const { cycles, steps } = readOptions("cos-log", options, { cycles: [4, count], steps: [0, wholeNumber] });
  return (progress) => {
    const done = Math.min(1, progress.step / (steps || progress.steps));
    return rate * (1 - fall(2 * Math.log2(1 + (2 ** cycles - 1) * done)));
  };
}

export interface FlatCosineOptions extends Span {
  /** The share of the steps at the full rate, in [0, 1) (default 0.5). */
  readonly flat?: number;
}

/** η for the first share of the steps, then half a cosine down to 0. The same paper has it for dropout and weight decay. */
export function flatCosine(rate: number, options: FlatCosineOptions = {}): Schedule {
  inRange("flat-cosine: rate", rate, positive);
  const { flat, steps } = readOptions("flat-cosine", options, { flat: [0.5, fraction], steps: [0, wholeNumber] });
  return (progress) => {
    const done = Math.min(1, progress.step / (steps || progress.steps));
    return done <= flat ? rate : rate * fall((done - flat) / (1 - flat));
  };
}

export interface WarmUpOptions {
  /** A whole number ≥ 1 (default 100). */
  readonly steps?: number;
  /** The share of the rate that step 0 has, in (0, 1] (default 0.1). */
  readonly start?: number;
  /** What follows (default the constant rate); it counts its steps from the end of the warm-up. */
  readonly after?: Schedule;
}

/**
 * η (start + (1 − start) k/K) for k < K = steps, then another schedule.
 * Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017
 */
export function warmUp(rate: number, { after, ...options }: WarmUpOptions = {}): Schedule {
  inRange("warm-up: rate", rate, positive);
  const { steps, start } = readOptions("warm-up", options, { steps: [100, count], start: [0.1, factor] });
  const next = after ?? constant(rate);
  const schedule = (progress: Progress): number =>
    progress.step < steps
      ? rate * (start + ((1 - start) * progress.step) / steps)
      : next({ ...progress, step: progress.step - steps, steps: Math.max(1, progress.steps - steps) });
  return next.observe === undefined ? schedule : Object.assign(schedule, { observe: next.observe });
}

export interface OneCycleOptions extends Span {
  /** The share of the steps that the rate rises for, in [0, 1) (default 0.3). */
  readonly warmUp?: number;
  /** The first rate is the highest over this, a number > 0 (default 25). */
  readonly divide?: number;
  /** The last rate is the first over this, a number > 0 (default 10⁴). */
  readonly finalDivide?: number;
}

/**
 * Half a cosine up from rate/divide to rate, and half a cosine down to rate/divide/finalDivide at the last step.
 * Smith & Topin, "Super-convergence: very fast training of neural networks using large learning rates", 2018
 */
export function oneCycle(rate: number, options: OneCycleOptions = {}): Schedule {
  inRange("one-cycle: rate", rate, positive);
  const read = readOptions("one-cycle", options, {
    steps: [0, wholeNumber],
    warmUp: [0.3, fraction],
    divide: [25, positive],
    finalDivide: [1e4, positive],
  });
  const first = rate / read.divide;
  const final = first / read.finalDivide;
  return (progress) => {
    const steps = read.steps || progress.steps;
    const k = Math.min(progress.step, steps - 1);
    const peak = Math.max(0, read.warmUp * steps - 1);
    if (k < peak) return rate + (first - rate) * fall(k / peak);
    return steps - 1 > peak ? final + (rate - final) * fall((k - peak) / (steps - 1 - peak)) : rate;
  };
}

export interface PlateauOptions {
  /** What the rate is multiplied by, in (0, 1] (default 0.1). */
  readonly factor?: number;
  /** How many epochs in a row may bring no improvement, ≥ 0 (default 10). */
  readonly patience?: number;
  /** An improvement is larger than this share of the best so far, ≥ 0 (default 1e-4). */
  readonly threshold?: number;
  /** The rate goes no lower, ≥ 0 (default 0). */
  readonly minimum?: number;
  /** Whether a smaller metric is better (default "min") or a larger one. */
  readonly mode?: "min" | "max";
}

/**
 * The rate times `factor` whenever more than `patience` epochs in a row brought no better metric (NaN is none).
 * It remembers, so each training needs one of its own; observing the same metrics again, in order, brings a new one to
 * the same place.
 */
export function reduceOnPlateau(rate: number, { mode = "min", ...options }: PlateauOptions = {}): Schedule {
  inRange("reduce-on-plateau: rate", rate, positive);
  if (mode !== "min" && mode !== "max") {
    throw new RangeError(`reduce-on-plateau: mode must be "min" or "max", got ${String(mode)}`);
  }
  const read = readOptions("reduce-on-plateau", options, {
    factor: [0.1, factor],
    patience: [10, wholeNumber],
    threshold: [1e-4, nonNegative],
    minimum: [0, nonNegative],
  });
  let current = rate;
  let best: number | undefined;
  let waited = 0;
  const observe = (metric: number): void => {
    const cost = mode === "min" ? metric : -metric;
    if (cost < (best === undefined ? Number.POSITIVE_INFINITY : best - read.threshold * Math.abs(best))) {
      best = cost;
      waited = 0;
    } else if (++waited > read.patience) {
      current = Math.min(current, Math.max(read.minimum, current * read.factor));
      waited = 0;
    }
  };
  return Object.assign(() => current, { observe });
}

/** Options of all schedules; one that the chosen schedule does not have is refused with a RangeError. */
export type ScheduleOptions = StepOptions &
  CosineOptions &
  CosLogOptions &
  FlatCosineOptions &
  WarmUpOptions &
  OneCycleOptions &
  PlateauOptions;

/** Every schedule by its name; an option that the chosen one does not have is refused with a RangeError. */
export const schedules: Readonly<Record<ScheduleName, (rate: number, options?: ScheduleOptions) => Schedule>> =
  /* @__PURE__ */ remembering({
    constant,
    step,
    exponential,
    cosine,
    "cos-log": cosLog,
    "flat-cosine": flatCosine,
    "warm-up": warmUp,
    "one-cycle": oneCycle,
    "reduce-on-plateau": reduceOnPlateau,
  });
