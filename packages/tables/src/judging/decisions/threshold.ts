/**
 * From probabilities to a decision between two classes: a row is said to be of the class where its probability is above a
 * threshold. Which one suits a purpose is found exactly: decisions change at the distinct probabilities alone.
 */
import { checkKeys, checkLength, finite, inRange, type Weighed } from "@chaingrad/core/given";
import { foundIn } from "../metrics/confusion.ts";
import { checkLabels, checkProbabilities, countedRows, type Numbers } from "../metrics/given.ts";
import { type Level, levelsOf } from "../metrics/levels.ts";

/** costs[truth][decision] of a row, 0 the other class and 1 the class: [[TN, FP], [FN, TP]]. */
export type Costs = readonly (readonly number[])[];

/** What a threshold is chosen for: the greatest F₁, the least cost, or the least false alarms at a recall in (0, 1]. */
export type ThresholdGoal = { readonly for: "f1" } | { readonly costs: Costs } | { readonly recall: number };

/** What a threshold does on rows. */
export interface Decision {
  /** From 0 to 1: rows whose probability is above it are said to be of the class. */
  readonly threshold: number;
  /** confusion[truth][decision], the weight of the rows: [[TN, FP], [FN, TP]]. */
  readonly confusion: readonly (readonly number[])[];
  readonly accuracy: number;
  /** Of the class; null where it is not defined. */
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  /** Of a row on average, where costs were given. */
  readonly cost?: number;
}

interface Rows {
  readonly counted: Weighed;
  readonly probabilities: Numbers;
  readonly labels: Numbers;
}

/** Throws RangeError on lengths, on probabilities outside 0 to 1, on labels other than 0 and 1, on weights. */
function rowsOf(probabilities: Numbers, labels: Numbers, weights: Numbers | undefined): Rows {
  checkLength("probabilities", probabilities.length, labels.length);
  checkProbabilities(probabilities, labels.length);
  checkLabels("labels", labels, 2);
  return { counted: countedRows(labels.length, weights), probabilities, labels };
}

/**
 * What this threshold does.
 * Throws RangeError on a threshold or probabilities outside 0 to 1, labels other than 0 and 1, lengths, weights, costs that are none.
 * @param probabilities [rows] of the class
 * @param labels [rows]: 1 where a row is of the class, else 0
 */
export function decideAt(
  threshold: number,
  probabilities: Numbers,
  labels: Numbers,
  { weights, costs }: { readonly weights?: Numbers | undefined; readonly costs?: Costs | undefined } = {},
): Decision {
  checkThreshold(threshold);
  if (costs !== undefined) checkCosts(costs);
  const { counted } = rowsOf(probabilities, labels, weights);
  const confusion = [
    [0, 0],
    [0, 0],
  ];
  for (const [i, row] of counted.rows.entries())
    confusion[labels[row]][Number(probabilities[row] > threshold)] += counted.weights[i];
  return decision(threshold, confusion, costs);
}

/** Throws RangeError unless it is a number from 0 to 1. */
export const checkThreshold = (threshold: number): number =>
  inRange("threshold", threshold, { text: "a number from 0 to 1", holds: (t) => t >= 0 && t <= 1 });

function decision(threshold: number, confusion: readonly (readonly number[])[], costs: Costs | undefined): Decision {
  const [[tn, fp], [fn, tp]] = confusion;
  const total = tn + fp + fn + tp;
  const found = foundIn(confusion, 1);
  const cost = costs && { cost: costOf(confusion, costs) };
  return { threshold, confusion, accuracy: (tn + tp) / total, ...found, ...cost };
}

/**
 * The best of all thresholds for a purpose; the highest of equally good ones, and of the thresholds that decide the same a short
 * number about midway. It is the best on these rows: where a model was trained on them, it knows them too well.
 * Throws RangeError as `decideAt`, on a goal that is none, where all rows are of one class, and where no threshold has the recall.
 */
export function chooseThreshold(
  probabilities: Numbers,
  labels: Numbers,
  goal: ThresholdGoal,
  weights?: Numbers,
): Decision {
  const { worth, costs } = purposeOf(goal);
  const rows = rowsOf(probabilities, labels, weights);
  const levels = levelsOf(
    rows.counted,
    (row) => probabilities[row],
    (row) => labels[row] === 1,
  );
  const all = totalsOf(levels);
  let [most, best] = [Number.NEGATIVE_INFINITY, undefined as Cut | undefined];
  for (const cut of cutsOf(levels)) {
    const own = worth(cut, all);
    if (own > most) [most, best] = [own, cut];
  }
  if (best === undefined)
    throw new RangeError("threshold: no threshold has this recall: rows of the class have probability 0");
  return decision(between(best.lower, best.upper), matrix(best, all), costs);
}

