/**
 * The entry point `@chaingrad/tables/understanding`: what a model does with its columns, on all rows and on one. Columns are those of the
 * table, each moved as a whole; what is said is in the target's own unit, of classes a probability.
 */
export {
  accumulatedLocalEffects,
  type LocalEffects,
  type LocalEffectsOptions,
} from "./understanding/accumulated-local-effects.ts";
export { dependenceView } from "./understanding/derivation/dependence.ts";
export { importanceView } from "./understanding/derivation/importance.ts";
export { localEffectsView } from "./understanding/derivation/local-effects.ts";
export type { ViewLength } from "./understanding/derivation/parts.ts";
export { pathView } from "./understanding/derivation/path.ts";
export { sharesView } from "./understanding/derivation/shares.ts";
export type { GridOptions, GridValues } from "./understanding/grid.ts";
export {
  type InputGradient,
  type InputGradients,
  type InputGradientsOptions,
  inputGradients,
} from "./understanding/input-gradients.ts";
export {
  type Contribution,
  type IntegratedGradients,
  type IntegratedGradientsOptions,
  integratedGradients,
  type PathDetail,
  type PathOptions,
  type Preference,
  prefers,
} from "./understanding/integrated-gradients.ts";
export type { CellValue } from "./understanding/made-rows.ts";
export type { Output, OutputChoice } from "./understanding/output.ts";
export {
  type DependenceOptions,
  type GridAxis,
  type PartialDependence,
  partialDependence,
} from "./understanding/partial-dependence.ts";
export type { PathPiece, PathPoint } from "./understanding/path.ts";
export {
  type ColumnImportance,
  type PermutationImportance,
  type PermutationOptions,
  permutationImportance,
} from "./understanding/permutation-importance.ts";
export type { RawKind } from "./understanding/raw-columns.ts";
export type { ScoreName } from "./understanding/score.ts";
export {
  type ShapleyOptions,
  type ShapleyOrder,
  type ShapleyValue,
  type ShapleyValues,
  shapleyValues,
} from "./understanding/shapley-values.ts";
export type { EngineChoice } from "./understanding/subject.ts";
