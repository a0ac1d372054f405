/** @chaingrad/duckdb: tables read and written by DuckDB, which is loaded with the first of them. */
export type { FileTable, ReadingOptions, TableFormat } from "@chaingrad/tables/read";
export {
  type FileReadOptions,
  type FileSource,
  filesOf,
  type OpenTable,
  readTable,
  sourceOf,
  withTable,
} from "./read.ts";
export { type WriteTarget, writeTable } from "./write.ts";
