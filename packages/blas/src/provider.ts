/** Finds a library that can be trusted. */
import type { LibraryHandle } from "koffi";
import { type BlasLink, bind, symbolsOf } from "./bind.ts";
import type { Blas } from "./blas.ts";
import koffi from "./koffi.ts";
import { LIBRARIES } from "./libraries.ts";
import { load } from "./load.ts";
import { type Provision, provide } from "./provide.ts";
import { distrust } from "./trust.ts";
import { defaultFolder } from "./wisdom.ts";

type Cache = string | null | undefined;

/** The first known library that is there and can be used. */
export function search(cache: Cache, onRefusal?: (why: string) => void): Blas | undefined {
  for (const { files } of LIBRARIES) {
    for (const file of files[process.platform] ?? []) {
      if (!isThere(file)) continue;
      const found = open(file, cache);
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

/** The library at `path` as that of the known ones which it is, or why it cannot be used. */
export function open(path: string, cache: Cache = defaultFolder()): Blas | string {
  let handle: LibraryHandle;
  try {
    handle = load(path);
  } catch (error) {
    return `${path} cannot be loaded: ${(error as Error).message}`;
  }
  const symbols = symbolsOf(handle);
  if (symbols === undefined) return `${path} has no cblas_sgemm and cblas_dgemm: it is not a CBLAS library`;
  for (const { name: library, version: tell } of LIBRARIES) {
    try {
      const version = tell(handle);
      const name = `${library} ${version}`;
      const link: BlasLink = { path, symbols, library };
      const wrong = distrust((memory) => bind(memory, link));
      return wrong === undefined
        ? provide({ link, name, version, cache } satisfies Provision)
        : `${path} (${name}) computes wrong: its ${wrong}`;
    } catch {
      // Not this library: it lacks the functions that tell its version.
    }
  }
  return `${path} is none of ${LIBRARIES.map(({ name }) => name).join(", ")}`;
}
