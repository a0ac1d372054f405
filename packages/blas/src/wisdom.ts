/**
 * What was measured is kept in a file, for each library and processor: a product that once ran on one path takes it ever
 * after, whatever else the machine is doing, so the same training gives the same bits from run to run.
 */
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { cpus, homedir } from "node:os";
import { dirname, join } from "node:path";
import type { GemmProvider } from "@chaingrad/core";
import { isFaster } from "./measure.ts";

/** $CHAINGRAD_CACHE, or chaingrad's folder among the user's caches. */
export function defaultFolder(): string {
  const { CHAINGRAD_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (CHAINGRAD_CACHE) return CHAINGRAD_CACHE;
  return join(XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), ".cache"), "chaingrad");
}

/**
 * Whether a library is faster at a product: as the file says, else as measured now and written there. Where nothing can be
 * written it is not measured, but always the library: what nobody remembers would come out differently next time.
 * @param folder where the file is; null keeps everything in memory
 */
export function openWisdom(library: string, folder: string | null): GemmProvider["prefers"] {
  const known = new Map<string, boolean>();
  const file = folder === null ? undefined : new Log(join(folder, "products", fileName(library)), known);
  return (product, time) => {
    const before = known.get(product);
    if (before !== undefined) return before;
    if (file === undefined) known.set(product, isFaster(time));
    else if (!file.isKept || !file.add(product, isFaster(time))) known.set(product, true);
    return known.get(product) ?? true;
  };
}

/** "OpenBLAS 0.3.21 (Zen), AMD EPYC.txt", without what a file's name may not hold. */
function fileName(library: string): string {
  const processor = cpus()[0]?.model ?? process.arch;
  return `${library}, ${processor}.txt`.replaceAll(/[^\w .,()+-]/g, "_");
}

/**
 * A line for each product: "library f32 2×3 3×4" or "kernels …". Lines are only ever added, and the first of a product
 * holds, so that processes that measure at the same time agree without a lock.
 */
class Log {
  readonly #file: string;
  readonly #known: Map<string, boolean>;
  #read = 0;
  /** Whether what is added will be there next time. */
  readonly isKept: boolean;

  constructor(file: string, known: Map<string, boolean>) {
    [this.#file, this.#known] = [file, known];
    this.isKept = this.#append("");
    this.#readOn();
  }

  /** False when it cannot be written (any more). */
  add(product: string, byLibrary: boolean): boolean {
    // After a line that a full disk cut off, it starts on one of its own.
    if (!this.#append(`\n${byLibrary ? "library" : "kernels"} ${product}\n`)) return false;
    this.#readOn();
    return this.#known.has(product);
  }

  #append(text: string): boolean {
    try {
      mkdirSync(dirname(this.#file), { recursive: true });
      appendFileSync(this.#file, text);
      return true;
    } catch {
      return false;
    }
  }

  #readOn(): void {
    let text: string;
    try {
      text = readFileSync(this.#file, "utf8");
    } catch {
      return;
    }
    for (const line of text.slice(this.#read).split("\n")) {
      const [, way, product] = /^(library|kernels) (.+)$/.exec(line) ?? [];
      if (product !== undefined && !this.#known.has(product)) this.#known.set(product, way === "library");
    }
    this.#read = text.lastIndexOf("\n") + 1;
  }
}
