import { createReadStream } from "node:fs";
import { join } from "node:path";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Column, UserError } from "@chaingrad/tables";
import type { TableFormat } from "@chaingrad/tables/read";
import { isGzipName, namedFormat } from "@chaingrad/tables/rules";
import { replaceAtomically, writeFileAtomically } from "./files/atomic.ts";
import { systemCode, systemReason } from "./files/system-error.ts";
import { withTemporaryFolder } from "./files/temporary.ts";
import { writeParquet } from "./parquet-file.ts";
import type { OpenTable } from "./read.ts";
import { printText } from "./text.ts";

/** Arrow and Excel are read only. */
type WrittenFormat = Exclude<TableFormat, "arrow" | "xlsx">;

/** Where a table is written, and in which format. */
export interface WriteTarget {
  /** `-` is standard output. */
  readonly path: string;
  /** Instead of the format that the extension names; CSV if it names none. */
  readonly format?: WrittenFormat;
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
  const format = target.format ?? namedFormat(path) ?? "csv";
  if (format === "arrow" || format === "xlsx") {
    const [files, other] = format === "arrow" ? ["Arrow files", "Parquet"] : ["workbooks of Excel", "CSV"];
    throw new UserError(
      `cannot write '${path}': ${files} are read only`,
      `Write ${other} instead: a name that ends in .${other.toLowerCase()}.`,
    );
  }
  if (path === "-") return writeStdout(open, added, format, target.stdout ?? process.stdout);
  if (format === "parquet") return replaceAtomically(path, (file) => writeParquet(open, added, file));
  const pieces = printText(open, added, format);
  return writeFileAtomically(path, isGzipName(path) ? gzip(pieces) : pieces);
}

/** One member, which every reader unpacks. */
async function* gzip(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const packer = createGzip();
  // What goes wrong destroys the packer, and whoever reads from it hears of that.
  pipeline(Readable.from(pieces), packer).catch(() => {});
  yield* packer as AsyncIterable<Uint8Array>;
}

async function writeStdout(
  open: OpenTable,
  added: readonly Column[],
  format: WrittenFormat,
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
