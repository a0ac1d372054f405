import { checkCase, checkNames, refusals, seemingFormat } from "@chaingrad/tables/rules";
import type { DuckDBConnection } from "@duckdb/node-api";
import { fileList, literal } from "../duckdb.ts";
import type { Input } from "../input.ts";
import { NESTED, plainKind } from "../plain.ts";
import { alias, type Source } from "./source.ts";

/** JSON: an array of objects, or one object per line. The columns are the keys of all objects; an absent key is missing. */
export async function jsonSource(
  connection: DuckDBConnection,
  inputs: readonly Input[],
  label: string,
): Promise<Source> {
  const format = seemingFormat(inputs[0].head) === "json" ? "array" : "newline_delimited";
  const file = `${fileList(inputs)}, format = '${format}', compression = 'uncompressed', hive_partitioning = false`;
  const names = await keysOf(connection, file, label);
  checkNames(names, label);
  checkCase(names, label);
  const types = names.map((name) => `${literal(name)}: 'VARCHAR'`).join(", ");
  return {
    from: `read_json(${file}, records = true, columns = {${types}}) AS ${alias(names.length)}`,
    columns: names.map((name, index) => ({ name, sql: `c${index}`, type: "infer", kind: jsonKind(`c${index}`) })),
    objects: `SELECT CAST(json AS VARCHAR) AS json FROM read_json_objects(${file})`,
    notes: [],
  };
}

/** As text, an object is its JSON. A string that happens to hold JSON is refused with it. */
function jsonKind(text: string): string {
  return `CASE WHEN ${text}[1] IN ('{', '[') AND json_valid(${text}) THEN ${NESTED} ELSE ${plainKind(text)} END`;
}

/** What DuckDB calls the JSON values that are no object; all others are numbers. */
const KINDS: Readonly<Record<string, string>> = {
  ARRAY: "an array",
  BOOLEAN: "a boolean",
  NULL: "null",
  VARCHAR: "a string",
};

/**
 * All keys, those of the most common object first. DuckDB's own detection would do, but that it renames keys which
 * differ in case only, and takes objects with many different keys for a map.
 */
async function keysOf(connection: DuckDBConnection, file: string, label: string): Promise<string[]> {
  const reader = await connection.runAndReadAll(
    `SELECT json_type(json), json_keys(json) AS keys FROM read_json_objects(${file})
     GROUP BY ALL ORDER BY count(*) DESC, keys`,
  );
  const kinds = reader.getRowsJson() as [type: string | null, keys: string[] | null][];
  const other = kinds.find(([type]) => type !== "OBJECT");
  if (other) {
    const got = KINDS[other[0] ?? "NULL"] ?? "a number";
    throw refusals.notObjects(label, got);
  }
  const keys = kinds.map(([, keys]) => keys ?? []);
  for (const row of keys) checkNames(row, label);
  const names = [...new Set(keys.flat())];
  if (names.length === 0) throw refusals.noKeys(label);
  return names;
}
