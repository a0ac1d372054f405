/**
 * The entry point `@chaingrad/tables/uncertainty`: how sure a model can be of what it says. Intervals that hold whatever the
 * distribution are `TableModel.intervals`.
 */

export { uncertaintyColumns } from "./columns.ts";
export type { Coverage } from "./coverage.ts";
export { type EnsembleSpread, ensembleSpread } from "./ensemble-spread.ts";
export {
  type Laplace,
  type LaplaceEvaluation,
  type LaplaceOptions,
  laplace,
  type UncertainWeights,
} from "./laplace.ts";
export type { UncertainAmounts, UncertainClasses, UncertainPrediction } from "./uncertain-prediction.ts";
