/** Whether what is said to be probable comes as often as it is said to: by scikit-learn's `calibration_curve`. */
import {
  checkKeys,
  checkName,
  countingNumber,
  inRange,
  mostProbable,
  type Names,
  type Weighed,
} from "@chaingrad/core/given";
import { ascending } from "../ascending.ts";
import { checkLabels, checkProbabilities, countedRows, type MetricOptions, type Numbers } from "./given.ts";

/** How probabilities are put into bins. */
export interface CalibrationOptions extends MetricOptions {
  /** How many bins, ≥ 1 (default 10; scikit-learn's is 5). */
  readonly bins?: number | undefined;
  /** Bins of the same width (the default), or of as many rows each, whatever these weigh. */
  readonly strategy?: "uniform" | "quantile" | undefined;
}

/** Rows whose probabilities are alike. */
export interface CalibrationBin {
  /** Above `from` (in the first bin from it on) and up to `to`. */
  readonly from: number;
  readonly to: number;
  /** Their weight. */
  readonly rows: number;
  /** Their mean probability (prob_pred). */
  readonly predicted: number;
  /** The share of them that is of the class (prob_true). */
  readonly observed: number;
}

const OPTIONS: Names<CalibrationOptions> = { weights: true, bins: true, strategy: true };

/** Probabilities of something, and whether it is so (1 or 0). */
interface Claims {
  readonly probabilities: Numbers;
  readonly labels: Numbers;
}

/**
 * The bins that have rows, the lowest first (`calibration_curve`). Of two classes the probability is that of the second; of
 * more that of the most probable one, and `observed` the share of rows where it is right (Guo et al. 2017).
 * Throws RangeError on labels that are no class, probabilities outside 0 to 1 or that do not sum to 1, lengths, weights, options.
 * @param probabilities [rows] of the second class, or [rows, classes] row-major
 */
export function calibrationCurve(
  probabilities: Numbers,
  labels: Numbers,
  options: CalibrationOptions = {},
): CalibrationBin[] {
  checkKeys("calibrationCurve", options, OPTIONS);
  return curveOf(probabilities, labels, options);
}

/**
 * Σ_b (rows of bin b / all) |observed_b − predicted_b|: how far off probabilities are on average (Naeini, Cooper & Hauskrecht,
 * "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015; of several classes of the most probable one as in
 * Guo et al., "On calibration of modern neural networks", ICML 2017). scikit-learn has the curve alone. Throws as `calibrationCurve`.
 */
export function expectedCalibrationError(
  probabilities: Numbers,
  labels: Numbers,
  options: CalibrationOptions = {},
): number {
  checkKeys("expectedCalibrationError", options, OPTIONS);
  return errorOf(curveOf(probabilities, labels, options));
}

/** The mean distance between what bins were said to hold and what they hold. */
export function errorOf(bins: readonly CalibrationBin[]): number {
  const all = bins.reduce((sum, { rows }) => sum + rows, 0);
  return bins.reduce((sum, { rows, observed, predicted }) => sum + (rows / all) * Math.abs(observed - predicted), 0);
}

function curveOf(probabilities: Numbers, labels: Numbers, options: CalibrationOptions): CalibrationBin[] {
  const { bins = 10, strategy = "uniform", weights } = options;
  inRange("bins", bins, countingNumber);
  checkName("strategy", strategy, ["uniform", "quantile"]);
  const width = checkProbabilities(probabilities, labels.length);
  checkLabels("labels", labels, Math.max(2, width));
  const rows = countedRows(labels.length, weights);
  const claims = claimsOf(probabilities, labels, width);
  const even = Array.from({ length: bins + 1 }, (_, i) => (i === bins ? 1 : i * (1 / bins)));
  const edges = strategy === "uniform" ? even : quantilesOf(rows, claims.probabilities, even);
  return binned(rows, claims, edges);
}

function claimsOf(probabilities: Numbers, labels: Numbers, width: number): Claims {
  if (width === 1) return { probabilities, labels };
  const chosen = Array.from(labels, (_, row) => (width === 2 ? 1 : mostProbable(probabilities, row, width)));
  return {
    probabilities: chosen.map((label, row) => probabilities[row * width + label]),
    labels: chosen.map((label, row) => Number(labels[row] === label)),
  };
}

/** The values that these shares of the rows do not exceed, between two of them by proportion (definition 7 of Hyndman & Fan 1996). */
function quantilesOf({ rows }: Weighed, values: Numbers, shares: readonly number[]): number[] {
  const own = Float64Array.from(rows, (row) => values[row]);
  const sorted = Float64Array.from(ascending(own), (place) => own[place]);
  return shares.map((share) => {
    const place = ((share * 100) / 100) * (sorted.length - 1);
    const below = Math.min(Math.floor(place), sorted.length - 1);
    const [low, high, part] = [sorted[below], sorted[Math.min(below + 1, sorted.length - 1)], place - below];
    return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
  });
}

function binned(
  { rows, weights }: Weighed,
  { probabilities, labels }: Claims,
  edges: readonly number[],
): CalibrationBin[] {
  const inner = edges.slice(1, -1);
  const sums = Array.from({ length: inner.length + 1 }, () => ({ rows: 0, predicted: 0, observed: 0 }));
  for (const [i, row] of rows.entries()) {
    // The first edge that is not below it.
    const found = inner.findIndex((edge) => edge >= probabilities[row]);
    const bin = sums[found < 0 ? inner.length : found];
    bin.rows += weights[i];
    bin.predicted += weights[i] * probabilities[row];
    bin.observed += weights[i] * labels[row];
  }
  return sums.flatMap(({ rows: all, predicted, observed }, b) =>
    all > 0
      ? [{ from: edges[b], to: edges[b + 1], rows: all, predicted: predicted / all, observed: observed / all }]
      : [],
  );
}
