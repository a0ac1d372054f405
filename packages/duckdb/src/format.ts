import { extname } from "node:path";

/** `json` is an array of objects, `jsonl` one object per line. */
export type TableFormat = "csv" | "tsv" | "json" | "jsonl" | "parquet";

const BY_EXTENSION: Readonly<Record<string, TableFormat>> = {
  ".tsv": "tsv",
  ".tab": "tsv",
  ".json": "json",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".parquet": "parquet",
  ".pq": "parquet",
};

export function isGzipName(path: string): boolean {
  return extname(path).toLowerCase() === ".gz";
}

/** The format that a file's name asks for; CSV for every name that says nothing else, as `-` or `/dev/fd/63`. */
export function formatOf(path: string): TableFormat {
  const plain = isGzipName(path) ? path.slice(0, -".gz".length) : path;
  return BY_EXTENSION[extname(plain).toLowerCase()] ?? "csv";
}
