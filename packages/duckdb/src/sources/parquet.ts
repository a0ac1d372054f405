import { checkNames, refusals } from "@chaingrad/tables/rules";
import type { DuckDBConnection } from "@duckdb/node-api";
import { exactPath, fileList, literal } from "../duckdb.ts";
import type { Input } from "../input.ts";
import { OTHER, WHOLE } from "../plain.ts";
import { alias, checkSame, type Source, type SourceColumn } from "./source.ts";

/** Parquet keeps its types; text is looked at value by value, as in every format. */
export async function parquetSource(
  connection: DuckDBConnection,
  inputs: readonly Input[],
  label: string,
): Promise<Source> {
  // By name, a column has one type that holds the values of all files.
  const from = `read_parquet(${fileList(inputs)}, hive_partitioning = false, union_by_name = ${inputs.length > 1})`;
  const described = (await connection.runAndReadAll(`DESCRIBE FROM ${from}`)).getRowsJson() as [string, string][];
  const columns = described.map(([name, type], index) => column(name, type, `c${index}`, label));
  // The names that are in the file: DESCRIBE renames the second of two equal ones. The first element is the root.
  const namesOf = async ({ file, label }: Input): Promise<string[]> => {
    const schema = await connection.runAndReadAll(
      `SELECT name FROM parquet_schema(${literal(exactPath(file))}) OFFSET 1`,
    );
    const names = schema.getRowsJson().map(([name]) => String(name));
    checkNames(names, label);
    return names;
  };
  const [names, ...others] = await Promise.all(inputs.map(namesOf));
  for (const [index, other] of others.entries()) checkSame(names, other, inputs[index + 1], inputs[0]);
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
  throw refusals.notCellsOfType(name, label, inWords(type));
}

/** What a column of a type that is no cell holds. */
function inWords(type: string): string {
  if (/\[\d*\]$/.test(type)) return "lists";
  const [, word = ""] = /^(STRUCT|MAP|BLOB)/.exec(type) ?? [];
  return { STRUCT: "structs", MAP: "maps", BLOB: "binary data" }[word] ?? `values of type ${type}`;
}
