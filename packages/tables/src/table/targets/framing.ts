/** How a target is learnt: by which loss, in which numbers; and where that is not plain, what else would do. */
import { type Loss, type LossName, losses, lossOf, quantiles as quantilesLoss } from "@chaingrad/core";
import type { Column } from "../table.ts";
import { type Offset, type RegressionTarget, refusal, type SingleTarget, type Task } from "./target.ts";
import { skewness, type Weighted, weightedMean, weightedMoments } from "./weighted.ts";

/** What is asked of how a target is learnt. */
export interface FramingOptions {
  /** A loss of the library that suits the target; by default what its values suggest. */
  readonly loss?: LossName | undefined;
  /** With the loss "quantile": which, ascending (default 0.5). */
  readonly quantiles?: readonly number[] | undefined;
  /** Whether ln y is learnt in place of y; by default where y has a long tail and that serves the validation rows. */
  readonly transform?: "log" | "none" | undefined;
  readonly offset?: Offset | undefined;
}

/** A target with the loss that it is learnt by. */
export interface Framing {
  readonly target: SingleTarget;
  readonly loss: Loss;
  /** What it is called where it stands beside others: "Poisson, log link". */
  readonly words: string;
}

/** The losses that suit each task, the usual one first. */
export const LOSSES: Readonly<Record<Task, readonly string[]>> = {
  classification: ["softmax-cross-entropy"],
  regression: ["mean-squared-error", "mean-absolute-error", "huber", "quantile", "poisson"],
  ordinal: ["cumulative-logits"],
  "multi-label": ["binary-cross-entropy"],
};

/** Amounts with a longer tail than this are tried by their logarithms as well: an exponential distribution has 2. */
const LONG_TAIL = 1.5;

/** The loss of what is no amount. */
export const usualLoss = (target: Exclude<SingleTarget, RegressionTarget>): Loss =>
  lossOf({ name: LOSSES[target.task][0], options: {} } as Loss);

/**
 * The ways to learn amounts that suit them, the plainest first: one where it was asked for, or where nothing speaks for another.
 * @param known of all rows, whose range decides what can be meant at all
 * @param training of the training rows, by which it is standardised
 * @param offsets of the training rows
 */
export function framingsOf(
  column: Column,
  target: RegressionTarget,
  known: Weighted,
  training: Weighted,
  offsets: ArrayLike<number> | undefined,
  options: FramingOptions,
): Framing[] {
  const made = new Framings(target, training, offsets, options);
  const { loss, transform, offset } = options;
  const least = known.values.reduce((a, b) => Math.min(a, b));
  if (transform === "log" && !(least > 0)) throw noLogarithm(column, known, "> 0", "its logarithm is to be learnt");
  if (loss === "poisson" && least < 0) throw noLogarithm(column, known, "≥ 0", "it is to be learnt as a count");
  const isCount = looksLikeCounts(known.values);
  if (offset?.log) {
    if (loss !== undefined && loss !== "poisson")
      throw refusal(
        column,
        `has an exposure, which multiplies a rate: the loss '${loss}' has none; ask for poisson, or give an offset`,
      );
    if (least < 0) throw noLogarithm(column, known, "≥ 0", "it has an exposure, and so is a count");
    return [made.counts()];
  }
  if (loss === "poisson") return [made.counts()];
  if (loss !== undefined || options.quantiles !== undefined)
    return [transform === "log" ? made.logarithms() : made.plain()];
  if (transform === "log") return [made.logarithms()];
  if (transform === "none") return [made.plain()];
  if (offset !== undefined) return [isCount ? made.counts() : made.plain()];
  if (isCount) return [made.plain(), made.counts()];
  const isSkewed = least > 0 && hasLongTail(training);
  return isSkewed ? [made.plain(), made.logarithms()] : [made.plain()];
}

/** Whole numbers from 0 or 1 on, and not just two of them. */
function looksLikeCounts(values: Float64Array): boolean {
  const least = values.reduce((a, b) => Math.min(a, b));
  return (least === 0 || least === 1) && values.every(Number.isInteger) && new Set(values).size > 2;
}

function hasLongTail(training: Weighted): boolean {
  const skewed = skewness(training);
  const inLogarithms = skewness({ ...training, values: training.values.map(Math.log) });
  return skewed > LONG_TAIL && Math.abs(inLogarithms) < skewed / 2;
}

function noLogarithm(column: Column, { values }: Weighted, range: string, why: string) {
  const found = values.find((value) => (range === "> 0" ? !(value > 0) : value < 0));
  const row = Array.from(column.values, Number).indexOf(found as number);
  return refusal(column, `holds ${found} in row ${row + 1}; expected amounts ${range}, as ${why}`, row);
}

class Framings {
  readonly #target: RegressionTarget;
  readonly #training: Weighted;
  readonly #offsets: ArrayLike<number> | undefined;
  readonly #options: FramingOptions;

  constructor(
    target: RegressionTarget,
    training: Weighted,
    offsets: ArrayLike<number> | undefined,
    options: FramingOptions,
  ) {
    this.#target = target;
    this.#training = training;
    this.#offsets = offsets;
    this.#options = options;
  }

  /** y − offset, standardised. */
  plain(): Framing {
    const { loss, words, ...rest } = this.#loss();
    const moments = this.#offsets ? weightedMoments(this.#moved((y) => y)) : {};
    return { target: { ...this.#target, ...rest, ...moments, ...this.#offset() }, loss, words };
  }

  /** y over its mean (of a row with exposure 1), by Poisson's loss with its logarithm. */
  counts(): Framing {
    const mean = weightedMean(this.#training);
    const exposed = this.#offsets ? weightedMean(this.#training, (_, i) => Math.exp(this.#offsets?.[i] ?? 0)) : 1;
    const target: RegressionTarget = {
      ...this.#target,
      mean: 0,
      scale: mean / exposed || 1,
      link: "log",
      ...this.#offset(),
    };
    return { target, loss: losses.poisson(), words: "Poisson, log link" };
  }

  /** ln y, standardised. */
  logarithms(): Framing {
    const { loss, words, ...rest } = this.#loss();
    const moments = weightedMoments(this.#moved(Math.log));
    const target = { ...this.#target, ...rest, ...moments, factor: 1, ...this.#offset() };
    return { target, loss, words: `${words} of its logarithm` };
  }

  #moved(of: (y: number) => number): Weighted {
    return { ...this.#training, values: this.#training.values.map((y, i) => of(y) - (this.#offsets?.[i] ?? 0)) };
  }

  #offset(): Pick<RegressionTarget, "offset"> {
    const { offset } = this.#options;
    return offset === undefined ? {} : { offset };
  }

  #loss(): { loss: Loss; words: string } & Pick<RegressionTarget, "quantiles"> {
    const { loss = "mean-squared-error", quantiles } = this.#options;
    if (loss !== "quantile" && quantiles === undefined)
      return { loss: losses[loss](), words: loss.replaceAll("-", " ") };
    const taus = quantiles ?? [0.5];
    const made = taus.length === 1 ? losses.quantile({ quantile: taus[0] }) : quantilesLoss({ quantiles: taus });
    const words = `${taus.length === 1 ? "quantile" : "quantiles"} ${taus.join(", ")}`;
    return { loss: made, words, quantiles: taus };
  }
}

/** Whether a prediction by this loss is a mean, so that a logarithm's has to be led back to one. */
export const predictsMean = ({ name }: Loss): boolean => name === "mean-squared-error" || name === "huber";
