/** Which centre, scale and logarithm suit the amounts of the training rows. */
import { quantileOf, type Sorted, sorted } from "./quantiles.ts";
import { type Logarithm, logarithm, type Scaling } from "./scale.ts";

/** Fewer values than this have no tails to speak of. */
const LEAST_VALUES = 20;
/** So many rows must be beyond what is called a tail: one or two outliers are none. */
const TAIL_ROWS = 3;
const TAIL_SHARE = 0.01;
/** Tails this many times an exponential distribution's are heavy. */
const HEAVY = 1.5;
/** From 0 amounts must go over so many powers of ten: below that the smooth clip does, and keeps them linear. */
const DECADES = 2.5;
/** Of the smallest distance from 0: as far down L is nearly the logarithm itself. */
const BELOW = 0.1;
/** The logarithm must make them so much shorter. */
const SHORTER = 0.5;

/** How a scaling is fitted. */
interface FitScalingOptions {
  /** How much each value counts; absent: all alike. */
  readonly weights?: ArrayLike<number> | undefined;
  /** Whether heavy tails may be taken as logarithms (default true). */
  readonly mayLog?: boolean;
}

/** By the finite values. None: 0 and 1; all the same: that value and 1. */
export function fitScaling(values: Float64Array, { weights, mayLog = true }: FitScalingOptions = {}): Scaling {
  const known = sorted(values, weights);
  const { length } = known.values;
  if (length === 0) return { centre: 0, scale: 1 };
  const [least, most] = [known.values[0], known.values[length - 1]];
  if (least === most) return { centre: least + 0, scale: 1 };
  const quantile = quantileOf(known);
  const log = mayLog ? logarithmOf(known, quantile) : undefined;
  const amount = log === undefined ? (x: number) => x : (x: number) => logarithm(log, x);
  const of = (share: number): number => amount(quantile(share));
  const scale = spread(of(0.25), of(0.75)) || spread(amount(least), amount(most)) / 2 || 1;
  // Not −0, which a model's file does not keep.
  return { centre: of(0.5) + 0, scale, ...(log !== undefined && { log }) };
}

/** b − a where that may overflow. */
const spread = (a: number, b: number): number => Math.min(Number.MAX_VALUE, b - a);

/** A logarithm where the tails are heavy and it makes them much shorter. */
function logarithmOf(known: Sorted, quantile: (share: number) => number): Logarithm | undefined {
  const median = quantile(0.5);
  const isMostlyOne = quantile(0.25) === quantile(0.75);
  // Where half of all hold one value (no sale, no claim), the others show how long the tails are.
  const others = isMostlyOne ? part(known, (value) => value !== median) : known;
  if (others.values.length < LEAST_VALUES) return undefined;
  const own = quantileOf(others);
  const share = Math.min(0.2, Math.max(TAIL_SHARE, TAIL_ROWS / others.values.length));
  const long = tails(own, share);
  const exponential = (-Math.log(share) - Math.LN2) / Math.log(3);
  if (!(long > HEAVY * exponential)) return undefined;
  const log = candidate(others, isMostlyOne ? median : undefined, known.values);
  return log !== undefined && tails((p) => logarithm(log, own(p)), share) < SHORTER * long ? log : undefined;
}

/** How much longer the longer tail is than the middle half is wide. */
function tails(quantile: (share: number) => number, share: number): number {
  const median = quantile(0.5);
  const longer = Math.max(quantile(1 - share) - median, median - quantile(share));
  return longer / (quantile(0.75) - quantile(0.25));
}

/**
 * Of values of one sign: from 0, linear only below all of them, or where some are 0 below nearly all others. Of both signs: from
 * the median, linear in the middle.
 */
function candidate(others: Sorted, usual: number | undefined, all: Float64Array): Logarithm | undefined {
  const [least, most] = [all[0], all[all.length - 1]];
  const isOneSign = least >= 0 || most <= 0;
  const origin = isOneSign ? 0 : (usual ?? quantileOf(others)(0.5));
  const distances = sorted(
    others.values.map((value) => Math.abs(value - origin)),
    others.weights,
  );
  const far = quantileOf(part(distances, (distance) => distance > 0));
  const unit = !isOneSign
    ? far(0.5)
    : least > 0 || most < 0
      ? BELOW * Math.min(Math.abs(least), Math.abs(most))
      : far(0.01);
  const decades = Math.log10(far(0.99) / far(0.01));
  if (isOneSign && !(decades >= DECADES)) return undefined;
  return unit > 0 && Number.isFinite(far(0.99) / unit)
    ? { origin: origin + 0, unit, decades: Math.round(decades) }
    : undefined;
}

function part({ values, weights }: Sorted, holds: (value: number) => boolean): Sorted {
  const own = { values: values.filter(holds) };
  return weights === undefined ? own : { ...own, weights: weights.filter((_, i) => holds(values[i])) };
}
