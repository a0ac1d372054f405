/**
 * The rows of an open table as text, with columns added: every cell as it was written, in the layout of its own file.
 * CSV and TSV keep each line's characters (and the file's separator, line ends and decimal sign); JSON keeps each
 * object's.
 */
import type { Column, DecimalSign } from "@chaingrad/tables";
import type { TableFormat } from "@chaingrad/tables/read";
import type { Delimiter } from "@chaingrad/tables/rules";
import { writtenCells, writtenObjects } from "./original.ts";
import { areRows, plainLines } from "./plain-lines.ts";
import { type RawLine, rawLines } from "./raw.ts";
import type { OpenTable } from "./read.ts";
import type { Stored } from "./sources/source.ts";
import { cell } from "./table.ts";

/** What is written as text. */
type TextFormat = Exclude<TableFormat, "parquet" | "arrow" | "xlsx">;

/** Rows are handed on in pieces of about this many characters. */
const PIECE = 1 << 16;

/** The text of the table and the added columns, piece by piece. */
export async function* printText(
  open: OpenTable,
  added: readonly Column[],
  format: TextFormat,
): AsyncGenerator<string> {
  let piece = "";
  for await (const line of lines(open, added, format)) {
    piece += line;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}

function lines(open: OpenTable, added: readonly Column[], format: TextFormat): AsyncGenerator<string> {
  switch (format) {
    case "csv":
      return delimited(open, added, open.format === "csv" ? (open.source.layout?.delimiter ?? ",") : ",");
    case "tsv":
      return delimited(open, added, "\t");
    case "jsonl":
      return jsonLines(open, added);
    case "json":
      return jsonArray(open, added);
    default:
      return format satisfies never;
  }
}

async function* delimited(open: OpenTable, added: readonly Column[], delimiter: Delimiter): AsyncGenerator<string> {
  const { mark = "", lineEnd = "\n", delimiter: own, header } = open.source.layout ?? {};
  const { rows, columns, decimal } = open.table;
  const names = columns.map(({ name }) => name);
  const line: PrintLine = (raw, fields, more) =>
    (raw === undefined ? record([...fields, ...more], delimiter) : [raw, ...quoted(more, delimiter)].join(delimiter)) +
    lineEnd;
  const isOwn = delimiter === own;
  yield mark +
    line(
      isOwn ? header : undefined,
      names,
      added.map(({ name }) => name),
    );
  const values = (row: number): string[] => added.map((column) => printed(column, row, decimal));
  const [file, ...others] = open.files;
  const isOne = isOwn && others.length === 0;
  if (isOne && (await areRows(file, delimiter, names.length, rows)))
    yield* fromLines(plainLines(file, delimiter, names.length), values, line);
  else yield* fromCells(open, isOne ? rawLines(file, delimiter) : undefined, values, line);
}

/** A row as a line: as it stands, or of its fields; and what is added to it. */
type PrintLine = (raw: string | undefined, fields: readonly string[], more: readonly string[]) => string;

async function* fromLines(
  lines: ReturnType<typeof plainLines>,
  values: (row: number) => string[],
  line: PrintLine,
): AsyncGenerator<string> {
  let row = -1; // the header
  for await (const many of lines) {
    let piece = "";
    for (const raw of many ?? []) {
      if (row >= 0) piece += line(raw, [], values(row));
      row++;
    }
    yield piece;
  }
}

async function* fromCells(
  open: OpenTable,
  rawLine: RawLine | undefined,
  values: (row: number) => string[],
  line: PrintLine,
): AsyncGenerator<string> {
  let row = 0;
  for await (const cells of writtenCells(open)) {
    yield line(
      await rawLine?.(cells),
      cells.map((text) => text ?? ""),
      values(row),
    );
    row++;
  }
}

/** Numbers with the decimal sign of the file, which would otherwise read them as thousands. */
function printed(column: Column, row: number, decimal: DecimalSign): string {
  const text = String(cell(column, row) ?? "");
  return column.type === "number" && decimal !== "." ? text.replace(".", decimal) : text;
}

function record(fields: readonly string[], delimiter: string): string {
  // The one field of a one-column table is quoted when empty: a blank line is no row to most readers.
  if (fields.length === 1 && fields[0] === "") return '""';
  return quoted(fields, delimiter).join(delimiter);
}

/** In quotes where they would be taken apart. */
function quoted(fields: readonly string[], delimiter: string): string[] {
  return fields.map((text) =>
    text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text,
  );
}

async function* jsonLines(open: OpenTable, added: readonly Column[]): AsyncGenerator<string> {
  for await (const object of objects(open, added)) yield `${object}\n`;
}

async function* jsonArray(open: OpenTable, added: readonly Column[]): AsyncGenerator<string> {
  let separator = "[\n";
  for await (const object of objects(open, added)) {
    yield separator + object;
    separator = ",\n";
  }
  yield separator === "[\n" ? "[]\n" : "\n]\n";
}

/** Written key by key: an object of JavaScript would put keys like "10" first. */
async function* objects(open: OpenTable, added: readonly Column[]): AsyncGenerator<string> {
  const keys = added.map(({ name }) => JSON.stringify(name));
  let row = 0;
  for await (const members of open.source.objects ? writtenObjects(open) : membersOf(open)) {
    const own = added.map((column, index) => `${keys[index]}:${JSON.stringify(cell(column, row))}`);
    yield `{${[...(members === "" ? [] : [members]), ...own].join(",")}}`;
    row++;
  }
}

/** `"weight":1.10,"code":"007"` for each row of a table whose cells are text. */
async function* membersOf(open: OpenTable): AsyncGenerator<string> {
  const columns = open.table.columns.map(({ name }, index) => ({
    key: JSON.stringify(name),
    token: tokens[open.stored[index]],
  }));
  for await (const cells of writtenCells(open)) {
    yield cells
      .map((text, index) => `${columns[index].key}:${text === null ? "null" : columns[index].token(text)}`)
      .join(",");
  }
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A cell as JSON, by what its column is stored as: a number keeps its digits (1.10), and is null where it is missing. */
const tokens: Readonly<Record<Stored, (text: string) => string>> = {
  number: (text) => (JSON_NUMBER.test(text) ? text : JSON.stringify(Number(text.trim() || Number.NaN))),
  boolean: (text) => (text === "true" || text === "false" ? text : JSON.stringify(text)),
  text: (text) => JSON.stringify(text),
};
