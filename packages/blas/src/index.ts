/** Finds the system's BLAS and oneDNN at run time, checks them, and makes them a provider of matrix products for `wasmEngine`. */
import type { Blas } from "./blas.ts";

export type { Blas } from "./blas.ts";
export { installHint } from "./hint.ts";

/** A library that cannot be used; the message says why. */
export class BlasError extends Error {
  override readonly name: string = "BlasError";
}

/** Which library is taken, and where its measurements are kept. */
export interface BlasOptions {
  /** A library to use instead of searching: its file, or its name as the dynamic loader knows it. */
  readonly path?: string;
  /** The folder that keeps what was measured; null keeps it in memory only. Default: $CHAINGRAD_CACHE or the user's caches. */
  readonly cache?: string | null;
}

/**
 * The first library of MKL, OpenBLAS, BLIS, Accelerate and a generic CBLAS that is there and computes right, and oneDNN where that is;
 * undefined where there is none, or koffi, which calls libraries, has no binary for this machine. Throws BlasError when `path` names
 * one that cannot be used.
 * @param onRefusal told of every library that is there but cannot be used, and of koffi where that cannot
 */
export async function findBlas(
  options: BlasOptions = {},
  onRefusal?: (why: string) => void,
): Promise<Blas | undefined> {
  const { path, cache } = options;
  // Only now, so that a program on a machine without koffi's binary runs for as long as it needs no library.
  const why = await import("./koffi.ts").then(() => undefined, reasonOf);
  if (why !== undefined) {
    if (path !== undefined) throw new BlasError(why);
    onRefusal?.(why);
    return undefined;
  }
  const { open, search } = await import("./provider.ts");
  if (path === undefined) return search(cache, onRefusal);
  const found = open(path, cache);
  if (typeof found === "string") throw new BlasError(found);
  return found;
}

/** On one line, though koffi tells at length where it looked. */
const reasonOf = (error: Error): string =>
  `koffi, which calls libraries, cannot be loaded: ${error.message.split("\n")[0]}`;
