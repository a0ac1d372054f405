/**
 * What a query may do: read local files, and nothing else. DuckDB's own parser takes it apart; a statement that is no
 * SELECT has no such tree. Every source of rows in the tree must be known to be harmless.
 */
import { UserError } from "@chaingrad/tables";
import type { DuckDBConnection } from "@duckdb/node-api";
import { literal } from "../duckdb.ts";

/** Table functions that read the files which their first argument names. */
const READERS = new Set(
  ["csv", "csv_auto", "parquet", "json", "json_auto", "ndjson", "ndjson_auto"]
    .map((format) => `read_${format}`)
    .concat("parquet_scan"),
);
/** Table functions that read no file. */
const MAKERS = new Set(["range", "generate_series", "unnest", "json_each", "json_tree"]);

/** Kinds of a tree's nodes that give rows, but for tables and table functions. */
const PLAIN = new Set(["JOIN", "SUBQUERY", "EXPRESSION_LIST", "EMPTY", "EMPTY_FROM", "PIVOT", "COLUMN_DATA"]);

type Node = Readonly<Record<string, unknown>>;

/** The paths and patterns that a query reads, as it names them. Throws UserError where it does anything else. */
export async function pathsIn(connection: DuckDBConnection, sql: string): Promise<readonly string[]> {
  const answer = await connection.runAndReadAll(`SELECT json_serialize_sql(${literal(sql)})`);
  const tree = JSON.parse(String(answer.getRowsJson()[0][0])) as Node;
  if (tree.error) throw notUnderstood(tree);
  const statements = tree.statements as readonly Node[];
  if (statements.length !== 1) {
    throw new UserError(
      `the query is ${statements.length} statements, expected one`,
      "Give a single SELECT; a part of it may stand before it: WITH part AS (SELECT …) SELECT …",
    );
  }
  const paths = new Set<string>();
  const named = namesOfParts(statements[0]);
  walk(statements[0], (node) => {
    for (const path of pathsOfNode(node, named)) paths.add(path);
  });
  return [...paths];
}

function notUnderstood({ error_type: type, error_message: message }: Node): UserError {
  if (type === "parser") return new UserError(`the query is not understood: ${String(message)}`);
  return new UserError(
    "the query is no SELECT: a table is read from a query that only reads",
    "It may begin with SELECT, WITH or FROM. Statements that write, attach, install, load or set something are refused.",
  );
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (typeof value === "object" && value !== null) {
    visit(value as Node);
    for (const item of Object.values(value)) walk(item, visit);
  }
}

/** The names that WITH gives to parts of the query. */
function namesOfParts(tree: Node): ReadonlySet<string> {
  const names = new Set<string>();
  walk(tree, ({ cte_map: parts, cte_name: name }) => {
    const entries = (parts as { map?: readonly Node[] } | undefined)?.map ?? [];
    for (const { key } of entries) names.add(String(key).toLowerCase());
    if (typeof name === "string") names.add(name.toLowerCase());
  });
  return names;
}

function pathsOfNode(node: Node, named: ReadonlySet<string>): readonly string[] {
  // Of all nodes, sources of rows alone have an alias and may be sampled.
  if (!("alias" in node && "sample" in node) || typeof node.type !== "string") return [];
  if (node.type === "BASE_TABLE") {
    const path = [node.catalog_name, node.schema_name, node.table_name].filter(Boolean).join(".");
    return named.has(path.toLowerCase()) ? [] : [path];
  }
  if (node.type === "TABLE_FUNCTION") return pathsOfCall(node.function as Node);
  if (PLAIN.has(node.type)) return [];
  throw new UserError(
    "the query asks DuckDB about itself, expected rows of files",
    "DESCRIBE, SHOW and SUMMARIZE are no tables.",
  );
}

function pathsOfCall({ function_name: name, children }: Node): readonly string[] {
  const called = String(name);
  if (MAKERS.has(called)) return [];
  if (!READERS.has(called)) {
    throw new UserError(
      `the query calls ${called}(), which is none of the functions that give a table here`,
      `Expected one of ${[...READERS, ...MAKERS].join(", ")}; or name a file: FROM 'data.csv'.`,
    );
  }
  const paths = textsOf((children as readonly Node[])[0]);
  if (paths !== undefined) return paths;
  throw new UserError(
    `the query calls ${called}() with a name that is computed, expected the name of a file`,
    `As in ${called}('data.csv'), or ${called}(['a.csv', 'b.csv']).`,
  );
}

/** The text of a constant, or those of a list of them. */
function textsOf(node: Node | undefined): readonly string[] | undefined {
  const value = (node?.value as Node | undefined)?.value;
  if (typeof value === "string") return [value];
  if (node?.function_name !== "list_value") return undefined;
  const texts = (node.children as readonly Node[]).map(textsOf);
  return texts.every((text) => text !== undefined) ? texts.flat() : undefined;
}
