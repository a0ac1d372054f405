/** What to select from a file, and the table that comes of it: every column by the type that all its values have. */
import { type Cells, type DecimalSign, inferColumns, spellings, UserError, ValueError } from "@chaingrad/tables";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type Copied, copyColumns, type Selection } from "./copy.ts";
import { bare, EITHER, NESTED, numberIn, OTHER, POINT, plainKind } from "./plain.ts";
import type { Source, SourceColumn, Stored } from "./sources/source.ts";
import type { Column, Table } from "./table.ts";

/** More different values than these are amounts, which nobody names one by one. */
const MOST_NAMED = 1000;

export interface Selected {
  readonly table: Omit<Table, "path">;
  /** How a typed format keeps each column as it is written. */
  readonly stored: readonly Stored[];
}

/** @throws UserError if the file has no rows, or a column holds what is no cell */
export async function selectTable(
  connection: DuckDBConnection,
  source: Source,
  label: string,
  given: DecimalSign | undefined,
): Promise<Selected> {
  const { rows, kinds } = await ask(connection, source);
  if (rows === 0) throw new UserError(`${label} has no rows, only column names`, "Expected at least one row of data.");
  const nested = source.columns.find(({ name }) => (kinds.get(name) ?? 0) & NESTED);
  if (nested) throw notCells(nested.name, label);
  const selection = source.columns.map((column) => selectionOf(column, kinds.get(column.name), given));
  const copied = await copyColumns(connection, selection, source.from, rows, label);
  const {
    columns: inferred,
    decimal,
    notes,
  } = infer(copied, label, {
    decimal: given,
    likely: source.layout?.delimiter === ";" ? "," : ".",
    pointColumns: selection.flatMap(({ name, type }) =>
      type === "number" && (kinds.get(name) ?? 0) & POINT ? [name] : [],
    ),
  });
  const rest = inferred.values();
  const columns = copied.map((column) => ("places" in column ? (rest.next().value as Column) : column));
  const table = {
    rows,
    columns: await spell(connection, source, columns, selection),
    decimal,
    notes: [...source.notes, ...notes],
  };
  return {
    table,
    stored: source.columns.map(({ stored }, index) => stored ?? storedAs(columns[index], selection[index])),
  };
}

/** A number only where its text is one without any reading of ours: `1,5`, `$5` and codes are text to other programs. */
function storedAs({ type }: Column, selected: Selection): Stored {
  return type === "boolean" ? "boolean" : selected.type === "number" ? "number" : "text";
}

/** The number of rows, and for each column to be inferred the kinds of all its values, 0 if there are none. */
async function ask(
  connection: DuckDBConnection,
  { from, columns }: Source,
): Promise<{ rows: number; kinds: Map<string, number> }> {
  const open = columns.filter(({ type }) => type === "infer");
  const questions = ["count(*)", ...open.map(({ sql, kind }) => `bit_or(${kind ?? plainKind(sql)})`)];
  const reader = await connection.runAndReadAll(`SELECT ${questions.join(", ")} FROM ${from}`);
  const [rows, ...kinds] = reader.getRows()[0].map(Number);
  return { rows, kinds: new Map(open.map(({ name }, index) => [name, kinds[index]])) };
}

function selectionOf({ name, sql, type }: SourceColumn, kinds = 0, given: DecimalSign | undefined): Selection {
  if (type !== "infer") return { name, sql, type };
  const isPlain = kinds !== 0 && !(kinds & OTHER);
  const isClear = given === "," ? !(kinds & (POINT | EITHER)) : given === "." || kinds & POINT || !(kinds & EITHER);
  return isPlain && isClear ? { name, sql: numberIn(sql), type: "number" } : { name, sql, type: "cells" };
}

function infer(copied: readonly Copied[], label: string, options: Parameters<typeof inferColumns>[1]) {
  try {
    return inferColumns(
      copied.filter((column): column is Cells => "places" in column),
      options,
    );
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new UserError(
      `${label}, ${error.message}`,
      "Rows are counted from 1, without the header. If the value is missing, leave the field empty or write NA.",
      { cause: error },
    );
  }
}

/** Number columns of few values, which may be classes or categories, with the spelling of the file. */
async function spell(
  connection: DuckDBConnection,
  source: Source,
  columns: readonly Column[],
  selection: readonly Selection[],
): Promise<Column[]> {
  const few = [...columns.keys()].filter(
    (index) => selection[index].type === "number" && source.layout && hasFewValues(columns[index]),
  );
  if (few.length === 0) return [...columns];
  const questions = few.map((index) => `histogram(${bare(source.columns[index].sql)})`);
  const reader = await connection.runAndReadAll(`SELECT ${questions.join(", ")} FROM ${source.from}`);
  const counts = reader.getRowsJson()[0] as ({ key: string; value: string }[] | null)[];
  const written = new Map(
    few.map((index, i) => [
      index,
      spellings((counts[i] ?? []).map(({ key, value }) => [key, Number(key || Number.NaN), Number(value)] as const)),
    ]),
  );
  return columns.map((column, index): Column => {
    const own = written.get(index);
    return column.type === "number" && own && own.size > 0 ? { ...column, written: own } : column;
  });
}

function hasFewValues({ values }: Column): boolean {
  const seen = new Set<unknown>();
  for (const value of values) {
    seen.add(value);
    if (seen.size > MOST_NAMED) return false;
  }
  return true;
}

function notCells(name: string, label: string): UserError {
  return new UserError(
    `${label}: column '${name}' holds objects or arrays, expected numbers, text or booleans`,
    "Leave the column out, or spread its parts over columns of their own.",
  );
}
