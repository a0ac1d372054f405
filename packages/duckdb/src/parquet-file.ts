import type { Column } from "@chaingrad/tables";
import type { DuckDBConnection, DuckDBType } from "@duckdb/node-api";
import { identifier, literal, withDuckDB } from "./duckdb.ts";
import { nodeApi } from "./node-api.ts";
import { numberIn } from "./plain.ts";
import type { OpenTable } from "./read.ts";
import { cell } from "./table.ts";

/** Rows in one chunk of DuckDB's. */
const CHUNK = 2048;

/**
 * Writes an open table with added columns as Parquet, in place. Columns of a Parquet file keep their types; text
 * becomes numbers, booleans and days where it is plainly that, and stays as it is written elsewhere.
 * Throws an error with a system code, like ENOSPC, if the disk does not take it.
 */
export async function writeParquet(open: OpenTable, added: readonly Column[], file: string): Promise<void> {
  await withDuckDB([...open.files, file], async (connection) => {
    const types = added.map(({ type }, index) => `p${index} ${type === "number" ? "DOUBLE" : "VARCHAR"}`);
    await connection.run(`CREATE TEMP TABLE added (${types.join(", ")})`);
    await append(connection, added);
    const names = [...open.table.columns, ...added].map(({ name }) => identifier(name));
    const values = [...(await typed(connection, open)), ...added.map((_, index) => `p${index}`)];
    const named = values.map((sql, index) => `${sql} AS ${names[index]}`);
    const rows = `SELECT ${named.join(", ")} FROM ${open.source.from} POSITIONAL JOIN added`;
    await connection
      .run(`COPY (${rows}) TO ${literal(file)} (FORMAT parquet, USE_TMP_FILE false)`)
      .catch((cause: unknown) => {
        throw systemError(cause);
      });
  });
}

async function append(connection: DuckDBConnection, columns: readonly Column[]): Promise<void> {
  const { DOUBLE, DuckDBDataChunk, VARCHAR } = nodeApi();
  const types = columns.map(({ type }): DuckDBType => (type === "number" ? DOUBLE : VARCHAR));
  const appender = await connection.createAppender("added");
  const rows = columns[0].values.length;
  for (let start = 0; start < rows; start += CHUNK) {
    const count = Math.min(CHUNK, rows - start);
    const chunk = DuckDBDataChunk.create(types, count);
    chunk.setColumns(columns.map((column) => Array.from({ length: count }, (_, index) => cell(column, start + index))));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** SQL for each column of the file as Parquet keeps it. */
async function typed(connection: DuckDBConnection, open: OpenTable): Promise<string[]> {
  const { format, source, table, stored } = open;
  const plain = source.columns.map((_, index) => `c${index}`);
  if (format === "parquet") return plain;
  if (source.objects !== undefined) return jsonTyped(connection, open, source.objects);
  const isWhole = await trueInAll(
    connection,
    source.from,
    plain.map((sql) => `${numberIn(sql)} = trunc(${numberIn(sql)})`),
  );
  const isPlainDay = await trueInAll(connection, source.from, plain.map(isDayOrMissing));
  return plain.map((sql, index) => {
    if (stored[index] === "boolean")
      return `CASE lower(trim(${sql})) WHEN 'true' THEN true WHEN 'false' THEN false END`;
    if (stored[index] === "number") return isWhole[index] ? `CAST(${numberIn(sql)} AS BIGINT)` : numberIn(sql);
    return isDays(table.columns[index]) && isPlainDay[index] ? dayIn(sql) : sql;
  });
}

/** SQL for the day in a text, null if there is none. */
const dayIn = (sql: string): string =>
  `coalesce(TRY_CAST(${sql} AS DATE), CAST(try_strptime(trim(${sql}), '%d.%m.%Y') AS DATE))`;

/** JSON has types of its own: a string of digits stays a string. */
async function jsonTyped(connection: DuckDBConnection, { table }: OpenTable, objects: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(`SELECT json_group_structure(CAST(json AS JSON)) FROM (${objects})`);
  const types = new Map(Object.entries(JSON.parse(String(reader.getRows()[0][0])) as Record<string, unknown>));
  return table.columns.map(({ name }, index) => {
    const type = String(types.get(name));
    return /^(U?BIGINT|HUGEINT|DOUBLE|BOOLEAN)$/.test(type) ? `CAST(c${index} AS ${type})` : `c${index}`;
  });
}

/** Whether each condition holds in every row where it has a value. */
async function trueInAll(
  connection: DuckDBConnection,
  from: string,
  conditions: readonly string[],
): Promise<boolean[]> {
  const questions = conditions.map((condition) => `bool_and(${condition})`);
  const reader = await connection.runAndReadAll(`SELECT ${questions.join(", ")} FROM ${from}`);
  return reader.getRows()[0].map(Boolean);
}

/** Days that Parquet can keep as such, written in a way that leaves nothing to guess; 3/4/2024 is none. */
const isDayOrMissing = (sql: string): string =>
  `NOT regexp_matches(${sql}, '[0-9]') OR (${dayIn(sql)} IS NOT NULL
    AND regexp_matches(${sql}, '^\\s*([0-9]{4}[-/][0-9]+[-/][0-9]+|[0-9]+[.][0-9]+[.][0-9]{4})\\s*$'))`;

function isDays({ type, values }: Column): boolean {
  return type === "date" && values.every((value) => String(value ?? "2020-01-05").length === "2020-01-05".length);
}

/** DuckDB's input and output errors as Node reports them. */
function systemError(cause: unknown): unknown {
  if (!(cause instanceof Error) || !cause.message.startsWith("IO Error")) return cause;
  const code = /No space left|Could not write all bytes/.test(cause.message) ? "ENOSPC" : "EIO";
  return Object.assign(new Error(cause.message, { cause }), { code });
}
