/** How far rows that a model did not learn from were off: what says how wide an interval must be. */
import type { Dataset } from "@chaingrad/core";
import { ascending } from "../judging/ascending.ts";
import { truthOf } from "../table/targets/amounts.ts";
import type { TablePrediction } from "../table/targets/prediction.ts";
import { truthIn } from "../table/targets/several.ts";
import { hasClasses, type SingleTarget, type Target, targetsOf } from "../table/targets/target.ts";

/**
 * What a score is: of amounts |y − ŷ|, of those learnt by their logarithms |ln y − ln ŷ|, of counts |y − ŷ|/√ŷ (Pearson's residual);
 * of classes 1 − p(true class) (Sadinle, Lei & Wasserman, "Least ambiguous set-valued classifiers", JASA 2019).
 */
export type ScoreKind = "difference" | "ratio" | "pearson" | "probability";
/** The names of all kinds. */
export const SCORE_KINDS: readonly ScoreKind[] = ["difference", "ratio", "pearson", "probability"];

/** Scores of rows that a model did not learn from: plain JSON, saved with it. */
export interface ConformalScores {
  readonly kind: ScoreKind;
  /** How many rows were scored. */
  readonly rows: number;
  /** Ascending: all of them, or 1000 evenly spaced by rank, the largest among them. */
  readonly scores: readonly number[];
}

/** More scores tell levels more finely than anybody asks. */
const MOST_SCORES = 1000;
/** A count predicted below this is scored as if it were this. */
export const LEAST_RATE = 1e-9;

/**
 * By target, in order; null of sets of labels, and where no row counts.
 * @param raised what scores are multiplied with, where the rows had a part in training after all
 */
export function conformalScores(
  target: Target,
  said: TablePrediction,
  data: Pick<Dataset, "y" | "weight">,
  raised = 1,
): (ConformalScores | null)[] {
  return targetsOf(target).map((one, place) => {
    const own = said.task === "several" ? said.targets[place] : said;
    const truth = target.task === "several" ? truthIn(target, data, place) : data;
    const kind = kindFor(one);
    if (kind === undefined) return null;
    const all =
      own.task === "regression" && one.task === "regression"
        ? amountScores(kind, own.values, truthOf(one, truth).truth)
        : classScores((own as { probabilities: Float64Array }).probabilities, truth.y);
    const counted = all.filter((score, row) => !(data.weight && data.weight[row] === 0) && Number.isFinite(score));
    return counted.length === 0
      ? null
      : { kind, rows: counted.length, scores: evenly(counted.map((score) => raised * score)) };
  });
}

function kindFor(target: SingleTarget): ScoreKind | undefined {
  if (hasClasses(target)) return "probability";
  if (target.task !== "regression") return undefined;
  if (target.link === "log") return "pearson";
  return target.factor === undefined ? "difference" : "ratio";
}

function amountScores(kind: ScoreKind, predicted: Float64Array, truth: Float64Array): Float64Array {
  return truth.map((y, row) => {
    const said = predicted[row];
    if (kind === "ratio") return Math.abs(Math.log(y) - Math.log(said));
    const unit = kind === "pearson" ? Math.sqrt(Math.max(said, LEAST_RATE)) : 1;
    return Math.abs(y - said) / unit;
  });
}

function classScores(probabilities: Float64Array, labels: ArrayLike<number>): Float64Array {
  const classes = probabilities.length / labels.length;
  return Float64Array.from(labels, (label, row) => 1 - probabilities[row * classes + label]);
}

/** Rounded up, so that an interval is no narrower than they say. */
function evenly(scores: Float64Array): number[] {
  const order = ascending(scores);
  const count = Math.min(order.length, MOST_SCORES);
  const ranks = Array.from({ length: count }, (_, i) => Math.ceil(((i + 1) * order.length) / count));
  return ranks.map((rank) => roundedUp(scores[order[rank - 1]]));
}

function roundedUp(value: number): number {
  const near = Number(value.toPrecision(7));
  return near >= value ? near : Number((value * (1 + 1e-6)).toPrecision(7));
}
