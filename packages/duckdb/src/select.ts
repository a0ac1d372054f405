/** What to select from a file, and the table that comes of it: every column by the type that all its values have. */
import type { Column, ColumnType, DecimalSign, InferOptions, Inferred } from "@chaingrad/tables";
import type { FileTable } from "@chaingrad/tables/read";
import { inferred, refusals, spellings } from "@chaingrad/tables/rules";
import type { DuckDBConnection } from "@duckdb/node-api";
import { copyColumns, type Selection } from "./copy.ts";
import { bare, EITHER, NESTED, numberIn, OTHER, POINT, plainKind } from "./plain.ts";
import type { Source, SourceColumn, Stored } from "./sources/source.ts";

/** More different values than these are amounts, which nobody names one by one. */
const MOST_NAMED = 1000;

export interface Selected {
  readonly table: Omit<FileTable, "path">;
  /** How a typed format keeps each column as it is written. */
  readonly stored: readonly Stored[];
}

/** @throws UserError if the file has no rows, or a column holds what is no cell */
export async function selectTable(
  connection: DuckDBConnection,
  source: Source,
  label: string,
  options: InferOptions,
): Promise<Selected> {
  const { decimal: given } = options;
  const types = { ...options.remembered?.types, ...options.types };
  const { rows, kinds } = await ask(connection, source);
  if (rows === 0) throw refusals.noRows(label);
  const nested = source.columns.find(({ name }) => (kinds.get(name) ?? 0) & NESTED);
  if (nested) throw refusals.notCells(nested.name, label);
  const selection = source.columns.map((column) =>
    selectionOf(
      column,
      kinds.get(column.name),
      given,
      Object.hasOwn(types, column.name) ? types[column.name] : undefined,
    ),
  );
  const isPoints = ({ name, type }: Selection): boolean => type === "number" && ((kinds.get(name) ?? 0) & POINT) !== 0;
  const read = async (selection: readonly Selection[]): Promise<Inferred> =>
    inferred(await copyColumns(connection, selection, source.from, rows, label), label, {
      ...options,
      likely: source.layout?.delimiter === ";" ? "," : ".",
      pointColumns: selection.filter(isPoints).map(({ name }) => name),
    });
  const first = await read(selection);
  // Decimal points in a file of commas are rare, and worth a second look that can name a cell.
  const isMixed = first.decimal === "," && given === undefined && selection.some(isPoints);
  const cells = (column: Selection, index: number): Selection =>
    isPoints(column) ? { ...column, sql: source.columns[index].sql, type: "cells" } : column;
  const { columns, notes, ...rest } = isMixed ? await read(selection.map(cells)) : first;
  const table = {
    rows,
    columns: await spell(connection, source, columns, selection),
    ...rest,
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

/** @param declared what the caller says the column is; its cells count then as they are written, but for plain numbers */
function selectionOf(
  { name, sql, type, stored = "text" }: SourceColumn,
  kinds = 0,
  given: DecimalSign | undefined,
  declared: ColumnType | undefined,
): Selection {
  if (type !== "infer") return { name, sql, type };
  if (declared !== undefined && declared !== "number" && stored === "text") return { name, sql, type: "cells" };
  const isPlain = kinds !== 0 && !(kinds & OTHER);
  const isClear = given === "," ? !(kinds & (POINT | EITHER)) : given === "." || kinds & POINT || !(kinds & EITHER);
  return isPlain && isClear
    ? { name, sql: `coalesce(${numberIn(sql)}, 'NaN')`, type: "number", missing: "NaN" }
    : { name, sql, type: "cells" };
}

/** Number columns of few values, which may be classes or categories, with the spelling of the file. */
async function spell(
  connection: DuckDBConnection,
  source: Source,
  columns: readonly Column[],
  selection: readonly Selection[],
): Promise<Column[]> {
  const isText = (index: number): boolean => source.layout !== undefined || source.columns[index].stored === "text";
  const few = [...columns.keys()].filter(
    (index) => selection[index].type === "number" && isText(index) && hasFewValues(columns[index]),
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
