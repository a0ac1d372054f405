import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { UserError } from "@chaingrad/tables";
import {
  type FileTable,
  type ReadOptions as PortableOptions,
  type TableSource as PortableSource,
  type ReadingOptions,
  readTable as readPortable,
  type TableFormat,
} from "@chaingrad/tables/read";
import {
  checkContent,
  type Delimiter,
  type DialectOptions,
  decoded,
  inferOptions,
  isTextFormat,
  namedFormat,
  readDialect,
  seemingFormat,
} from "@chaingrad/tables/rules";
import type { DuckDBConnection } from "@duckdb/node-api";
import { withSheet, withUtf8 } from "./decoded.ts";
import { diagnose, type Reading } from "./diagnose.ts";
import { withDuckDB } from "./duckdb.ts";
import { type Input, type Origin, pathsOf, withInputs, withPlainHeaders } from "./input.ts";
import { selectTable } from "./select.ts";
import { csvSource } from "./sources/csv.ts";
import { jsonSource } from "./sources/json.ts";
import { parquetSource } from "./sources/parquet.ts";
import { checkSame, type Source, type Stored } from "./sources/source.ts";
import { sourceFiles, withQuery } from "./sql/query.ts";

/**
 * A path, a pattern (`data/*.csv`: one table of files with the same columns) or `-`, standard input; a query; or what the
 * reader of browsers takes: a File or Blob, bytes, a Response, a URL, a stream of bytes.
 */
export type FileSource = string | { readonly sql: string } | Exclude<PortableSource, string>;

/** How a table is read, where its name and content are not to decide. */
export interface FileReadOptions extends PortableOptions {
  /** What `-` reads, for tests. */
  readonly stdin?: Readable;
}

/** A table beside the file that it came from, as long as that is open. */
export interface OpenTable {
  readonly table: FileTable;
  readonly format: TableFormat;
  readonly connection: DuckDBConnection;
  readonly source: Source;
  /** What the connection reads: the files themselves, or copies of them. */
  readonly files: readonly string[];
  /** How a typed format keeps each column as it is written. */
  readonly stored: readonly Stored[];
}

/**
 * Reads a table: CSV, TSV, JSON lines, a JSON array of objects, a sheet of Excel (.xlsx), Parquet or Arrow IPC, each also as
 * gzip; or what a query of local files gives. Text may be UTF-8, UTF-16 or Windows-1252. What a column of text holds is decided by `@chaingrad/tables`, alike in every format.
 *
 * @throws UserError if the file cannot be read or is no clean table, or the query does more than read local files.
 * Nothing is guessed without a note.
 */
export async function readTable(source: FileSource, options: FileReadOptions = {}): Promise<FileTable> {
  return within(
    source,
    options,
    async ({ table }) => table,
    async (bytes, { path, name }) => ({ ...(await readPortable(bytes, { ...options, name, readAs: "arrow" })), path }),
  );
}

/** The same, with the file open to `work`, who may ask it for its rows as they were written. Not for Arrow files. */
export async function withTable<T>(
  source: FileSource,
  options: FileReadOptions,
  work: (open: OpenTable) => Promise<T>,
): Promise<T> {
  return within(source, options, work, (_, { label }) => {
    throw new UserError(
      `the rows of ${label} cannot be written again: Arrow files are read only`,
      "Save it as Parquet first.",
    );
  });
}

type WithArrow<T> = (bytes: Uint8Array, origin: Origin) => Promise<T>;

async function within<T>(
  source: FileSource,
  options: FileReadOptions,
  work: (open: OpenTable) => Promise<T>,
  withArrow: WithArrow<T>,
): Promise<T> {
  if (isQuery(source))
    return withQuery(source.sql, (input) =>
      opened([input], "parquet", { path: "the query", label: input.label, notes: [] }, options, work),
    );
  return withInputs(source, options, async (inputs, origin) => {
    const format = options.readAs ?? namedFormat(origin.name) ?? seemingFormat(inputs[0].head);
    if (isTextFormat(format))
      return withUtf8(inputs, options.encoding, (texts, notes) => openedAs(format, texts, origin, notes));
    return openedAs(format, inputs, origin, []);
  });

  async function openedAs(
    format: TableFormat,
    inputs: readonly Input[],
    origin: Origin,
    notes: readonly string[],
  ): Promise<T> {
    for (const input of inputs) checkContent(input.head, input.label, format);
    if (format !== "arrow" && format !== "xlsx") return opened(inputs, format, { ...origin, notes }, options, work);
    const kind = format === "arrow" ? "Arrow files" : "workbooks";
    if (inputs.length > 1) throw new UserError(`${origin.label} names several ${kind}`, "Name one of them.");
    if (format === "arrow") return withArrow(await readFile(inputs[0].file), origin);
    return withSheet(inputs[0], options.sheet, (sheets, notes) =>
      opened(sheets, "csv", { ...origin, notes }, { ...options, separator: "," }, work),
    );
  }
}

