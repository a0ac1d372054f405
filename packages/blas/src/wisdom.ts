/**
 * What was measured is kept in a file, for each library and processor: a product that once ran on one path takes it ever
 * after, whatever else the machine is doing, so the same training gives the same bits from run to run.
 */
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { cpus, homedir } from "node:os";
import { dirname, join } from "node:path";
import { fastest } from "./measure.ts";

/** $CHAINGRAD_CACHE, or chaingrad's folder among the user's caches. */
export function defaultFolder(): string {
  const { CHAINGRAD_CACHE, XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (CHAINGRAD_CACHE) return CHAINGRAD_CACHE;
  return join(XDG_CACHE_HOME || LOCALAPPDATA || join(homedir(), ".cache"), "chaingrad");
}

/** What the engine's own way is called, beside the libraries' names. */
export const KERNELS = "kernels";

/** @param ways of which one is to be chosen, a library's first; `time` measures one of them */
export type Choose = (task: string, ways: readonly string[], time: (way: string, times: number) => number) => string;

/**
 * Which way is fastest at a task: as the file says, else as measured now and written there. Where nothing can be written it is not
 * measured, but always the first way: what nobody remembers would come out differently next time.
 * @param libraries their names and versions, for which the file is
 * @param ways all that there are
 * @param folder where the file is; null keeps everything in memory
 */
export function openWisdom(libraries: string, ways: readonly string[], folder: string | null): Choose {
  const known = new Map<string, string>();
  const file =
    folder === null ? undefined : new Log(join(folder, "products", fileName(libraries)), known, new Set(ways));
  return (task, offered, time) => {
    const before = known.get(task);
    if (before !== undefined && offered.includes(before)) return before;
    if (file === undefined) known.set(task, fastest(offered, time));
    else if (!file.isKept || !file.add(task, fastest(offered, time))) known.set(task, offered[0]);
    return known.get(task) as string;
  };
}

/** "OpenBLAS 0.3.21 (Zen), AMD EPYC.txt", without what a file's name may not hold. */
function fileName(library: string): string {
  const processor = cpus()[0]?.model ?? process.arch;
  return `${library}, ${processor}.txt`.replaceAll(/[^\w .,()+-]/g, "_");
}

/**
 * A line for each product: "OpenBLAS f32 2×3 3×4" or "kernels …". Lines are only ever added, and the first of a product
 * holds, so that processes that measure at the same time agree without a lock.
 */
class Log {
  readonly #file: string;
  readonly #known: Map<string, string>;
  readonly #ways: ReadonlySet<string>;
  #read = 0;
  /** Whether what is added will be there next time. */
  readonly isKept: boolean;

  constructor(file: string, known: Map<string, string>, ways: ReadonlySet<string>) {
    [this.#file, this.#known, this.#ways] = [file, known, ways];
    this.isKept = this.#append("");
    this.#readOn();
  }

  /** False when it cannot be written (any more). */
  add(product: string, way: string): boolean {
    // After a line that a full disk cut off, it starts on one of its own.
    if (!this.#append(`\n${way} ${product}\n`)) return false;
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
      const [, way, product] = /^(\S+) (.+)$/.exec(line) ?? [];
      if (this.#ways.has(way) && !this.#known.has(product)) this.#known.set(product, way);
    }
    this.#read = text.lastIndexOf("\n") + 1;
  }
}
