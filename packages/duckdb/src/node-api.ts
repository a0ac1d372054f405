/** DuckDB's client, on first use: it costs 100 ms and 35 MB that a program without a table should not pay. */
import { createRequire } from "node:module";

const load = createRequire(import.meta.url);

/** By `require`: an `import` would first read all its code for the names of its exports. */
export const nodeApi = (): typeof import("@duckdb/node-api") => load("@duckdb/node-api");
