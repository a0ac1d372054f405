import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { replaceAtomically, writeFileAtomically } from "./atomic.ts";
import { UserError } from "./errors.ts";
import { formatOf, isGzipName, type TableFormat } from "./format.ts";
import { writeParquet } from "./parquet-file.ts";
import { systemCode, systemReason } from "./system-error.ts";
import type { Column } from "./table.ts";
import { printText } from "./text.ts";

export interface WriteTarget {
  /** `-` is standard output. */
  readonly path: string;
  /** Instead of the format that the extension names; CSV if it names none. */
  readonly format?: TableFormat;
  /** What `-` writes to, for tests. */
  readonly stdout?: Writable;
}

/**
 * Writes columns of equal length as a table. A file is replaced atomically, and compressed if its name ends in .gz.
 * A reader of standard output that has seen enough (`| head`) ends the writing without an error.
 *
 * @throws UserError if the target cannot be written
 */
export async function writeTable(columns: readonly Column[], target: WriteTarget): Promise<void> {
  const { path } = target;
  const format = target.format ?? formatOf(path);
  if (path === "-") return writeStdout(columns, format, target.stdout ?? process.stdout);
  if (format === "parquet") return replaceAtomically(path, (file) => writeParquet(columns, file));
  const pieces = printText(columns, format);
  return writeFileAtomically(path, isGzipName(path) ? gzip(pieces) : pieces);
}

/** A gzip file may have many members, so each piece is one, and nothing has to be kept. */
function* gzip(pieces: Iterable<string>): Generator<Uint8Array> {
  for (const piece of pieces) yield gzipSync(piece);
}

async function writeStdout(columns: readonly Column[], format: TableFormat, stdout: Writable): Promise<void> {
  try {
    if (format === "parquet") await pumpParquet(columns, stdout);
    else await pipeline(Readable.from(printText(columns, format)), stdout, { end: false });
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "EPIPE") return;
    if (code === undefined) throw cause;
    throw new UserError(`cannot write standard output: ${systemReason(code)}`, undefined, { cause });
  }
}

/** DuckDB writes Parquet to a file only. */
async function pumpParquet(columns: readonly Column[], stdout: Writable): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "chaingrad-"));
  try {
    const file = join(folder, "table.parquet");
    await writeParquet(columns, file);
    await pipeline(createReadStream(file), stdout, { end: false });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
