import type { DuckDBConnection } from "@duckdb/node-api";
import { exactPath, literal } from "../duckdb.ts";
import { UserError } from "../errors.ts";
import { isoTime } from "../infer.ts";
import type { Input } from "../input.ts";
import { checkNames } from "../names.ts";
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
    decimalComma: false,
  };
}

function column(name: string, type: string, sql: string, label: string): SourceColumn {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\))$/.test(type)) {
    return { name, sql: `CAST(${sql} AS DOUBLE)`, type: "number" };
  }
  if (type === "BOOLEAN") return { name, sql, type: "boolean" };
  if (type === "DATE") return { name, sql: `CAST(${sql} AS VARCHAR)`, type: "date" };
  if (type.startsWith("TIMESTAMP")) return { name, sql: isoTime(`CAST(${sql} AS TIMESTAMPTZ)`), type: "date" };
  if (/^(VARCHAR|UUID|TIME|ENUM\(.*\))$/.test(type)) return { name, sql: `CAST(${sql} AS VARCHAR)`, type: "infer" };
  throw new UserError(
    `${label}: column '${name}' holds values of type ${type}, expected numbers, text, booleans or dates`,
    "Leave the column out, or spread its parts over columns of their own.",
  );
}
