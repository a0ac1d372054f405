/** @chaingrad/duckdb: tables read and written by DuckDB, which is loaded with the first of them. */
export type { TableFormat } from "./format.ts";
export { type OpenTable, type ReadingOptions, type ReadOptions, readTable, withTable } from "./read.ts";
export type { Table as FileTable } from "./table.ts";
export { type WriteTarget, writeTable } from "./write.ts";