const isQuery = (source: FileSource): source is { readonly sql: string } =>
  typeof source === "object" && source !== null && "sql" in source;

/** How a statement of SQL may begin. Which are taken, DuckDB's parser decides: these words tell SQL from the name of a file. */
const STATEMENT = new RegExp(
  `^\\s*(?:${"alter analyze attach call checkpoint copy create delete describe detach drop execute explain export force from import insert install load merge pivot pragma reset select set show summarize truncate unpivot update use vacuum values with".replaceAll(" ", "|")})\\s`,
  "i",
);

/** What an argument of a command names: a file, a pattern or `-`; a query where no file has that name. */
export function sourceOf(argument: string): FileSource {
  return STATEMENT.test(argument) && !existsSync(argument) ? { sql: argument } : argument;
}

/** The local files that a table is read from, none for standard input. Throws UserError as `readTable` does. */
export async function filesOf(source: string | { readonly sql: string }): Promise<readonly string[]> {
  if (isQuery(source)) return sourceFiles(source.sql);
  return source === "-" ? [] : pathsOf(source);
}

/** Opens the inputs in a DuckDB of their own. */
async function opened<T>(
  inputs: readonly Input[],
  format: Exclude<TableFormat, "arrow" | "xlsx">,
  { path, label, notes }: Pick<Origin, "path" | "label"> & { readonly notes: readonly string[] },
  options: ReadingOptions,
  work: (open: OpenTable) => Promise<T>,
): Promise<T> {
  const use: Use<T> = (inputs, open, delimiter) => {
    const files = inputs.map(({ file }) => file);
    return withDuckDB(files, async (connection) => {
      const { source, selected } = await explained({ inputs, label, delimiter }, async () => {
        const source = await open(connection);
        return { source, selected: await selectTable(connection, source, label, inferOptions(options)) };
      });
      const { stored } = selected;
      const table = { path, ...selected.table, notes: [...notes, ...selected.table.notes] };
      return work({ table, format, connection, source, files, stored });
    });
  };
  switch (format) {
    case "csv":
    case "tsv":
      return withCsv(
        inputs,
        { skip: options.skip, delimiter: options.separator ?? (format === "tsv" ? "\t" : undefined) },
        use,
      );
    case "json":
    case "jsonl":
      return use(inputs, (connection) => jsonSource(connection, inputs, label));
    case "parquet":
      return use(inputs, (connection) => parquetSource(connection, inputs, label));
    default:
      return format satisfies never;
  }
}

type Use<T> = (
  inputs: readonly Input[],
  open: (connection: DuckDBConnection) => Source | Promise<Source>,
  delimiter?: Delimiter,
) => Promise<T>;

/** DuckDB reads a header of one line at the top of the file; any other is first rewritten to such a one. */
async function withCsv<T>(inputs: readonly Input[], options: DialectOptions, use: Use<T>): Promise<T> {
  const dialects = inputs.map(({ head, whole, label }) =>
    readDialect({ text: decoded(head), bytes: head.length, whole, label }, options),
  );
  const [first] = dialects;
  for (const [index, { names, delimiter }] of dialects.entries()) {
    checkSame(first.names, names, inputs[index], inputs[0]);
    if (delimiter === first.delimiter) continue;
    throw new UserError(
      `${inputs[index].label} is separated by '${delimiter}', ${inputs[0].label} by '${first.delimiter}'`,
      "Files that are read as one table are written alike.",
    );
  }
  const notes = [...new Set(dialects.flatMap((dialect) => dialect.notes))];
  const mark = Buffer.from(inputs[0].head.subarray(0, 3)).toString() === "\uFEFF" ? "\uFEFF" : "";
  return withPlainHeaders(inputs, dialects, (plain) =>
    use(plain, () => csvSource(plain, { ...first, notes }, mark), first.delimiter),
  );
}

/** DuckDB's errors in our words. */
async function explained<T>(reading: Reading, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw await diagnose(error, reading);
  }
}
