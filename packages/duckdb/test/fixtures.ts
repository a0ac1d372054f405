/** A temporary folder per test file, and the error that a bad table gives. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@chaingrad/tables";
import type { FileTable } from "@chaingrad/tables/read";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, expect } from "vitest";
import { type FileReadOptions, readTable } from "../src/read.ts";
import { type Cell, cell } from "../src/table.ts";

export const folder: string = mkdtempSync(join(tmpdir(), "table-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a file into the temporary folder and returns its path. */
export function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** `age:number` … */
export function types(table: FileTable): string[] {
  return table.columns.map(({ name, type }) => `${name}:${type}`);
}

export function rows(table: FileTable): Cell[][] {
  return Array.from({ length: table.rows }, (_, row) => table.columns.map((column) => cell(column, row)));
}

/** Reads a table that must be refused; returns message and hint, with the path shortened to the file's name. */
export async function refusal(path: string, options?: FileReadOptions): Promise<string> {
  const error = await readTable(path, options).then(
    () => expect.unreachable(`${path} was read`),
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(UserError);
  const { message, hint } = error as UserError;
  return [message, hint].filter(Boolean).join("\n").replaceAll(`${folder}/`, "");
}

/** Makes a Parquet file by DuckDB alone. */
export async function makeParquet(name: string, select: string, codec = "snappy"): Promise<string> {
  const path = join(folder, name);
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet, COMPRESSION ${codec})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}
