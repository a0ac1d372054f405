/** NET.json and BATCH.json as files. */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import type { Batch, Net } from "@chaingrad/core/net";
import { systemCode, systemReason } from "@chaingrad/duckdb/files";
import { type NetDocument, parseBatch, parseJson, parseNet } from "@chaingrad/interchange/net-document";
import { UserError } from "@chaingrad/tables";

/** Throws UserError naming the file and the place in it. */
export async function readNet(path: string): Promise<NetDocument> {
  return parseNet(await readJson(path), fileLabel(path));
}

/** Throws UserError naming the file and the place in it. */
export async function readBatch(path: string, net: Net): Promise<Batch> {
  return parseBatch(await readJson(path), fileLabel(path), net);
}

/** How messages call a file: "'net.json'", or "standard input" for "-". */
export const fileLabel = (path: string): string => (path === "-" ? "standard input" : `'${path}'`);

/** What a JSON file holds. Throws UserError where there is no file, or no JSON in it (with line and column). */
async function readJson(path: string): Promise<unknown> {
  try {
    return parseJson(path === "-" ? await text(process.stdin) : await readFile(path, "utf8"), fileLabel(path));
  } catch (error) {
    throw cannotRead(path, error);
  }
}

/** The error as a UserError if the operating system raised it, else the error itself. */
export function cannotRead(path: string, cause: unknown): unknown {
  const code = systemCode(cause);
  if (code === undefined) return cause;
  const hint = code === "ENOENT" ? "Check the spelling and the current folder." : undefined;
  return new UserError(`cannot read ${fileLabel(path)}: ${systemReason(code)}`, hint, { cause });
}
