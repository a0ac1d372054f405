/**
 * From what the user named to plain files that DuckDB can read twice. Standard input, a pipe, a gzip file and what is in
 * memory are copied (and unpacked) to a temporary file first. Unpacking is Node's work and not DuckDB's, because DuckDB
 * reads a gzip file that was cut off without a word about the missing rows.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { open, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGunzip } from "node:zlib";
import { UserError } from "@chaingrad/tables";
import type { TableSource as PortableSource, ReadOptions } from "@chaingrad/tables/read";
import { contentOf, type Dialect, HEAD_BYTES, isGzip, labelOf, refusals } from "@chaingrad/tables/rules";
import { matches } from "./duckdb.ts";
import { systemCode, systemReason } from "./files/system-error.ts";
import { withTemporaryFolder } from "./files/temporary.ts";

/** A file to read: where it is, how to call it in a message, and how it begins. */
export interface Input {
  readonly file: string;
  readonly label: string;
  readonly head: Uint8Array;
  /** The head is the whole file. */
  readonly whole: boolean;
  /** The line of the user's file that stands first in this one, from 1. */
  readonly first: number;
}

/** Where inputs come from: as the user gave it, how to call it, and a name whose extension tells the format. */
export interface Origin {
  readonly path: string;
  readonly label: string;
  readonly name: string;
}

type Work<T> = (inputs: readonly Input[], origin: Origin) => Promise<T>;

/** Opens what `source` names (`-` is `stdin`), runs `work` on it, and removes any temporary copy. Throws UserError. */
export async function withInputs<T>(
  source: PortableSource,
  { stdin, name }: ReadOptions & { readonly stdin?: Readable },
  work: Work<T>,
): Promise<T> {
  if (source instanceof URL && source.protocol === "file:")
    return withInputs(fileURLToPath(source), name === undefined ? {} : { name }, work);
  if (typeof source !== "string") return withContent(source, name, work);
  if (source === "-") {
    const label = "standard input";
    const origin = { path: source, label, name: name ?? source };
    return withCopy(stdin ?? process.stdin, false, { label, first: 1 }, (input) => work([input], origin));
  }
  const paths = await pathsOf(source);
  const origin = { path: source, label: labelOf(name ?? source), name: name ?? paths[0] };
  const each = (inputs: readonly Input[]): Promise<T> =>
    inputs.length === paths.length
      ? work(inputs, origin)
      : withPath(paths[inputs.length], (input) => each([...inputs, input]));
  return each([]);
}

async function withContent<T>(
  source: Exclude<PortableSource, string>,
  name: string | undefined,
  work: Work<T>,
): Promise<T> {
  const content = await contentOf(source, name);
  const label = labelOf(content.name);
  return withTemporaryFolder(async (folder) => {
    const file = join(folder, "content");
    await writeFile(file, content.bytes);
    const input = await inputOf(file, { label, first: 1 });
    return work([input], { path: content.name ?? label, label, name: content.name ?? "" });
  });
}

const REMOTE = /^[a-z][a-z\d+.-]+:\/\//i;

/**
 * The file of that path, or all that a pattern matches where no file is called so.
 * @throws UserError where there is none, or the path is an address
 */
export async function pathsOf(path: string): Promise<readonly string[]> {
  if (REMOTE.test(path))
    throw new UserError(`cannot read '${path}': only local files are read`, "Download it first, and name the file.");
  if (!/[*?[]/.test(path) || (await stat(path).catch(() => undefined))) return [path];
  const found = await matches(path);
  if (found.length === 0) throw new UserError(`cannot read '${path}': no file matches it`, HINTS.ENOENT);
  return found;
}

async function withPath<T>(path: string, work: (input: Input) => Promise<T>): Promise<T> {
  const named = { label: labelOf(path), first: 1 };
  if (!(await isRegularFile(path, named.label))) return withCopy(createReadStream(path), false, named, work);
  const input = await inputOf(resolve(path), named);
  return isGzip(input.head) ? withCopy(createReadStream(input.file), true, named, work) : work(input);
}

/** @throws UserError where there is nothing of that path, or a folder */
export async function isRegularFile(path: string, label: string): Promise<boolean> {
  const stats = await stat(path).catch((error: unknown) => {
    throw cannotRead(label, error);
  });
  if (stats.isDirectory()) throw new UserError(`cannot read ${label}: it is a folder`, "Name a file inside it.");
  return stats.isFile();
}

/** Runs `work` on CSV files whose header is one line, with nothing above it: copies where they are not so themselves. */
export async function withPlainHeaders<T>(
  inputs: readonly Input[],
  dialects: readonly Dialect[],
  work: (inputs: readonly Input[]) => Promise<T>,
): Promise<T> {
  const each = (plain: readonly Input[]): Promise<T> => {
    const [input, dialect] = [inputs[plain.length], dialects[plain.length]];
    if (input === undefined) return work(plain);
    const next = (input: Input): Promise<T> => each([...plain, input]);
    return dialect.headerLine === 1 && dialect.dataLine <= 2 ? next(input) : withPlainHeader(input, dialect, next);
  };
  return each([]);
}

async function withPlainHeader<T>(
  { file, head, label }: Input,
  { names, delimiter, lineEnd, dataStart, dataLine }: Dialect,
  work: (input: Input) => Promise<T>,
): Promise<T> {
  const text = Buffer.from(head).toString("utf8");
  const mark = text.startsWith("\uFEFF") ? 1 : 0;
  const start = Buffer.byteLength(text.slice(0, dataStart + mark));
  const header = names.map((_, index) => `c${index}`).join(delimiter) + (lineEnd || "\n");
  async function* rows(): AsyncGenerator<string | Buffer> {
    yield header;
    yield* createReadStream(file, { start });
  }
  return withCopy(Readable.from(rows()), false, { label, first: dataLine - 1 }, work);
}

type Named = Pick<Input, "label" | "first">;

async function withCopy<T>(
  source: Readable,
  gzip: boolean,
  named: Named,
  work: (input: Input) => Promise<T>,
): Promise<T> {
  const { label } = named;
  let isMade = false;
  return withTemporaryFolder(async (folder) => {
    isMade = true;
    const file = join(folder, gzip ? "unpacked" : "copy");
    const target = createWriteStream(file);
    await (gzip ? pipeline(source, createGunzip(), target) : pipeline(source, target)).catch((error: unknown) => {
      throw cannotUnpack(label, error) ?? cannotRead(label, error);
    });
    const input = await inputOf(file, named);
    // A pipe shows what it carries only once it is copied; an unpacked file that is gzip again is not unpacked twice.
    return await (!gzip && isGzip(input.head) ? withCopy(createReadStream(file), true, named, work) : work(input));
  }).catch((error: unknown) => {
    throw isMade ? error : cannotRead(label, error);
  });
}

export async function inputOf(file: string, { label, first }: Named): Promise<Input> {
  try {
    const handle = await open(file);
    try {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return { file, label, head: buffer.subarray(0, bytesRead), whole: bytesRead < HEAD_BYTES, first };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw cannotRead(label, error);
  }
}

function cannotUnpack(label: string, cause: unknown): UserError | undefined {
  const code = cause instanceof Error ? (cause as NodeJS.ErrnoException).code : undefined;
  return code?.startsWith("Z_") ? refusals.badGzip(label, code === "Z_BUF_ERROR", cause) : undefined;
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
