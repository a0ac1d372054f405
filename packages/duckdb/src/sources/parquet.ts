import { UserError } from "@chaingrad/tables";
import type { DuckDBConnection } from "@duckdb/node-api";
import { exactPath, literal } from "../duckdb.ts";
import type { Input } from "../input.ts";
import { checkNames } from "../names.ts";
import { OTHER, WHOLE } from "../plain.ts";
import { alias, type Source, type SourceColumn } from "./source.ts";

/** Parquet keeps its types; text is looked at value by value, as in every format. */
export async function parquetSource(connection: DuckDBConnection, input: Input): Promise<Source> {
  const file = literal(exactPath(input.file));
  const from = `read_parquet(${file}, hive_partitioning = false)`;
  const described = (await connection.runAndReadAll(`DESCRIBE FROM ${from}`)).getRowsJson() as [string, string][];
  const columns = described.map(([name, type], index) => column(name, type, `c${index}`, input.label));
  // The names that are in the file: DESCRIBE renames the second of two equal ones. The first element is the root.
  const schema = await connection.runAndReadAll(`SELECT name FROM parquet_schema(${file}) OFFSET 1`);
  const names = schema.getRowsJson().map(([name]) => String(name));
  checkNames(names, input.label);
  return {
    from: `${from} AS ${alias(columns.length)}`,
    columns: columns.map((column, index) => ({ ...column, name: names[index] })),
    notes: [],
  };
}

/** SQL for a point in time as Date.toISOString prints it. */
const isoTime = (time: string): string => `strftime(${time} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ')`;

/** Whole numbers that a double does not tell apart are names of things, and stay text. */
const wholeKind = (sql: string): string =>
  `CASE WHEN ${sql} IS NULL THEN NULL WHEN abs(CAST(${sql} AS HUGEINT)) > ${Number.MAX_SAFE_INTEGER} THEN ${OTHER} ELSE ${WHOLE} END`;

function column(name: string, type: string, sql: string, label: string): SourceColumn {
  const original = `CAST(${sql} AS VARCHAR)`;
  if (/^(U?(BIG|HUGE)INT|DECIMAL\(\d+,0\))$/.test(type)) {
    return { name, sql: original, type: "infer", kind: wholeKind(sql), stored: "number" };
  }
  if (/^(U?(TINY|SMALL)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\))$/.test(type)) {
    return { name, sql: `CAST(${sql} AS DOUBLE)`, type: "number", original, stored: "number" };
  }
  if (type === "BOOLEAN") return { name, sql, type: "boolean", original, stored: "boolean" };
  if (type === "DATE") return { name, sql: original, type: "date", stored: "text" };
  if (type.startsWith("TIMESTAMP")) {
    return { name, sql: isoTime(`CAST(${sql} AS TIMESTAMPTZ)`), type: "date", original, stored: "text" };
  }
  if (/^(VARCHAR|UUID|TIME|ENUM\(.*\))$/.test(type)) return { name, sql: original, type: "infer", stored: "text" };
  throw new UserError(
    `${label}: column '${name}' holds values of type ${type}, expected numbers, text, booleans or dates`,
    "Leave the column out, or spread its parts over columns of their own.",
  );
}
