/**
 * What a query gives, as a Parquet file: it is run once, and read from there as any other table. It sees the files that it
 * names and nothing else, and can write nothing but that one file.
 */
import { join } from "node:path";
import { UserError } from "@chaingrad/tables";
import { checkCase, checkNames } from "@chaingrad/tables/rules";
import type { DuckDBConnection } from "@duckdb/node-api";
import { identifier, literal, withDuckDB } from "../duckdb.ts";
import { withTemporaryFolder } from "../files/temporary.ts";
import { type Input, inputOf, isRegularFile, pathsOf } from "../input.ts";
import { alias } from "../sources/source.ts";
import { pathsIn } from "./statement.ts";

const LABEL = "the query";

/** Runs `work` on what a query gives. Throws UserError where it does more than read local files, or cannot be run. */
export async function withQuery<T>(sql: string, work: (input: Input) => Promise<T>): Promise<T> {
  const { named, files } = await readsOf(sql);
  return withTemporaryFolder(async (folder) => {
    const file = join(folder, "query.parquet");
    await withDuckDB([...files, file], (connection) => run(connection, sql, file), named);
    return work(await inputOf(file, { label: LABEL, first: 1 }));
  });
}

/** The files that a query reads. */
export async function sourceFiles(sql: string): Promise<readonly string[]> {
  return (await readsOf(sql)).files;
}

/** What a query names, and the files that those are. */
async function readsOf(sql: string): Promise<{ named: readonly string[]; files: readonly string[] }> {
  const named = await withDuckDB([], (connection) => pathsIn(connection, sql));
  const files = (await Promise.all(named.map((path) => pathsOf(path)))).flat();
  for (const file of files) {
    if (await isRegularFile(file, `'${file}'`)) continue;
    throw new UserError(`the query reads '${file}', which is no regular file`, "Save what it gives to a file first.");
  }
  return { named, files };
}

async function run(connection: DuckDBConnection, sql: string, file: string): Promise<void> {
  try {
    const statement = await connection.prepare(sql);
    const names = Array.from({ length: statement.columnCount }, (_, index) => statement.columnName(index));
    checkNames(names, LABEL);
    checkCase(names, LABEL);
    // A comment at the end hides nothing of what stands behind it.
    const rows = `(${sql.replace(/[;\s]+$/, "")}\n) AS ${alias(names.length)}`;
    const described = await connection.runAndReadAll(`DESCRIBE FROM ${rows}`);
    const types = described.getRowsJson().map(([, type]) => String(type));
    const columns = names.map((name, index) => `${kept(`c${index}`, types[index])} AS ${identifier(name)}`);
    await connection.run(
      `COPY (SELECT ${columns.join(", ")} FROM ${rows}) TO ${literal(file)} (FORMAT parquet, USE_TMP_FILE false)`,
    );
  } catch (error) {
    throw cannotRun(error);
  }
}

/** Parquet has no integers of 128 bits, and would make doubles of them. */
const kept = (sql: string, type: string): string => (/^U?HUGEINT$/.test(type) ? `CAST(${sql} AS DECIMAL(38, 0))` : sql);

function cannotRun(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  const [first] = error.message.replace(/^[A-Za-z ]+ Error: /, "").split("\n", 1);
  const hint = /^Candidate|^Did you mean/m.exec(error.message) ? error.message.split("\n")[1] : undefined;
  return new UserError(`the query cannot be run: ${first}`, hint, { cause: error });
}
