/** What a distribution of a network's outputs says, in the target's own terms. */
import { inRange } from "@chaingrad/core/given";
import { decodeAmounts } from "../table/targets/amounts.ts";
import type { RegressionTarget } from "../table/targets/target.ts";
import { type LikelyTarget, softmaxOf } from "./likelihood.ts";
import { normalQuantile } from "./normal-quantile.ts";

/** Of amounts. */
export interface UncertainAmounts {
  readonly task: "regression";
  readonly values: Float64Array;
  /** Standard deviations of what is predicted, in the target's unit: noise is not in them. */
  readonly deviations: Float64Array;
  /** Between these lies the share `level` of the truth, as far as noise is normal. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly level: number;
}

/** Of classes. */
export interface UncertainClasses {
  readonly task: "classification";
  readonly classes: readonly string[];
  /** Averaged over what the outputs may be, [rows, classes]. */
  readonly probabilities: Float64Array;
  /** Standard deviations of the probabilities, [rows, classes]. */
  readonly deviations: Float64Array;
}

/** What is said of rows, and how sure that is. */
export type UncertainPrediction = UncertainAmounts | UncertainClasses;

/** Normal distributions of outputs, row by row. */
export interface OutputDistribution {
  /** Means, [rows, outputs] */
  readonly outputs: Float64Array;
  /** [rows, outputs, outputs] */
  readonly covariances: Float64Array;
  /** σ² of amounts beyond it, in the network's scale. */
  readonly noiseVariance: number;
  /** As `TargetKind.say` takes them. */
  readonly offsets: Float64Array | undefined;
}

const SHARE = { text: "a share > 0 and < 1", holds: (x: number) => x > 0 && x < 1 };

/** Throws RangeError on a level outside (0, 1). */
export function sayDistribution(target: LikelyTarget, given: OutputDistribution, level: number): UncertainPrediction {
  inRange("level", level, SHARE);
  if (target.task === "regression") return amounts(target, given, level);
  const { outputs, covariances } = given;
  const k = target.classes.length;
  const probabilities = new Float64Array(outputs.length);
  const deviations = new Float64Array(outputs.length);
  for (let row = 0; row < outputs.length / k; row++) {
    const covariance = covariances.subarray(row * k * k, (row + 1) * k * k);
    probabilities.set(averaged(outputs.subarray(row * k, (row + 1) * k), covariance), row * k);
    deviations.set(spreadOf(softmaxOf(outputs, row, k), covariance), row * k);
  }
  return { task: "classification", classes: target.classes, probabilities, deviations };
}

/** By dq/do, and the interval of o with its noise taken through q, which grows with o. */
function amounts(
  target: RegressionTarget,
  { outputs, covariances, noiseVariance, offsets }: OutputDistribution,
  level: number,
): UncertainAmounts {
  const z = normalQuantile((1 + level) / 2);
  // Half of the truth lies below the median, which the factor leads away from.
  const median = target.factor === undefined ? target : { ...target, factor: 1 };
  const bound = (side: number): Float64Array =>
    decodeAmounts(
      median,
      outputs.map((one, row) => one + side * z * Math.sqrt(covariances[row] + noiseVariance)),
      offsets,
    );
  const values = decodeAmounts(target, outputs, offsets);
  const deviations = values.map(
    (value, row) => target.scale * Math.sqrt(covariances[row]) * (target.factor === undefined ? 1 : value),
  );
  return { task: "regression", values, deviations, lower: bound(-1), upper: bound(1), level };
}

/**
 * ∫ softmax(o) N(o; ō, C) do ≈ softmax(ō / √(1 + π/8 diag C)), with C of the outputs less their mean, which softmax does not see.
 * MacKay, "The evidence framework applied to classification networks", Neural Computation 4 (1992); Gibbs, 1997
 */
function averaged(outputs: Float64Array, covariance: Float64Array): Float64Array {
  const k = outputs.length;
  const mean = outputs.reduce((a, b) => a + b) / k;
  const rows = Float64Array.from(
    outputs,
    (_, a) => covariance.subarray(a * k, (a + 1) * k).reduce((x, y) => x + y) / k,
  );
  const whole = rows.reduce((a, b) => a + b) / k;
  const moderated = outputs.map((one, a) => {
    const variance = Math.max(0, covariance[a * k + a] - 2 * rows[a] + whole);
    // Of two classes the difference is twice what is centred, and its variance four times.
    return (one - mean) / Math.sqrt(1 + (Math.PI / 8) * variance * (k / (k - 1)) ** 2);
  });
  return softmaxOf(moderated, 0, k);
}

/** √diag(D C Dᵀ), D = diag(p) − p pᵀ the derivative of softmax. */
function spreadOf(p: Float64Array, covariance: Float64Array): Float64Array {
  const k = p.length;
  const along = p.map((_, a) => p.reduce((sum, q, b) => sum + q * covariance[a * k + b], 0));
  const whole = p.reduce((sum, q, a) => sum + q * along[a], 0);
  return p.map((q, a) => q * Math.sqrt(Math.max(0, covariance[a * k + a] - 2 * along[a] + whole)));
}
