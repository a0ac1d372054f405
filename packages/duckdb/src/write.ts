import { createReadStream } from "node:fs";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { UserError } from "@chaingrad/tables";
import { replaceAtomically, writeFileAtomically } from "./files/atomic.ts";
import { systemCode, systemReason } from "./files/system-error.ts";
import { withTemporaryFolder } from "./files/temporary.ts";
import { formatOf, isGzipName, type TableFormat } from "./format.ts";
import { writeParquet } from "./parquet-file.ts";
import type { OpenTable } from "./read.ts";
import type { Column } from "./table.ts";
import { printText } from "./text.ts";

/** Where a table is written, and in which format. */
export interface WriteTarget {
  /** `-` is standard output. */
  readonly path: string;
  /** Instead of the format that the extension names; CSV if it names none. */
  readonly format?: TableFormat;
  /** What `-` writes to, for tests. */
  readonly stdout?: Writable;
}

/**
 * Writes an open table with columns added, each of its own cells as the file has it. A file is replaced atomically, and
 * compressed if its name ends in .gz. A reader of standard output that has seen enough (`| head`) ends the writing
 * without an error.
 *
 * @throws UserError if the target cannot be written
 */
export async function writeTable(open: OpenTable, added: readonly Column[], target: WriteTarget): Promise<void> {
  const { path } = target;
  const format = target.format ?? formatOf(path);
  if (path === "-") return writeStdout(open, added, format, target.stdout ?? process.stdout);
  if (format === "parquet") return replaceAtomically(path, (file) => writeParquet(open, added, file));
  const pieces = printText(open, added, format);
  return writeFileAtomically(path, isGzipName(path) ? gzip(pieces) : pieces);
}

/** A gzip file may have many members, so each piece is one, and nothing has to be kept. */
async function* gzip(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield gzipSync(piece);
}

async function writeStdout(
  open: OpenTable,
  added: readonly Column[],
  format: TableFormat,
  stdout: Writable,
): Promise<void> {
  try {
    if (format === "parquet") await pumpParquet(open, added, stdout);
    else await pipeline(Readable.from(printText(open, added, format)), stdout, { end: false });
  } catch (cause) {
    const code = systemCode(cause);
    if (code === "EPIPE") return;
    if (code === undefined) throw cause;
    throw new UserError(`cannot write standard output: ${systemReason(code)}`, undefined, { cause });
  }
}

/** DuckDB writes Parquet to a file only. */
async function pumpParquet(open: OpenTable, added: readonly Column[], stdout: Writable): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    const file = join(folder, "table.parquet");
    await writeParquet(open, added, file);
    await pipeline(createReadStream(file), stdout, { end: false });
  });
}
