/**
 * Files that are there whole or not at all: written beside their target, synced, renamed over it, and the folder
 * synced, so that neither a full disk nor a power cut leaves half a file or costs the old one.
 */
import { existsSync, type Stats } from "node:fs";
import { access, chmod, constants, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "@chaingrad/tables";
import { systemCode, systemReason } from "./system-error.ts";
import { sweep, temporaryPath } from "./temporary.ts";

/** Bytes, text, or pieces of either. */
export type FileContent =
  | Uint8Array
  | string
  | Iterable<Uint8Array | string>
  | AsyncIterable<Uint8Array>
  | AsyncIterable<string>;

/**
 * Replaces `path` by `content`, or leaves everything as it was.
 * @throws UserError if the folder is missing or read-only, the disk full, …
 */
export async function writeFileAtomically(path: string, content: FileContent): Promise<void> {
  await replaceAtomically(path, (file) => writeFile(file, content));
}

/**
 * The same for a writer that wants a path: `write` fills the file that it is given. What is no file (`/dev/stdout`,
 * a named pipe) cannot be replaced, and a rename would destroy it: `write` is given the path itself.
 * @throws UserError, or what `write` throws where that is no error of the operating system
 */
export async function replaceAtomically(path: string, write: (file: string) => Promise<void>): Promise<void> {
  try {
    const target = await targetOf(path);
    if (target.special) return await write(path);
    const temporary = await createBeside(target.path);
    try {
      await write(temporary);
      await sync(temporary);
      if (target.mode !== undefined) await chmod(temporary, target.mode);
      await rename(temporary, target.path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    if (process.platform !== "win32") await sync(dirname(target.path));
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/**
 * Finds out before any work starts whether `path` can be written, by creating and removing an empty file beside it:
 * permission bits alone say little to root, on a network disk, or under /proc. What killed commands left there goes.
 * @throws UserError
 */
export async function assertWritable(path: string): Promise<void> {
  try {
    const target = await targetOf(path);
    if (target.special) return;
    await sweep(dirname(target.path));
    await rm(await createBeside(target.path));
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

interface Target {
  /** Behind any symbolic link, which stays. */
  readonly path: string;
  /** The permissions of the file to replace. */
  readonly mode: number | undefined;
  /** Something that is neither a file nor a folder. */
  readonly special: boolean;
}

async function targetOf(path: string): Promise<Target> {
  if (path === "") throw new UserError("cannot write a file without a name", "Give it a name.");
  const stats = await statIfAny(path);
  if (!stats) {
    if (/[/\\]$/.test(path)) throw new UserError(`cannot write '${path}': it names a folder`, "Add a file name.");
    // Not by its text: after a link to a folder, `..` is that folder's own parent.
    return { path: join(await realpath(dirname(path)), basename(path)), mode: undefined, special: false };
  }
  if (stats.isDirectory()) throw new UserError(`cannot write '${path}': it is a folder`, "Add a file name.");
  await access(path, constants.W_OK);
  if (!stats.isFile()) return { path, mode: undefined, special: true };
  return { path: await realpath(path), mode: stats.mode, special: false };
}

async function statIfAny(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** A new, empty file in the same folder. */
async function createBeside(path: string): Promise<string> {
  const temporary = temporaryPath(dirname(path));
  await (await open(temporary, "wx")).close();
  return temporary;
}

async function sync(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function cannotWrite(path: string, cause: unknown): unknown {
  const code = systemCode(cause);
  if (code === undefined) return cause;
  const folder = dirname(path);
  const missing = existsSync(folder)
    ? `the folder '${folder}' takes no files`
    : `the folder '${folder}' does not exist`;
  const reason = code === "ENOENT" ? missing : systemReason(code);
  return new UserError(`cannot write '${path}': ${reason}`, undefined, { cause });
}
