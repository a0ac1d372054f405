/** What a table's file is, by its name. */

/**
 * `json` is an array of objects, `jsonl` one object per line, `arrow` Arrow IPC (a file or a stream), `xlsx` a workbook of
 * Excel, of which one sheet is read.
 */
export type TableFormat = "csv" | "tsv" | "json" | "jsonl" | "parquet" | "arrow" | "xlsx";

/** Formats whose files are text, in some encoding. */
export const isTextFormat = (format: TableFormat): boolean => !["parquet", "arrow", "xlsx"].includes(format);

const BY_EXTENSION: Readonly<Record<string, TableFormat>> = {
  csv: "csv",
  txt: "csv",
  tsv: "tsv",
  tab: "tsv",
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  parquet: "parquet",
  pq: "parquet",
  arrow: "arrow",
  arrows: "arrow",
  feather: "arrow",
  xlsx: "xlsx",
  xlsm: "xlsx",
};

/** Whether a file of this name is written compressed. Readers look at the file's first bytes instead. */
export const isGzipName = (name: string): boolean => /[^/\\]\.gz$/i.test(name);

/** The format that a file's name asks for; undefined where it says none, as `-` or `/dev/fd/63`. */
export function namedFormat(name: string): TableFormat | undefined {
  const plain = isGzipName(name) ? name.slice(0, -".gz".length) : name;
  return BY_EXTENSION[/[^/\\]\.([^./\\]*)$/.exec(plain)?.[1].toLowerCase() ?? ""];
}
