/**
 * A lock on a folder: one process at a time writes into it. It says whose it is; that of a process that is gone is taken over. What another
 * machine holds cannot be asked for, so a lock is touched while it is held, and one that was not for a minute is abandoned.
 */
import { readFileSync } from "node:fs";
import { constants, copyFile, link, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UserError } from "@chaingrad/tables";
import { systemCode } from "./system-error.ts";
import { here, isRunning, temporaryPath } from "./temporary.ts";

/** Milliseconds between two touches, and without one. */
const TOUCH = 10_000;
const ABANDONED = 60_000;

/** Whose a lock is. Numbers of processes come again: one that began at another time is another process. */
interface Owner {
  readonly process: number;
  readonly place: string;
  readonly began: string;
}

/** When a process began, in the system's own count, where it tells. */
function beganAt(pid: number): string {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field, a name, may have anything in it.
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return "";
  }
}

/**
 * Takes the lock; what is returned gives it back. Throws UserError where somebody else has it.
 * @param path of its file
 * @param what is locked, in a sentence that goes on with "is used by"
 */
export async function lockFile(path: string, what: string): Promise<() => Promise<void>> {
  const own: Owner = { process: process.pid, place: here(), began: beganAt(process.pid) };
  const mine = temporaryPath(dirname(path));
  await writeFile(mine, JSON.stringify(own));
  try {
    while (!(await linked(mine, path))) {
      const other = await ownerOf(path);
      if (other !== undefined) throw inUse(what, path, other);
      await takeAway(path);
    }
  } finally {
    await rm(mine, { force: true });
  }
  const touching = setInterval(() => {
    const time = new Date();
    utimes(path, time, time).catch(() => {});
  }, TOUCH);
  touching.unref();
  return async () => {
    clearInterval(touching);
    await rm(path, { force: true });
  };
}

const inUse = (what: string, path: string, { process: number, place }: Owner): UserError =>
  new UserError(
    `${what} is used by ${place === here() ? `the process ${number}` : "a process of another machine or container"}`,
    place === here() ? "Wait for its end, or take another folder." : `If it runs no more, remove '${path}'.`,
  );

/** A lock appears with all that is in it, or not at all, but on disks that have no links. */
async function linked(file: string, path: string): Promise<boolean> {
  const isThere = (error: unknown): boolean => systemCode(error) === "EEXIST";
  try {
    await link(file, path).catch((error) => {
      if (isThere(error)) throw error;
      return copyFile(file, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (isThere(error)) return false;
    throw error;
  }
}

/** Removes an abandoned lock, unless somebody has done so and has it now. */
async function takeAway(path: string): Promise<void> {
  const aside = temporaryPath(dirname(path));
  try {
    await rename(path, aside);
    if ((await ownerOf(aside)) !== undefined) await linked(aside, path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

/** Undefined where the lock's owner is gone, or the lock. */
async function ownerOf(path: string): Promise<Owner | undefined> {
  try {
    const owner: Owner = JSON.parse(await readFile(path, "utf8"));
    const { mtimeMs } = await stat(path);
    if (owner.place !== here()) return Date.now() - mtimeMs > ABANDONED ? undefined : owner;
    return isRunning(owner.process) && owner.began === beganAt(owner.process) ? owner : undefined;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
