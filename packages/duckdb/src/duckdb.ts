import type { DuckDBConnection } from "@duckdb/node-api";
import { nodeApi } from "./node-api.ts";

/** A string as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A string as an SQL identifier. */
export function identifier(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A path as DuckDB must see it to mean this one file: `data[1].csv` alone would be a pattern. */
export function exactPath(path: string): string {
  return path.replaceAll(/[[*?]/g, "[$&]");
}

/** Files as the list that DuckDB's readers take. */
export function fileList(inputs: readonly { readonly file: string }[]): string {
  return `[${inputs.map(({ file }) => literal(exactPath(file))).join(", ")}]`;
}

/** An in-memory DuckDB that loads no extension and keeps nothing on disk. One thread keeps rows in order and memory low. */
async function connect(): Promise<{ connection: DuckDBConnection; close: () => void }> {
  const { DuckDBInstance } = nodeApi();
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    temp_directory: "",
  });
  const connection = await instance.connect();
  await connection.run(`SET TimeZone = 'UTC'`);
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** The files that a pattern names, in the order of their names. */
export async function matches(pattern: string): Promise<string[]> {
  const { connection, close } = await connect();
  try {
    const found = await connection.runAndReadAll(`SELECT file FROM glob(${literal(pattern)}) ORDER BY file`);
    // DuckDB puts "./" before what stands in this folder.
    const isBare = !pattern.startsWith("./");
    return found.getRowsJson().map(([file]) => (isBare ? String(file).replace(/^\.\//, "") : String(file)));
  } finally {
    close();
  }
}

/**
 * Runs `work` on an in-memory DuckDB that can touch the given files and nothing else: no other path, no network, no
 * extension, no spill folder; and nothing that runs in it can change that.
 *
 * @param patterns of files that are given, too, which SQL names by them
 */
export async function withDuckDB<T>(
  files: readonly string[],
  work: (connection: DuckDBConnection) => Promise<T>,
  patterns: readonly string[] = [],
): Promise<T> {
  const { connection, close } = await connect();
  try {
    // DuckDB checks the pattern and then the file that it matched.
    const allowed = [...files.flatMap((file) => [file, exactPath(file)]), ...patterns];
    await connection.run(`SET allowed_paths = [${allowed.map(literal).join(", ")}]`);
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
    return await work(connection);
  } finally {
    close();
  }
}
