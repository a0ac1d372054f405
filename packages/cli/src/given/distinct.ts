/**
 * No two results of a command go into one file, and none into a file that it reads, however their paths are spelt: by way of
 * `./`, of links, of standard output that a shell sends to a file, or on a disk that takes `Model` and `model` for one name.
 */
import { fstatSync, type Stats } from "node:fs";
import { lstat, readlink, stat, writeFile } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { assertWritable, systemCode, withTemporaryFolder } from "@chaingrad/duckdb/files";
import { UserError } from "@chaingrad/tables";

/** Where a path leads. */
interface Place {
  /** Of the file, or of the folder where there is none yet. */
  readonly identity: string;
  /** What is new in the folder; undefined for a file that is there. */
  readonly fresh?: { readonly folder: string; readonly name: string };
}

/** More links in a row than this go in a circle. */
const MOST_LINKS = 40;

/**
 * Finds out before any work starts whether all results can be written, each to a file of its own.
 * @param outputs the path of each option that names one: { "--out": "m.safetensors", "--report": undefined }
 * @param inputs paths of what is read; `-` is standard input
 * @throws UserError
 */
export async function assertOutputs(
  outputs: Readonly<Record<string, string | undefined>>,
  inputs: readonly (string | undefined)[],
): Promise<void> {
  const given = Object.entries(outputs).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const written: { readonly name: string; readonly place: Place | undefined }[] = [];
  const add = async (name: string, place: Place | undefined): Promise<void> => {
    await refuseInput(name, place, inputs);
    for (const other of written) {
      if (!(await isSame(place, other.place))) continue;
      const words = `${other.name} and ${name} go into the same file`;
      throw new UserError(`${words}: one result would destroy the other`, "Give each a file of its own.");
    }
    written.push({ name, place });
  };
  await add("standard output", placeOfStream(1));
  for (const [option, path] of given) {
    await assertWritable(path);
    await add(`${option} '${path}'`, await placeOf(path));
  }
}

async function refuseInput(
  name: string,
  place: Place | undefined,
  inputs: readonly (string | undefined)[],
): Promise<void> {
  for (const input of inputs) {
    if (input === undefined) continue;
    const read = input === "-" ? placeOfStream(0) : await placeOf(input).catch(() => undefined);
    // What is not there is not read: its own error tells more.
    if (read === undefined || read.fresh !== undefined || !(await isSame(place, read))) continue;
    throw new UserError(
      `${name} is the file that is read ('${input}'): writing it would destroy that`,
      "Choose another file to write.",
    );
  }
}

/** Undefined where writing destroys nothing: a terminal, /dev/null, a pipe. */
function placeOfStream(descriptor: 0 | 1): Place | undefined {
  try {
    return placeOfFile(fstatSync(descriptor));
  } catch {
    return undefined; // closed
  }
}

function placeOfFile(stats: Stats): Place | undefined {
  return stats.isFile() ? { identity: identityOf(stats) } : undefined;
}

const identityOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`;

async function placeOf(path: string, links = 0): Promise<Place | undefined> {
  const stats = await ifAny(stat(path));
  if (stats !== undefined) return placeOfFile(stats);
  const folder = dirname(path);
  // A link to a file that comes only now leads there from then on.
  if (links < MOST_LINKS && (await ifAny(lstat(path)))?.isSymbolicLink()) {
    const target = await readlink(path);
    return placeOf(isAbsolute(target) ? target : join(folder, target), links + 1);
  }
  return { identity: identityOf(await stat(folder)), fresh: { folder, name: basename(path) } };
}

async function ifAny(stats: Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await stats;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

async function isSame(one: Place | undefined, other: Place | undefined): Promise<boolean> {
  if (one === undefined || other === undefined || one.identity !== other.identity) return false;
  if (one.fresh === undefined || other.fresh === undefined) return one.fresh === other.fresh;
  return one.fresh.name === other.fresh.name || areOneName(one.fresh.folder, one.fresh.name, other.fresh.name);
}

/** Whether two names are one on the folder's disk (by case, by Unicode's forms), as the disk itself says in a new folder. */
function areOneName(folder: string, one: string, other: string): Promise<boolean> {
  return withTemporaryFolder(async (scratch) => {
    await writeFile(join(scratch, one), "");
    return (await ifAny(lstat(join(scratch, other)))) !== undefined;
  }, folder);
}
