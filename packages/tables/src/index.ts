/** @chaingrad/tables: tables as people write them. */
export { CellCollector, type Cells } from "./reading/cells.ts";
export { type Delimiter, type Dialect, DialectError, type DialectOptions, dialectOf } from "./reading/dialect.ts";
export { type InferOptions, type Inferred, inferColumns, ValueError } from "./reading/infer.ts";
export type { DecimalSign } from "./reading/numbers.ts";
export { spellings } from "./reading/spellings.ts";