/** Rows above a threshold that lies between two probabilities: weight of those that are of the class, and of the others. */
interface Cut {
  readonly tp: number;
  readonly fp: number;
  /** It is this at least, and below the other; at the top it may be 1. */
  readonly lower: number;
  readonly upper: number;
}

type Totals = Omit<Level, "score">;

interface Purpose {
  /** The more, the better; −∞ where it will not do at all. */
  worth(cut: Cut, all: Totals): number;
  readonly costs?: Costs;
}

function purposeOf(goal: ThresholdGoal): Purpose {
  checkKeys("chooseThreshold", goal ?? null, { for: true, costs: true, recall: true }, "goal");
  const names = Object.keys(goal);
  if (names.length !== 1)
    throw new RangeError(`chooseThreshold: expected one goal of for, costs, recall; got ${names.join(", ") || "none"}`);
  if ("costs" in goal) {
    const { costs } = goal;
    checkCosts(costs);
    return { costs, worth: (cut, all) => -costOf(matrix(cut, all), costs) };
  }
  if ("recall" in goal) {
    const { recall } = goal;
    inRange("recall", recall, { text: "a number > 0 and ≤ 1", holds: (share) => share > 0 && share <= 1 });
    // The higher the threshold, the fewer false alarms: the first that has the recall is the one.
    return { worth: ({ tp }, { hits }) => (tp / hits >= recall ? 0 : Number.NEGATIVE_INFINITY) };
  }
  if (goal.for !== "f1") throw new RangeError(`chooseThreshold: for can be "f1", got ${String(goal.for)}`);
  return { worth: ({ tp, fp }, { hits }) => (2 * tp) / (hits + tp + fp) };
}

/** Throws RangeError unless they are two rows of two finite numbers, and being wrong costs more than being right. */
function checkCosts(costs: Costs): void {
  const isMatrix = Array.isArray(costs) && costs.length === 2 && costs.every((row) => row?.length === 2);
  if (!isMatrix) throw new RangeError("costs: expected [[TN, FP], [FN, TP]], two rows of two numbers");
  for (const [i, cost] of costs.flat().entries()) inRange(`costs: ${["TN", "FP", "FN", "TP"][i]}`, cost, finite);
  const [[tn, fp], [fn, tp]] = costs;
  if (!(fp >= tn && fn >= tp && fp - tn + (fn - tp) > 0))
    throw new RangeError(
      `costs: being wrong must cost more than being right; got FP ${fp} with TN ${tn}, and FN ${fn} with TP ${tp}`,
    );
}

/**
 * The threshold that costs least where probabilities are what they say: (FP − TN) / (FP − TN + FN − TP).
 * Elkan, "The foundations of cost-sensitive learning", IJCAI 2001. Throws RangeError on costs that are none.
 */
export function calibratedThreshold(costs: Costs): number {
  checkCosts(costs);
  const [[tn, fp], [fn, tp]] = costs;
  return (fp - tn) / (fp - tn + fn - tp);
}

/** Weight of the rows of each class. Throws RangeError where all are of one. */
function totalsOf(levels: readonly Level[]): Totals {
  const all = { hits: 0, misses: 0 };
  for (const { hits, misses } of levels) {
    all.hits += hits;
    all.misses += misses;
  }
  if (all.hits > 0 && all.misses > 0) return all;
  const one = all.hits === 0 ? "no row is" : "every row is";
  throw new RangeError(`threshold: ${one} of the class: choose it on rows of both classes`);
}

/** Every way to cut, from the one that says no row is of the class. */
function* cutsOf(levels: readonly Level[]): Generator<Cut> {
  let [tp, fp, upper] = [0, 0, 1];
  for (const { score, hits, misses } of levels) {
    yield { tp, fp, lower: score, upper };
    [tp, fp, upper] = [tp + hits, fp + misses, score];
  }
  // No threshold is below 0.
  if (upper > 0) yield { tp, fp, lower: 0, upper };
}

const matrix = ({ tp, fp }: Cut, { hits, misses }: Totals): number[][] => [
  [misses - fp, fp],
  [hits - tp, tp],
];

/** Of a row on average. */
function costOf(confusion: Costs, costs: Costs): number {
  const [[tn, fp], [fn, tp]] = confusion;
  const [right, wrong] = [tn * costs[0][0] + tp * costs[1][1], fp * costs[0][1] + fn * costs[1][0]];
  return (right + wrong) / (tn + fp + fn + tp);
}

/** A threshold that rows at `upper` are above and rows at `lower` are not, in as few digits as lie between them. */
function between(lower: number, upper: number): number {
  const middle = lower + (upper - lower) / 2;
  for (let digits = 1; digits <= 17; digits++) {
    const short = Number(middle.toPrecision(digits));
    if (short > lower && short < upper) return short;
  }
  return lower;
}
