/** @chaingrad/tables/read: tables from files, answers of servers and text, in browsers, Deno, Bun and edge workers. */
export type { FileTable, ReadingOptions } from "./read/columns.ts";
export type { TableFormat } from "./read/format.ts";
export { type ReadOptions, readTable } from "./read/read-table.ts";
export type { TableSource } from "./read/source.ts";
