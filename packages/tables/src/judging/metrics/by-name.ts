/** Metrics by the names that scikit-learn gives them, in camel case: predictions first, then truth, then options. */
export {
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanPinballLoss,
  meanPoissonDeviance,
  medianAbsoluteError,
  type PinballOptions,
  r2Score,
  rootMeanSquaredError,
} from "./amounts.ts";
export {
  type CalibrationBin,
  type CalibrationOptions,
  calibrationCurve,
  expectedCalibrationError,
} from "./calibration.ts";
export type { Averaging } from "./confusion.ts";
export type { MetricOptions, Numbers } from "./given.ts";
export {
  type AveragedOptions,
  accuracyScore,
  balancedAccuracyScore,
  cohenKappaScore,
  confusionMatrix,
  f1Score,
  type KappaOptions,
  type LabelOptions,
  matthewsCorrcoef,
  precisionScore,
  recallScore,
} from "./labels.ts";
export { brierScoreLoss, logLoss } from "./probability.ts";
export {
  averagePrecisionScore,
  averagePrecisionScoreOvr,
  type OneVsRest,
  rocAucScore,
  rocAucScoreOvr,
} from "./ranking.ts";
