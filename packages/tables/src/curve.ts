/** The entry point `@chaingrad/tables/curve`: any formula fitted to the columns of a table. A page that only trains does not load it. */
export {
  CURVE_DEFAULTS,
  type CurveFit,
  type CurveRows,
  type CurveTry,
  type FitCurveOptions,
  fitCurve,
  METHODS,
} from "./curve/fit-curve.ts";
export { MissingStartError } from "./curve/model.ts";
export type { PredictCurve } from "./curve/predict.ts";
export type { CurveWarning, CurveWarningKind } from "./curve/warnings.ts";
export { FormulaError } from "./formula/formula-error.ts";
export { FORMULAS } from "./formula/functions.ts";
