import type { DuckDBConnection, DuckDBType } from "@duckdb/node-api";
import { identifier, literal, withDuckDB } from "./duckdb.ts";
import { type Column, cell } from "./table.ts";

/** Rows in one chunk of DuckDB's. */
const CHUNK = 2048;

/** Writes a Parquet file in place. Throws an error with a system code, like ENOSPC, if the disk does not take it. */
export async function writeParquet(columns: readonly Column[], file: string): Promise<void> {
  await withDuckDB(file, async (connection) => {
    const types = columns.map(({ type }, index) => `c${index} ${STORED[type]}`);
    await connection.run(`CREATE TEMP TABLE rows (${types.join(", ")})`);
    await append(connection, columns);
    const named = columns.map((column, index) => `${sqlOf(column, `c${index}`)} AS ${identifier(column.name)}`);
    const copy = `COPY (SELECT ${named.join(", ")} FROM rows) TO ${literal(file)} (FORMAT parquet, USE_TMP_FILE false)`;
    await connection.run(copy).catch((cause: unknown) => {
      throw systemError(cause);
    });
  });
}

const STORED: Readonly<Record<Column["type"], string>> = {
  number: "DOUBLE",
  text: "VARCHAR",
  boolean: "BOOLEAN",
  date: "VARCHAR",
};

async function append(connection: DuckDBConnection, columns: readonly Column[]): Promise<void> {
  const { BOOLEAN, DOUBLE, DuckDBDataChunk, VARCHAR } = await import("@duckdb/node-api");
  const typeOf: Record<Column["type"], DuckDBType> = { number: DOUBLE, text: VARCHAR, boolean: BOOLEAN, date: VARCHAR };
  const types = columns.map(({ type }) => typeOf[type]);
  const appender = await connection.createAppender("rows");
  const rows = columns[0]?.values.length ?? 0;
  for (let start = 0; start < rows; start += CHUNK) {
    const count = Math.min(CHUNK, rows - start);
    const chunk = DuckDBDataChunk.create(types, count);
    chunk.setColumns(columns.map((column) => Array.from({ length: count }, (_, index) => cell(column, start + index))));
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** Dates are text here and become dates there: days if all are, points in time otherwise. */
function sqlOf(column: Column, sql: string): string {
  if (column.type !== "date") return sql;
  const days = column.values.every((value) => String(value ?? "2020-01-05").length === "2020-01-05".length);
  return `CAST(${sql} AS ${days ? "DATE" : "TIMESTAMPTZ"})`;
}

/** DuckDB's input and output errors as Node reports them. */
function systemError(cause: unknown): unknown {
  if (!(cause instanceof Error) || !cause.message.startsWith("IO Error")) return cause;
  const code = /No space left|Could not write all bytes/.test(cause.message) ? "ENOSPC" : "EIO";
  return Object.assign(new Error(cause.message, { cause }), { code });
}
