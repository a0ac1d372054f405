import type { Readable } from "node:stream";
import type { DuckDBConnection } from "@duckdb/node-api";
import { copyColumns } from "./copy.ts";
import { diagnose } from "./diagnose.ts";
import { withDuckDB } from "./duckdb.ts";
import { formatOf, type TableFormat } from "./format.ts";
import { readHeader } from "./header.ts";
import { type Input, withInput } from "./input.ts";
import { select } from "./select.ts";
import { checkContent } from "./sniff.ts";
import { csvSource } from "./sources/csv.ts";
import { jsonSource } from "./sources/json.ts";
import { parquetSource } from "./sources/parquet.ts";
import type { Source } from "./sources/source.ts";
import type { Table } from "./table.ts";

export interface ReadOptions {
  /** Instead of the format that the file's extension names. */
  readonly format?: TableFormat;
  /** What `-` reads, for tests. */
  readonly stdin?: Readable;
}

/**
 * Reads a table: CSV, TSV, JSON lines, a JSON array of objects, or Parquet; the text formats also as gzip; `-` is
 * standard input. A number column is one whose every value is a number or missing; so for booleans and dates.
 *
 * @throws UserError if the file cannot be read or is no clean table. Nothing is guessed, skipped or padded.
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<Table> {
  const format = options.format ?? formatOf(path);
  return withInput(path, options.stdin ?? process.stdin, async (input) => {
    checkContent(input, format);
    try {
      return await withDuckDB(input.file, (connection) => read(connection, path, input, format));
    } catch (error) {
      throw diagnose(error, input.label);
    }
  });
}

async function read(connection: DuckDBConnection, path: string, input: Input, format: TableFormat): Promise<Table> {
  const source = await sourceOf(connection, input, format);
  const { rows, selection } = await select(connection, source, input.label);
  return { path, rows, columns: await copyColumns(connection, selection, source.from, rows, input.label) };
}

async function sourceOf(connection: DuckDBConnection, input: Input, format: TableFormat): Promise<Source> {
  switch (format) {
    case "csv":
      return csvSource(input, readHeader(input));
    case "tsv":
      return csvSource(input, readHeader(input, "\t"));
    case "json":
    case "jsonl":
      return jsonSource(connection, input);
    case "parquet":
      return parquetSource(connection, input);
    default:
      return format satisfies never;
  }
}
