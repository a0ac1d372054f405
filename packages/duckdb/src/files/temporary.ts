/**
 * Files and folders that a command makes on its way and removes again. A process that is killed removes nothing, so their
 * names say whose they are, and the next command that comes by takes away what has no owner any more.
 */
import { createHash, randomUUID } from "node:crypto";
import { readlinkSync } from "node:fs";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { systemCode } from "./system-error.ts";

/** What is of another machine, or says nothing of its owner, is taken away after so many milliseconds without a change. */
const ABANDONED = 3_600_000;

const NAME = /^\.chaingrad-(?:([0-9a-f]{8})-(\d+)-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

let place: string | undefined;
/** Where a process's number means that process: a machine, and on Linux the container. */
export function here(): string {
  place ??= createHash("sha256")
    .update(hostname() + numbering())
    .digest("hex")
    .slice(0, 8);
  return place;
}

function numbering(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}

/** A path in the folder that nobody has. It is short, as the folder may take no long names. */
export function temporaryPath(folder: string): string {
  return join(folder, `.chaingrad-${here()}-${process.pid}-${randomUUID()}.tmp`);
}

/** Runs `work` on a new folder that nobody else can look into, among the system's temporary files. */
export async function withTemporaryFolder<T>(
  work: (folder: string) => Promise<T>,
  parent: string = tmpdir(),
): Promise<T> {
  const folder = temporaryPath(parent);
  await mkdir(folder, { mode: 0o700 });
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes from a folder what commands that were killed have left there. What cannot be removed stays. */
export async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const match = NAME.exec(name);
    if (match === null) continue;
    const path = join(folder, name);
    const [, place, owner] = match;
    if (await isLeft(path, place === here() ? Number(owner) : undefined)) {
      await rm(path, { recursive: true, force: true }).catch(() => {});
    }
  }
}

/** @param owner the process that made it, where that is known */
async function isLeft(path: string, owner: number | undefined): Promise<boolean> {
  if (owner !== undefined && owner !== process.pid) return !isRunning(owner);
  // Of a process that had our own number before us.
  const since = owner === undefined ? Date.now() - ABANDONED : Date.now() - 1000 * process.uptime();
  return (await lastChange(path)) < since;
}

/** Whether there is a process of that number, here. */
export function isRunning(owner: number): boolean {
  try {
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== "ESRCH"; // that of another user may not be asked, but runs
  }
}

/** In milliseconds; now, if it is gone already. */
async function lastChange(path: string): Promise<number> {
  try {
    const stats = await lstat(path);
    if (!stats.isDirectory()) return stats.mtimeMs;
    const inside = await Promise.all((await readdir(path)).map((name) => lastChange(join(path, name))));
    return Math.max(stats.mtimeMs, ...inside);
  } catch {
    return Date.now();
  }
}
