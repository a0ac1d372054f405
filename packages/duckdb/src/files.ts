/** @chaingrad/duckdb/files: files that are there whole or not at all, files that grow, and nothing left behind. Nothing of DuckDB. */
export { assertWritable, type FileContent, replaceAtomically, writeFileAtomically } from "./files/atomic.ts";
export { assertCheckpointFolder, type CheckpointFolder, openCheckpointFolder } from "./files/checkpoint-folder.ts";
export { GrowingFile } from "./files/growing.ts";
export { systemCode, systemReason } from "./files/system-error.ts";
export { sweep, withTemporaryFolder } from "./files/temporary.ts";
