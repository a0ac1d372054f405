/** The argument that names a table: a file, a pattern, a query, or standard input. */
import { type FileSource, filesOf, sourceOf } from "@chaingrad/duckdb";

export const TABLE = "the table: a file, a pattern ('data/*.csv'), a query (SELECT …), or - for standard input";

export interface TableArgument {
  readonly source: FileSource;
  /** How lines of output call it. */
  readonly label: string;
  /** What is read, which no result may overwrite; `-` is standard input. */
  readonly files: readonly string[];
  /** A name for what is made of it, without an extension; undefined where it names no one file. */
  readonly stem: string | undefined;
}

/** Throws UserError where a pattern matches nothing, or a query does more than read local files. */
export async function tableArgument(argument: string): Promise<TableArgument> {
  const source = sourceOf(argument);
  if (typeof source !== "string") {
    return { source, label: "the query", files: await filesOf(source as { sql: string }), stem: undefined };
  }
  const files = source === "-" ? [source] : await filesOf(source);
  const isOne = files.length === 1 && files[0] === source && source !== "-";
  return { source, label: source, files, stem: isOne ? stemOf(source) : undefined };
}

/** "data/sales.2024.csv.gz" → "sales.2024" */
function stemOf(path: string): string {
  return path
    .replace(/^.*[/\\]/, "")
    .replace(/(\.(csv|tsv|tab|txt|jsonl?|ndjson|parquet|pq|arrows?|feather|xlsx|xlsm))?(\.gz)?$/i, "");
}
