/** @chaingrad/tables: tables as people write them. */
export { UserError } from "@chaingrad/core/user-error";
export { judgedRows } from "./judged-rows.ts";
export { CellCollector, type Cells } from "./reading/cells.ts";
export { type Dialect, DialectError, type DialectOptions, dialectOf } from "./reading/dialect.ts";
export { type InferOptions, type Inferred, inferColumns, ValueError } from "./reading/infer.ts";
export type { DecimalSign } from "./reading/numbers.ts";
export { type Delimiter, recordsOf } from "./reading/records.ts";
export { spellings } from "./reading/spellings.ts";
export { DEFAULTS, type Recipe, SECOND_ORDER, type SecondOrderName } from "./recipe.ts";
export { type ColumnsOf, type Rows, RowsError, tableOf, type Value } from "./rows.ts";
export { type AnyRow, type Features, type Prediction, TableModel } from "./table-model.ts";
export { TableTraining, type TrainTableOptions, trainTable } from "./train-table.ts";
export { type TrainedTable, trainPrepared } from "./training.ts";
