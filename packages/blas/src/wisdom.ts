/**
 * What was measured is kept in a file, for each machine, library and version of Node: a product that once ran on one
 * path takes it ever after, so the same training gives the same bits from run to run.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { cpus, homedir } from "node:os";
import { dirname, join } from "node:path";
import type { GemmProvider } from "@chaingrad/core";
import { isFaster } from "./measure.ts";

type Table = Record<string, Record<string, boolean>>;

/** $CHAINGRAD_CACHE, or chaingrad's folder among the user's caches. */
function defaultFolder(): string {
  const { CHAINGRAD_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (CHAINGRAD_CACHE) return CHAINGRAD_CACHE;
  return join(XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), ".cache"), "chaingrad");
}

/**
 * Whether a library is faster at a product: as the file says, else as measured now and written there.
 * @param folder where the file is; null keeps everything in memory. A file that cannot be read or written is no error.
 */
export function openWisdom(library: string, folder: string | null = defaultFolder()): GemmProvider["prefers"] {
  const key = [library, cpus()[0]?.model ?? process.arch, process.version].join("; ");
  const file = folder === null ? undefined : join(folder, "products.json");
  const known = new Map(Object.entries(file === undefined ? {} : (readTable(file)[key] ?? {})));
  return (product, time) => {
    const before = known.get(product);
    if (before !== undefined) return before;
    known.set(product, isFaster(time));
    if (file !== undefined) for (const [name, value] of agree(file, key, known)) known.set(name, value);
    return known.get(product) as boolean;
  };
}

/** Adds to the file what it has not yet; where another process was first, its word holds. */
function agree(file: string, key: string, known: ReadonlyMap<string, boolean>): Iterable<[string, boolean]> {
  const table = readTable(file);
  table[key] = { ...Object.fromEntries(known), ...table[key] };
  try {
    mkdirSync(dirname(file), { recursive: true });
    const fresh = `${file}.${process.pid}`;
    writeFileSync(fresh, `${JSON.stringify(table, undefined, 1)}\n`);
    renameSync(fresh, file);
  } catch {
    // Without a place to write, it is measured again next time.
  }
  return Object.entries(table[key]);
}

function readTable(file: string): Table {
  try {
    const table: unknown = JSON.parse(readFileSync(file, "utf8"));
    return isTable(table) ? table : {};
  } catch {
    return {};
  }
}

function isTable(value: unknown): value is Table {
  const isRecord = (item: unknown): item is Record<string, unknown> => typeof item === "object" && item !== null;
  return (
    isRecord(value) &&
    Object.values(value).every((row) => isRecord(row) && Object.values(row).every((cell) => typeof cell === "boolean"))
  );
}
