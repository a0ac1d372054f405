/** @chaingrad/duckdb: tables read and written by DuckDB, which is loaded with the first of them. */
export type { FileTable, ReadingOptions, TableFormat } from "@chaingrad/tables/read";
export { filesOf, type OpenTable, type ReadOptions, readTable, sourceOf, type TableSource, withTable } from "./read.ts";
export { type WriteTarget, writeTable } from "./write.ts";
