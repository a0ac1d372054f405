/**
 * One number that makes probabilities honest: softmax(z / T) of the logits z, T > 0, where T is what the rows' negative
 * log-likelihood is least at. T > 1 makes them less sure; which class is the most probable stays.
 * Guo, Pleiss, Sun & Weinberger, "On calibration of modern neural networks", ICML 2017
 *
 * In θ = ln T, with β = 1/T, zᵧ the logit of the true class, dₖ = zₖ − zᵧ and means over rows:
 *   NLL = mean ln Σₖ e^(β dₖ)      ∂NLL/∂θ = −β mean E d      ∂²NLL/∂θ² = β mean E d + β² mean Var d
 * where E and Var are by softmax(z / T). It is convex in β, so that in θ it falls and then rises.
 */
import { checkLength, type Weighed } from "@chaingrad/core/given";
import { checkFinite, checkLabels, countedRows, type Numbers } from "../metrics/given.ts";

/** A temperature, and what it is worth on the rows that it was fitted to. */
export interface Temperature {
  /** What logits are divided by, > 0. */
  readonly temperature: number;
  /** The negative log-likelihood at 1, and at the temperature. */
  readonly before: number;
  readonly after: number;
  /** ∂NLL/∂ln T at the temperature: at most 1e-10 of what the rows' shares of it sum to without their signs. */
  readonly gradient: number;
  /** How often the rows were gone through. */
  readonly steps: number;
}

/** What holds at the end. */
const TOLERANCE = 1e-10;
/** ln T moves by no more at once. */
const LONGEST = 2;
/** Beyond e^±40 logits are all the same, or a class is certain. */
const FARTHEST = 40;
const MOST_STEPS = 500;

/**
 * The temperature that logits of rows not trained on are to be divided by, by Newton's method on ln T within bounds that close in.
 * Throws RangeError on labels that are no class, logits that are not finite, lengths, weights; and where no temperature is the best:
 * every row is right, or the logits tell no more than chance.
 * @param logits [rows, classes], row-major
 */
export function fitTemperature(logits: Numbers, labels: Numbers, weights?: Numbers): Temperature {
  const rows = countedRows(labels.length, weights);
  const classes = logits.length / labels.length;
  if (!Number.isInteger(classes) || classes < 2) checkLength("logits", logits.length, 2 * labels.length);
  checkFinite("logits", logits);
  checkLabels("labels", labels, classes);
  const given = { rows, logits, labels, classes };
  checkBounded(given);
  const { after, ...found } = minimum((theta) => slopeAt(theta, given));
  const before = slopeAt(0, given).loss;
  // At T = 1 the same within rounding.
  return { ...found, before, after: Math.min(before, after) };
}

interface Given {
  readonly rows: Weighed;
  readonly logits: Numbers;
  readonly labels: Numbers;
  readonly classes: number;
}

interface Slope {
  readonly loss: number;
  readonly first: number;
  readonly second: number;
  /** Of `first`, its terms without their signs. */
  readonly size: number;
}

/** NLL and its derivatives in ln T. */
function slopeAt(theta: number, { rows: { rows, weights }, logits, labels, classes }: Given): Slope {
  const beta = Math.exp(-theta);
  let [total, loss, mean, size, variance] = [0, 0, 0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i] * classes;
    const own = logits[at + labels[rows[i]]];
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[at + k] - own);
    let [sum, first, second] = [0, 0, 0];
    for (let k = 0; k < classes; k++) {
      const d = logits[at + k] - own;
      const p = Math.exp(beta * (d - most));
      sum += p;
      first += p * d;
      second += p * d * d;
    }
    const d = first / sum;
    total += weights[i];
    loss += weights[i] * (beta * most + Math.log(sum));
    mean += weights[i] * d;
    size += weights[i] * Math.abs(d);
    variance += weights[i] * (second / sum - d * d);
  }
  const first = (-beta * mean) / total;
  return { loss: loss / total, first, second: (beta * beta * variance) / total - first, size: (beta * size) / total };
}

/** Throws RangeError where NLL falls all the way to T = 0, or to T = ∞. */
function checkBounded({ rows: { rows, weights }, logits, labels, classes }: Given): void {
  let [wrong, rise] = [0, 0];
  for (let i = 0; i < rows.length; i++) {
    const at = rows[i] * classes;
    const own = logits[at + labels[rows[i]]];
    for (let k = 0; k < classes; k++) {
      wrong += Number(logits[at + k] > own);
      rise += weights[i] * (logits[at + k] - own);
    }
  }
  if (wrong === 0)
    throw noBest("every row is right, so that the surer the better: give rows that the model has not seen");
  if (!(rise < 0)) throw noBest("the logits tell the classes no better than chance: train another model");
}

const noBest = (why: string): RangeError => new RangeError(`no temperature is the best: ${why}`);

/** Where the slope is 0. */
function minimum(slope: (theta: number) => Slope): Omit<Temperature, "before"> {
  let [low, high, theta] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
  for (let steps = 1; steps <= MOST_STEPS && Math.abs(theta) <= FARTHEST; steps++) {
    const { loss, first, second, size } = slope(theta);
    if (Math.abs(first) <= TOLERANCE * size)
      return { temperature: Math.exp(theta), after: loss, gradient: first, steps };
    if (first < 0) low = theta;
    else high = theta;
    const newton = second > 0 ? -first / second : -Math.sign(first) * LONGEST;
    const next = theta + Math.max(-LONGEST, Math.min(LONGEST, newton));
    theta = next > low && next < high ? next : (low + high) / 2;
  }
  throw noBest("the search went to where all logits are the same, or one class is certain, and found none");
}
