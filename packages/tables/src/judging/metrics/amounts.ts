/** Metrics of predicted amounts, by scikit-learn's names: one number a row, predictions first. */
import { average, checkKeys, checkLength, inRange, type Names, type Range } from "@chaingrad/core/given";
import { checkFinite, countedRows, type MetricOptions, type Numbers } from "./given.ts";
import { regressionMetrics, residualSummary } from "./regression.ts";

/** Which quantile is predicted. */
export interface PinballOptions extends MetricOptions {
  /** From 0 to 1 (default 0.5, the median). */
  readonly alpha?: number | undefined;
}

const OPTIONS: Names<MetricOptions> = { weights: true };

const share: Range = { text: "a number from 0 to 1", holds: (alpha) => alpha >= 0 && alpha <= 1 };

/** Throws RangeError on lengths that differ, on what is no finite number, and on weights that are none. */
function check(owner: string, predictions: Numbers, targets: Numbers, options: MetricOptions): void {
  checkKeys(owner, options, OPTIONS);
  checkPairs(predictions, targets);
  countedRows(targets.length, options.weights);
}

function checkPairs(predictions: Numbers, targets: Numbers): void {
  checkLength("predictions", predictions.length, targets.length);
  checkFinite("predictions", predictions);
  checkFinite("targets", targets);
}

/**
 * 1 − Σ(y − ŷ)² / Σ(y − ȳ)² (`r2_score`); null where every y is the same, for which scikit-learn says 0, or 1 where all are right.
 * Throws RangeError on lengths that differ, on what is no finite number, on weights that are none, on an option that there is not.
 */
export function r2Score(predictions: Numbers, targets: Numbers, options: MetricOptions = {}): number | null {
  check("r2Score", predictions, targets, options);
  return regressionMetrics(predictions, targets, options.weights).r2;
}

/** √ mean (y − ŷ)² (`root_mean_squared_error`). Throws as `r2Score`. */
export function rootMeanSquaredError(predictions: Numbers, targets: Numbers, options: MetricOptions = {}): number {
  check("rootMeanSquaredError", predictions, targets, options);
  return regressionMetrics(predictions, targets, options.weights).rmse;
}

/** mean |y − ŷ| (`mean_absolute_error`). Throws as `r2Score`. */
export function meanAbsoluteError(predictions: Numbers, targets: Numbers, options: MetricOptions = {}): number {
  check("meanAbsoluteError", predictions, targets, options);
  return regressionMetrics(predictions, targets, options.weights).mae;
}

/**
 * The median of |y − ŷ| (`median_absolute_error`): where the weight reaches one half, or midway to the next where it hits one half
 * exactly. Throws as `r2Score`.
 */
export function medianAbsoluteError(predictions: Numbers, targets: Numbers, options: MetricOptions = {}): number {
  check("medianAbsoluteError", predictions, targets, options);
  const errors = Float64Array.from(targets, (y, row) => Math.abs(y - predictions[row]));
  return residualSummary(new Float64Array(errors.length), errors, options.weights).median;
}

/**
 * mean |y − ŷ| / |y| (`mean_absolute_percentage_error`): a share, not per cent. |y| counts as 2⁻⁵² at least, so that one row
 * with y = 0 makes it huge. Throws as `r2Score`.
 */
export function meanAbsolutePercentageError(
  predictions: Numbers,
  targets: Numbers,
  options: MetricOptions = {},
): number {
  check("meanAbsolutePercentageError", predictions, targets, options);
  return average(
    countedRows(targets.length, options.weights),
    (row) => Math.abs(targets[row] - predictions[row]) / Math.max(Math.abs(targets[row]), Number.EPSILON),
  );
}

/** mean max(α (y − ŷ), (α − 1)(y − ŷ)) of a predicted quantile α (`mean_pinball_loss`). Throws as `r2Score`. */
export function meanPinballLoss(predictions: Numbers, targets: Numbers, options: PinballOptions = {}): number {
  checkKeys("meanPinballLoss", options, { ...OPTIONS, alpha: true } satisfies Names<PinballOptions>);
  const alpha = inRange("meanPinballLoss: alpha", options.alpha ?? 0.5, share);
  checkPairs(predictions, targets);
  return average(countedRows(targets.length, options.weights), (row) => {
    const residual = targets[row] - predictions[row];
    return Math.max(alpha * residual, (alpha - 1) * residual);
  });
}

/**
 * 2 mean (y ln(y/ŷ) − y + ŷ), with 0 ln 0 = 0 (`mean_poisson_deviance`). Throws as `r2Score`, and on a target below 0 or a
 * prediction that is not above 0.
 */
export function meanPoissonDeviance(predictions: Numbers, targets: Numbers, options: MetricOptions = {}): number {
  check("meanPoissonDeviance", predictions, targets, options);
  const [low, bad] = [targets, predictions].map((values, i) =>
    Array.from(values).findIndex((value) => value < 0 || (i === 1 && value === 0)),
  );
  if (low >= 0)
    throw new RangeError(`metrics: targets[${low}] is ${targets[low]}; Poisson's deviance takes counts ≥ 0`);
  if (bad >= 0)
    throw new RangeError(`metrics: predictions[${bad}] is ${predictions[bad]}; Poisson's deviance takes rates > 0`);
  return average(countedRows(targets.length, options.weights), (row) => {
    const [y, rate] = [targets[row], predictions[row]];
    return 2 * ((y > 0 ? y * Math.log(y / rate) : 0) - y + rate);
  });
}
