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

/**
 * Runs `work` on an in-memory DuckDB that can touch the given files and nothing else: no other path, no network, no
 * extension, no spill folder. One thread keeps rows in order and memory low.
 */
export async function withDuckDB<T>(
  files: readonly string[],
  work: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { DuckDBInstance } = nodeApi();
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "1",
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
    temp_directory: "",
  });
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = 'UTC'`);
    // DuckDB checks the pattern and then the file that it matched.
    const allowed = files.flatMap((file) => [file, exactPath(file)]);
    await connection.run(`SET allowed_paths = [${allowed.map(literal).join(", ")}]`);
    await connection.run("SET enable_external_access = false");
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
