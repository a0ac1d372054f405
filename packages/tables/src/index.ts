/** @chaingrad/tables: tables as people write them. */
export { UserError } from "@chaingrad/core/user-error";
export { type Evaluation, evaluateBaseline, evaluateModel, type Scores } from "./judging/evaluate.ts";
export { judgedRows } from "./judging/judged-rows.ts";
export {
  type ClassificationMetrics,
  classificationBaseline,
  classificationMetrics,
  type RegressionMetrics,
  type ResidualSummary,
  regressionBaseline,
  regressionMetrics,
  residualSummary,
} from "./judging/metrics.ts";
export { readModel, type TableModelData, takesTables, writeModel } from "./model/model-file.ts";
export { predictTable, type TablePrediction } from "./model/predict-table.ts";
export { type AnyRow, type Features, type Prediction, TableModel } from "./model/table-model.ts";
export { CellCollector, type Cells } from "./reading/cells.ts";
export { type Dialect, DialectError, type DialectOptions, dialectOf } from "./reading/dialect.ts";
export { type InferOptions, type Inferred, inferColumns, ValueError } from "./reading/infer.ts";
export type { DecimalSign } from "./reading/numbers.ts";
export { type Delimiter, recordsOf } from "./reading/records.ts";
export { spellings } from "./reading/spellings.ts";
export { DEFAULTS, type Recipe, SECOND_ORDER, type SecondOrderName } from "./recipe.ts";
export { type ColumnsOf, type Rows, RowsError, tableOf, type Value } from "./rows.ts";
export { type ColumnRole, describeColumns, type Role } from "./table/columns.ts";
export {
  type CategoryEncoding,
  type ColumnEncoding,
  type Encoder,
  encode,
  fitEncoder,
  type NumberEncoding,
} from "./table/encoder.ts";
export { type Part, type Prepared, type PrepareOptions, prepareTable } from "./table/prepare.ts";
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
  type RegressionTarget,
  type Target,
  type Task,
} from "./table/target.ts";
export { TableTraining, type TrainTableOptions, trainTable } from "./train-table.ts";
export { type TrainedTable, trainPrepared } from "./training.ts";
