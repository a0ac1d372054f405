/** @chaingrad/tables: tables as people write them. */
export { CellCollector, type Cells } from "./reading/cells.ts";
export { type Dialect, DialectError, type DialectOptions, dialectOf } from "./reading/dialect.ts";
export { type InferOptions, type Inferred, inferColumns, ValueError } from "./reading/infer.ts";
export type { DecimalSign } from "./reading/numbers.ts";
export { type Delimiter, recordsOf } from "./reading/records.ts";
export { spellings } from "./reading/spellings.ts";
