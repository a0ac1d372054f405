/** Finds the system's BLAS at run time, checks it, and makes it a provider of matrix products for `wasmEngine`. */
import type { GemmProvider } from "@chaingrad/core";
import koffi, { type LibraryHandle } from "koffi";
import { type BlasLink, bind, symbolsOf } from "./bind.ts";
import { faster } from "./faster.ts";
import { lapack } from "./lapack.ts";
import { LIBRARIES, type Library } from "./libraries.ts";
import { distrust, isWrong } from "./trust.ts";
import { openWisdom } from "./wisdom.ts";

export { installHint } from "./libraries.ts";

/** A library that cannot be used; the message says why. */
export class BlasError extends Error {
  override readonly name: string = "BlasError";
}

export interface BlasOptions {
  /** A library to use instead of searching: its file, or its name as the dynamic loader knows it. */
  readonly path?: string;
  /** The folder that keeps what was measured; null keeps it in memory only. Default: $CHAINGRAD_CACHE or the user's caches. */
  readonly cache?: string | null;
}

export interface Blas extends GemmProvider {
  /** "OpenBLAS", "MKL", … */
  readonly library: string;
  readonly version: string;
  readonly path: string;
}

/**
 * The first library of MKL, OpenBLAS, BLIS, Accelerate and a generic CBLAS that is there and computes right; undefined
 * where there is none. Throws BlasError when `path` names one that cannot be used.
 * @param onRefusal told of every library that is there but cannot be used
 */
export async function findBlas(
  options: BlasOptions = {},
  onRefusal?: (why: string) => void,
): Promise<Blas | undefined> {
  const { path, cache } = options;
  if (path !== undefined) {
    const found = open(path, LIBRARIES, cache);
    if (typeof found === "string") throw new BlasError(found);
    return found;
  }
  for (const library of LIBRARIES) {
    for (const file of library.files[process.platform] ?? []) {
      if (!isThere(file)) continue;
      const found = open(file, [library], cache);
      if (typeof found !== "string") return found;
      onRefusal?.(found);
    }
  }
  return undefined;
}

function isThere(path: string): boolean {
  try {
    koffi.load(path);
    return true;
  } catch {
    return false;
  }
}

/** The library at `path` as one of those that it may be, or why it cannot be used. */
function open(path: string, candidates: readonly Library[], cache: string | null | undefined): Blas | string {
  let handle: LibraryHandle;
  try {
    handle = koffi.load(path);
  } catch (error) {
    return `${path} cannot be loaded: ${(error as Error).message}`;
  }
  const symbols = symbolsOf(handle);
  if (symbols === undefined) return `${path} has no cblas_sgemm and cblas_dgemm: it is not a CBLAS library`;
  const link: BlasLink = { path, symbols };
  for (const library of candidates) {
    try {
      const version = library.version(handle);
      library.useOneThread(handle);
      const wrong = distrust((memory) => bind(memory, link));
      if (wrong !== undefined) return `${path} (${library.name} ${version}) computes wrong: its ${wrong}`;
      const name = `${library.name} ${version}`;
      const prefers = openWisdom(name, cache);
      return {
        ...{ name, library: library.name, version, path },
        // What a worker loads is the build; the path is the same from src/ and from dist/.
        ...{ module: new URL("../dist/bind.js", import.meta.url).href, data: link },
        bind: (memory) => bind(memory, link),
        prefers,
        linearAlgebra(own) {
          const routines = lapack(link, own);
          return routines === undefined || isWrong(routines) ? own : faster(own, routines, prefers);
        },
      };
    } catch {
      // Not this library: it lacks the functions that tell its version.
    }
  }
  return `${path} is none of ${candidates.map(({ name }) => name).join(", ")}`;
}
