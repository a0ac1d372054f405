/** @chaingrad/tables/judging: metrics by scikit-learn's names, decisions by thresholds, and probabilities made honest. */
export { type Calibration, calibrated, calibrateModel, checkCalibrates } from "./judging/decisions/calibrate.ts";
export { fitTemperature, type Temperature } from "./judging/decisions/temperature.ts";
export {
  type Costs,
  calibratedThreshold,
  chooseThreshold,
  type Decision,
  decideAt,
  type ThresholdGoal,
} from "./judging/decisions/threshold.ts";
export {
  type DecidedRows,
  decidedRows,
  type TwoClasses,
  twoClassesOf,
  withThreshold,
} from "./judging/decisions/two-classes.ts";
export {
  evaluateFully,
  type FullEvaluation,
  type FurtherScores,
  type RankedClass,
  type Reliability,
} from "./judging/further.ts";
export * as metrics from "./judging/metrics/by-name.ts";
export type { CalibrationBin } from "./judging/metrics/calibration.ts";
export type { Found } from "./judging/metrics/confusion.ts";
