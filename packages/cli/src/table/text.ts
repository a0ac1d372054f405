/** Tables as text: CSV, TSV, JSON lines, a JSON array. */
import type { TableFormat } from "./format.ts";
import { type Column, cell } from "./table.ts";

/** Rows are handed on in pieces of about this many characters. */
const PIECE = 1 << 16;

/** The text of a table, piece by piece. */
export function* printText(columns: readonly Column[], format: Exclude<TableFormat, "parquet">): Generator<string> {
  let piece = "";
  for (const line of lines(columns, format)) {
    piece += line;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

function lines(columns: readonly Column[], format: Exclude<TableFormat, "parquet">): Generator<string> {
  switch (format) {
    case "csv":
      return delimited(columns, ",");
    case "tsv":
      return delimited(columns, "\t");
    case "jsonl":
      return jsonLines(columns);
    case "json":
      return jsonArray(columns);
    default:
      return format satisfies never;
  }
}

function* delimited(columns: readonly Column[], delimiter: string): Generator<string> {
  yield record(
    columns.map(({ name }) => name),
    delimiter,
  );
  for (let row = 0; row < rowsOf(columns); row++) {
    yield record(
      columns.map((column) => String(cell(column, row) ?? "")),
      delimiter,
    );
  }
}

function record(fields: readonly string[], delimiter: string): string {
  // The one field of a one-column table is quoted when empty: a blank line is no row to most readers.
  if (fields.length === 1 && fields[0] === "") return '""\n';
  return `${fields.map(field).join(delimiter)}\n`;
}

/** Quoted wherever any reader could take it apart, whichever delimiter it expects. */
function field(text: string): string {
  return /["\r\n,;\t|]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function* jsonLines(columns: readonly Column[]): Generator<string> {
  for (const object of objects(columns)) yield `${object}\n`;
}

function* jsonArray(columns: readonly Column[]): Generator<string> {
  let separator = "[\n";
  for (const object of objects(columns)) {
    yield separator + object;
    separator = ",\n";
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n";
}

/** Written key by key: an object of JavaScript would put keys like "10" first. */
function* objects(columns: readonly Column[]): Generator<string> {
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  for (let row = 0; row < rowsOf(columns); row++) {
    const values = columns.map((column, index) => keys[index] + JSON.stringify(cell(column, row)));
    yield `{${values.join(",")}}`;
  }
}

function rowsOf(columns: readonly Column[]): number {
  return columns[0]?.values.length ?? 0;
}
