/** One way to read a table, whatever it comes from and is written in. */
import type { FileTable, ReadingOptions } from "./columns.ts";
import { checkContent, seemingFormat } from "./content.ts";
import { inUtf8 } from "./encoding.ts";
import { isTextFormat, namedFormat, type TableFormat } from "./format.ts";
import { sheetText } from "./sheet.ts";
import { contentOf, labelOf, type TableSource } from "./source.ts";

/** How a table is read, where its name and content are not to decide. */
export interface ReadOptions extends ReadingOptions {
  /** Instead of the format that the name's extension says; without either, what the first bytes look like. */
  readonly readAs?: TableFormat;
  /** What messages call the table, where the source has no name or another; its extension tells the format. */
  readonly name?: string;
}

/**
 * Reads a table: CSV, TSV, JSON lines, a JSON array of objects, a sheet of Excel (.xlsx), Parquet or Arrow IPC, each also as
 * gzip. Text may be UTF-8, UTF-16 or Windows-1252. What a column of text holds is decided by the same rules in every format,
 * and what was read into it is said in `notes`. Readers of formats are loaded with the first table that needs them; a long
 * CSV table is read in a worker where the page lets it.
 *
 * @throws UserError where it cannot be fetched or unpacked, or is no clean table
 */
export async function readTable(source: TableSource, options: ReadOptions = {}): Promise<FileTable> {
  const content = await contentOf(source, options.name);
  const { name } = content;
  const label = labelOf(name);
  const format = options.readAs ?? namedFormat(name ?? "") ?? seemingFormat(content.bytes);
  const { bytes, notes: said } = isTextFormat(format)
    ? inUtf8(content.bytes, options.encoding)
    : { bytes: content.bytes, notes: [] };
  checkContent(bytes, label, format);
  const { notes, ...table } = await read(format, bytes, label, options);
  return { path: name ?? label, ...table, notes: [...said, ...notes] };
}

async function read(
  format: TableFormat,
  bytes: Uint8Array,
  label: string,
  { readAs: _, name: __, ...options }: ReadOptions,
): Promise<Omit<FileTable, "path">> {
  switch (format) {
    case "csv":
      return (await import("./in-worker.ts")).readCsvAside(bytes, label, options);
    case "tsv":
      return (await import("./in-worker.ts")).readCsvAside(bytes, label, { separator: "\t", ...options });
    case "xlsx":
      return readSheet(bytes, label, options);
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

async function readSheet(bytes: Uint8Array, label: string, options: ReadingOptions): Promise<Omit<FileTable, "path">> {
  const { text, notes: said } = await sheetText(bytes, label, options.sheet);
  const { readCsvAside } = await import("./in-worker.ts");
  const { notes, ...table } = await readCsvAside(new TextEncoder().encode(text), label, { ...options, separator: "," });
  return { ...table, notes: [...said, ...notes] };
}
