/**
 * From what the user named to a plain file that DuckDB can read twice. Standard input, a pipe and a gzip file are
 * copied (and unpacked) to a temporary file first. Unpacking is Node's work and not DuckDB's, because DuckDB reads a
 * gzip file that was cut off without a word about the missing rows.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Dialect, UserError } from "@chaingrad/tables";
import { systemCode, systemReason } from "./files/system-error.ts";
import { withTemporaryFolder } from "./files/temporary.ts";

/** The start of a file, enough for its header and to tell what it is. */
const HEAD_BYTES = 1 << 20;

/** A file to read: where it is, how to call it in a message, and how it begins. */
export interface Input {
  readonly file: string;
  readonly label: string;
  readonly head: Buffer;
  /** The head is the whole file. */
  readonly whole: boolean;
}

/** Opens `path` (`-` is `stdin`), runs `work` on it, and removes any temporary copy. Throws UserError. */
export async function withInput<T>(path: string, stdin: Readable, work: (input: Input) => Promise<T>): Promise<T> {
  const label = path === "-" ? "standard input" : `'${path}'`;
  if (path !== "-" && (await isRegularFile(path, label))) {
    const input = await inputOf(resolve(path), label);
    return isGzip(input.head) ? withCopy(createReadStream(input.file), true, label, work) : work(input);
  }
  return withCopy(path === "-" ? stdin : createReadStream(path), false, label, work);
}

async function isRegularFile(path: string, label: string): Promise<boolean> {
  const stats = await stat(path).catch((error: unknown) => {
    throw cannotRead(label, error);
  });
  if (stats.isDirectory()) throw new UserError(`cannot read ${label}: it is a folder`, "Name a file inside it.");
  return stats.isFile();
}

/** Runs `work` on a copy of a CSV file whose header is one line of plain names, and nothing stands above it. */
export async function withPlainHeader<T>(
  input: Input,
  { names, delimiter, lineEnd, dataStart }: Dialect,
  work: (input: Input) => Promise<T>,
): Promise<T> {
  const text = input.head.toString("utf8");
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  const start = Buffer.byteLength(text.slice(0, dataStart + mark));
  const header = names.map((_, index) => `c${index}`).join(delimiter) + (lineEnd || "\n");
  async function* rows(): AsyncGenerator<string | Buffer> {
    yield header;
    yield* createReadStream(input.file, { start });
  }
  return withCopy(Readable.from(rows()), false, input.label, work);
}

async function withCopy<T>(
  source: Readable,
  gzip: boolean,
  label: string,
  work: (input: Input) => Promise<T>,
): Promise<T> {
  let isMade = false;
  return withTemporaryFolder(async (folder) => {
    isMade = true;
    const file = join(folder, gzip ? "unpacked" : "copy");
    const target = createWriteStream(file);
    await (gzip ? pipeline(source, createGunzip(), target) : pipeline(source, target)).catch((error: unknown) => {
      throw cannotUnpack(label, error) ?? cannotRead(label, error);
    });
    const input = await inputOf(file, label);
    // A pipe shows what it carries only once it is copied; an unpacked file that is gzip again is not unpacked twice.
    return await (!gzip && isGzip(input.head) ? withCopy(createReadStream(file), true, label, work) : work(input));
  }).catch((error: unknown) => {
    throw isMade ? error : cannotRead(label, error);
  });
}

async function inputOf(file: string, label: string): Promise<Input> {
  try {
    const handle = await open(file);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return { file, label, head: buffer.subarray(0, bytesRead), whole: bytesRead < HEAD_BYTES };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw cannotRead(label, error);
  }
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function cannotUnpack(label: string, cause: unknown): UserError | undefined {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  if (!code?.startsWith("Z_")) return undefined;
  const what = code === "Z_BUF_ERROR" ? "the gzip file is cut off: it ends too early" : "the gzip file is damaged";
  return new UserError(`cannot read ${label}: ${what}`, "Copy or download it again.", { cause });
}

const HINTS: Readonly<Record<string, string>> = {
  ENOENT: "Check the spelling and the current folder.",
  ENOSPC: `Standard input and gzip files are copied to ${tmpdir()} first: make room there, or set TMPDIR.`,
};

function cannotRead(label: string, cause: unknown): unknown {
  const code = systemCode(cause);
  if (code === undefined) return cause;
  return new UserError(`cannot read ${label}: ${systemReason(code)}`, HINTS[code], { cause });
}
