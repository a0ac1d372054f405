/** One way to read a table, whatever it comes from and is written in. */
import type { FileTable, ReadingOptions } from "./columns.ts";
import { checkContent, seemingFormat } from "./content.ts";
import { namedFormat, type TableFormat } from "./format.ts";
import { contentOf, labelOf, type TableSource } from "./source.ts";

/** How a table is read, where its name and content are not to decide. */
export interface ReadOptions extends ReadingOptions {
  /** Instead of the format that the name's extension says; without either, what the first bytes look like. */
  readonly readAs?: TableFormat;
  /** What messages call the table, where the source has no name or another; its extension tells the format. */
  readonly name?: string;
}

/**
 * Reads a table: CSV, TSV, JSON lines, a JSON array of objects, Parquet or Arrow IPC, each also as gzip. What a column of
 * text holds is decided by the same rules in every format, and what was read into it is said in `notes`. Readers of
 * formats are loaded with the first table that needs them; a long CSV table is read in a worker where the page lets it.
 *
 * @throws UserError where it cannot be fetched or unpacked, or is no clean table
 */
export async function readTable(source: TableSource, options: ReadOptions = {}): Promise<FileTable> {
  const { bytes, name } = await contentOf(source, options.name);
  const label = labelOf(name);
  const format = options.readAs ?? namedFormat(name ?? "") ?? seemingFormat(bytes);
  checkContent(bytes, label, format);
  return { path: name ?? label, ...(await read(format, bytes, label, options)) };
}

async function read(
  format: TableFormat,
  bytes: Uint8Array,
  label: string,
  { decimal, skip }: ReadingOptions,
): Promise<Omit<FileTable, "path">> {
  // What is not given is left out, for a worker gets a copy of the options.
  const options = { ...(decimal === undefined ? {} : { decimal }), ...(skip === undefined ? {} : { skip }) };
  switch (format) {
    case "csv":
      return (await import("./in-worker.ts")).readCsvAside(bytes, label, options);
    case "tsv":
      return (await import("./in-worker.ts")).readCsvAside(bytes, label, { ...options, delimiter: "\t" });
    case "json":
    case "jsonl":
      return (await import("./json.ts")).readJson(bytes, label, options);
    case "parquet":
      return (await import("./parquet.ts")).readParquet(bytes, label, options);
    case "arrow":
      return (await import("./arrow.ts")).readArrow(bytes, label, options);
    default:
      return format satisfies never;
  }
}
