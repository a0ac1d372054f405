import type { Readable } from "node:stream";
import type { DecimalSign, Delimiter } from "@chaingrad/tables";
import type { DuckDBConnection } from "@duckdb/node-api";
import { diagnose } from "./diagnose.ts";
import { withDuckDB } from "./duckdb.ts";
import { formatOf, type TableFormat } from "./format.ts";
import { type Input, withInput, withPlainHeader } from "./input.ts";
import { selectTable } from "./select.ts";
import { checkContent } from "./sniff.ts";
import { csvSource, readDialect } from "./sources/csv.ts";
import { jsonSource } from "./sources/json.ts";
import { parquetSource } from "./sources/parquet.ts";
import type { Source, Stored } from "./sources/source.ts";
import type { Table } from "./table.ts";

/** How text is to be read, where the user knows better than the file tells. */
export interface ReadingOptions {
  /** The sign between whole and fraction. */
  readonly decimal?: DecimalSign;
  /** Lines above the header. */
  readonly skip?: number;
}

/** How a table is read, where its name and content are not to decide. */
export interface ReadOptions extends ReadingOptions {
  /** Instead of the format that the file's extension names. */
  readonly readAs?: TableFormat;
  /** What `-` reads, for tests. */
  readonly stdin?: Readable;
}

/** A table beside the file that it came from, as long as that is open. */
export interface OpenTable {
  readonly table: Table;
  readonly format: TableFormat;
  readonly connection: DuckDBConnection;
  readonly source: Source;
  /** What the connection reads: the file itself, or a copy of it. */
  readonly file: string;
  /** How a typed format keeps each column as it is written. */
  readonly stored: readonly Stored[];
}

/**
 * Reads a table: CSV, TSV, JSON lines, a JSON array of objects, or Parquet; the text formats also as gzip; `-` is
 * standard input. What a column of text holds is decided by `@chaingrad/tables`, alike in every format.
 *
 * @throws UserError if the file cannot be read or is no clean table. Nothing is guessed without a note.
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<Table> {
  return withTable(path, options, async ({ table }) => table);
}

/** The same, with the file open to `work`, who may ask it for its rows as they were written. */
export async function withTable<T>(
  path: string,
  options: ReadOptions,
  work: (open: OpenTable) => Promise<T>,
): Promise<T> {
  const format = options.readAs ?? formatOf(path);
  return withInput(path, options.stdin ?? process.stdin, async (input) => {
    checkContent(input, format);
    const use = (input: Input, line: number, open: (connection: DuckDBConnection) => Source | Promise<Source>) =>
      withDuckDB([input.file], async (connection) => {
        const { source, selected } = await explained(input.label, line, async () => {
          const source = await open(connection);
          return { source, selected: await selectTable(connection, source, input.label, options.decimal) };
        });
        const { table, stored } = selected;
        return work({ table: { path, ...table }, format, connection, source, file: input.file, stored });
      });
    switch (format) {
      case "csv":
      case "tsv":
        return withCsv(input, { ...options, delimiter: format === "tsv" ? "\t" : undefined }, use);
      case "json":
      case "jsonl":
        return use(input, 1, (connection) => jsonSource(connection, input));
      case "parquet":
        return use(input, 1, (connection) => parquetSource(connection, input));
      default:
        return format satisfies never;
    }
  });
}

type Use<T> = (input: Input, line: number, open: () => Source) => Promise<T>;

/** DuckDB reads a header of one line at the top of the file; any other is first rewritten to such a one. */
async function withCsv<T>(
  input: Input,
  options: ReadingOptions & { readonly delimiter: Delimiter | undefined },
  use: Use<T>,
): Promise<T> {
  const dialect = readDialect(input, options);
  const { headerLine, dataLine } = dialect;
  if (headerLine === 1 && dataLine <= 2) return use(input, 1, () => csvSource(input, dialect));
  return withPlainHeader(input, dialect, (plain) => use(plain, dataLine - 1, () => csvSource(plain, dialect)));
}

/** DuckDB's errors in our words. `line`: the line of the file that stands first in what DuckDB reads. */
async function explained<T>(label: string, line: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diagnose(error, label, line);
  }
}
