/** @chaingrad/tables: tables as people write them. */
export { UserError } from "@chaingrad/core/user-error";
export { chooseRecipe, preparationFor, type RecipeChoice } from "./automatic/choose.ts";
export { type AutomaticRecipe, RECIPES, type RecipeName } from "./automatic/recipe.ts";
export type { CheckpointOptions, CheckpointStore } from "./checkpoint/store.ts";
export type { History, OfNetwork, RateTurn, TableEvent } from "./history.ts";
export {
  type ClassScores,
  type Evaluation,
  evaluateBaseline,
  evaluateModel,
  predictAmounts,
  predictRows,
  type Scores,
  saidOf,
} from "./judging/evaluate.ts";
export type { ResidualSummary } from "./judging/evaluation.ts";
export { type JudgedTraining, judgeTraining } from "./judging/judge-training.ts";
export { type BatchOptions, batchOf, judgedRows, type TableBatch } from "./judging/labelled-rows.ts";
export {
  type ClassificationMetrics,
  classificationBaseline,
  classificationMetrics,
} from "./judging/metrics/classification.ts";
export {
  type RegressionMetrics,
  regressionBaseline,
  regressionMetrics,
  residualSummary,
} from "./judging/metrics/regression.ts";
export { amountsOf, evaluationsOf, scoresAt, type TargetEvaluation } from "./judging/per-target.ts";
export { isModelFile, readModel, type TableModelData, takesTables, writeModel } from "./model/model-file.ts";
export { predictTable, type TablePrediction } from "./model/predict-table.ts";
export { type PredictedColumns, predictedColumns } from "./model/predicted-columns.ts";
export {
  type AnyRow,
  type ByColumn,
  type Features,
  type Gradient,
  type Prediction,
  TableModel,
} from "./model/table-model.ts";
export { CellCollector, type Cells } from "./reading/cells.ts";
export { DATE_ORDERS, type DateOrder } from "./reading/dates.ts";
export { type InferOptions, type Inferred, inferColumns } from "./reading/infer.ts";
export type { DecimalSign } from "./reading/numbers.ts";
export { COLUMN_TYPES, type ColumnType, type Reading } from "./reading/reading.ts";
export { readingOf } from "./reading/remembered.ts";
export { ValueError } from "./reading/value-error.ts";
export {
  ACTIVATIONS,
  DEFAULTS,
  OPTIMIZERS,
  type Recipe,
  SECOND_ORDER,
  type SecondOrderName,
} from "./recipe.ts";
export { remedyFor } from "./remedy.ts";
export { type ColumnsOf, type Rows, RowsError, tableOf, type Value } from "./rows.ts";
export { settleTarget } from "./settle.ts";
export { type ColumnRole, type ColumnTypes, describeColumns, type Role } from "./table/columns.ts";
export { type EmbeddedFeature, type Encoder, type EncoderOptions, encode, fitEncoder } from "./table/encoder.ts";
export type { BinaryEncoding } from "./table/encodings/binary.ts";
export type { CategoryEncoding } from "./table/encodings/category.ts";
export type { Cycle } from "./table/encodings/cycles.ts";
export type { DateEncoding } from "./table/encodings/date.ts";
export type { DurationEncoding } from "./table/encodings/duration.ts";
export type { Embed } from "./table/encodings/fit-category.ts";
export type { IndexEncoding } from "./table/encodings/index-encoding.ts";
export type { ColumnEncoding } from "./table/encodings/kinds.ts";
export type { NumberEncoding } from "./table/encodings/number.ts";
export { FEATURE_NOTATION, type Logarithm, type Scaling } from "./table/encodings/scale.ts";
export type { TextEncoding } from "./table/encodings/text.ts";
export type { PreparedHead, Way } from "./table/heads.ts";
export { joinedTables } from "./table/joined.ts";
export { featureFormulas, type NetworkNames, namesOf } from "./table/names.ts";
export { PARTS, type Part } from "./table/parts.ts";
export { pickedTable } from "./table/picked.ts";
export { type Prepared, type PrepareOptions, prepareTable } from "./table/prepare.ts";
export type { SplitBy } from "./table/split/split-by.ts";
export {
  allRows,
  type Column,
  countValues,
  EncodingError,
  type NumberColumn,
  placesOf,
  type Table,
  TargetError,
  type TextColumn,
  textAt,
} from "./table/table.ts";
export {
  type ClassificationTarget,
  decodeTarget,
  encodeTarget,
  type MultiLabelTarget,
  type Offset,
  type OrdinalTarget,
  type RegressionTarget,
  type SeveralTarget,
  type SingleTarget,
  type Target,
  type Task,
} from "./table/target.ts";
export { LOSSES as TARGET_LOSSES } from "./table/targets/framing.ts";
export type {
  AmountPrediction,
  ClassPrediction,
  LabelSetPrediction,
  SeveralPrediction,
} from "./table/targets/prediction.ts";
export { TASKS, targetsOf } from "./table/targets/target.ts";
export type { ClassWeight } from "./table/weights.ts";
export { TableTraining, type TrainTableOptions, trainTable } from "./train-table.ts";
export { type TrainedTable, trainPrepared } from "./training.ts";
export { type Coverage, coverageAt, coverageOf } from "./uncertainty/coverage.ts";
export { type Intervals, intervalsOf } from "./uncertainty/intervals.ts";
export type { ConformalScores, ScoreKind } from "./uncertainty/scores.ts";
