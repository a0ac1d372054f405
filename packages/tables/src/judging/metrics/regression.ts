/** How good predicted amounts are, in the target's own unit, beside what guessing would score; weights as for classes. */
import { average, checkLength, weigh } from "@chaingrad/core/given";
import { ascending } from "../ascending.ts";
import type { ResidualSummary } from "../evaluation.ts";

type Numbers = ArrayLike<number>;

/** How well amounts are predicted, in the target's own unit. */
export interface RegressionMetrics {
  /** 1 − Σ(y − ŷ)² / Σ(y − ȳ)²; null when every y is the same, for then there is no variance to explain. */
  readonly r2: number | null;
  readonly rmse: number;
  readonly mae: number;
}

/**
 * Metrics of predictions, in the units of both.
 * Throws RangeError when lengths do not fit or no row has weight.
 */
export function regressionMetrics(predictions: Numbers, targets: Numbers, weights?: Numbers): RegressionMetrics {
  checkLength("predictions", predictions.length, targets.length);
  const counted = weigh(targets.length, weights);
  const squares = average(counted, (row) => (targets[row] - predictions[row]) ** 2);
  const center = average(counted, (row) => targets[row]);
  const variance = average(counted, (row) => (targets[row] - center) ** 2);
  return {
    r2: counted.rows.every((row) => targets[row] === targets[counted.rows[0]]) ? null : 1 - squares / variance,
    rmse: Math.sqrt(squares),
    mae: average(counted, (row) => Math.abs(targets[row] - predictions[row])),
  };
}

/** What always answering with the mean of the training targets scores. */
export function regressionBaseline(
  training: Numbers,
  targets: Numbers,
  weights?: Numbers,
  trainingWeights?: Numbers,
): RegressionMetrics {
  const guess = average(weigh(training.length, trainingWeights), (row) => training[row]);
  return regressionMetrics(new Float64Array(targets.length).fill(guess), targets, weights);
}

/**
 * 2 mean(y ln(y/ŷ) − (y − ŷ)) of counts, with 0 ln 0 = 0: twice what Poisson's −ln P falls short of its best. A prediction
 * below 1e-9 counts as that: no count is impossible.
 */
export function poissonDeviance(predictions: Numbers, targets: Numbers, weights?: Numbers): number {
  checkLength("predictions", predictions.length, targets.length);
  return average(weigh(targets.length, weights), (row) => {
    const [y, rate] = [targets[row], Math.max(predictions[row], 1e-9)];
    return 2 * ((y > 0 ? y * Math.log(y / rate) : 0) - (y - rate));
  });
}

/**
 * Extremes and quartiles of the residuals target − prediction. A quartile is the value at which the weight reaches its
 * share, or midway to the next value where it hits the share exactly (definition 2 of Hyndman & Fan 1996).
 */
export function residualSummary(predictions: Numbers, targets: Numbers, weights?: Numbers): ResidualSummary {
  checkLength("predictions", predictions.length, targets.length);
  const { rows, weights: own } = weigh(targets.length, weights);
  const residuals = new Float64Array(rows.length).map((_, i) => targets[rows[i]] - predictions[rows[i]]);
  const order = ascending(residuals);
  const sorted = residuals.map((_, i) => residuals[order[i]]);
  const total = order.reduce((sum, place) => sum + own[place], 0);
  const quantile = (share: number): number => {
    let reached = 0;
    const i = order.findIndex((place) => {
      reached += own[place];
      return reached >= share * total;
    });
    const next = reached === share * total ? sorted[i + 1] : sorted[i];
    return (sorted[i] + next) / 2;
  };
  const [min, max] = [sorted[0], sorted[sorted.length - 1]];
  return { min, q1: quantile(0.25), median: quantile(0.5), q3: quantile(0.75), max };
}
