/** Finds libraries that can be trusted. */
import type { LibraryHandle } from "koffi";
import { BF16_NAME, type Bf16Link, lacksBf16 } from "./bf16.ts";
import { bind, isCblas, type Link } from "./bind.ts";
import type { Blas } from "./blas.ts";
import { symbolsOf } from "./cblas.ts";
import koffi from "./koffi.ts";
import { LIBRARIES } from "./libraries.ts";
import { load } from "./load.ts";
import { majorOf, ONE_DNN, ONE_DNN_FILES, oneDnnVersion } from "./onednn.ts";
import { type Found, provide } from "./provide.ts";
import { distrust, distrustBf16 } from "./trust.ts";
import { defaultFolder } from "./wisdom.ts";

type Cache = string | null | undefined;

/** The first known BLAS that is there and can be used, and oneDNN where that is: each product by whichever is faster. */
export function search(cache: Cache = defaultFolder(), onRefusal?: (why: string) => void): Blas | undefined {
  const firstOf = (files: readonly string[]): Found | undefined => {
    for (const file of files) {
      if (!isThere(file)) continue;
      const found = examine(file);
      if (typeof found !== "string") return found;
      onRefusal?.(found);
    }
    return undefined;
  };
  const { platform } = process;
  const blas = firstOf(LIBRARIES.flatMap(({ files }) => files[platform] ?? []));
  const found = [blas, firstOf(ONE_DNN_FILES[platform] ?? [])].filter((one) => one !== undefined);
  return found.length === 0 ? undefined : provide({ found, bf16: bf16Of(found, onRefusal), cache });
}

function isThere(path: string): boolean {
  try {
    koffi.load(path);
    return true;
  } catch {
    return false;
  }
}

/** The library at `path` alone, or why it cannot be used. */
export function open(path: string, cache: Cache = defaultFolder()): Blas | string {
  const found = examine(path);
  return typeof found === "string" ? found : provide({ found: [found], bf16: bf16Of([found]), cache });
}

/** The products of bf16 that one of the libraries has and that can be trusted, or why there are none. */
function bf16Of(found: readonly Found[], onRefusal?: (why: string) => void): Bf16Link | string {
  const path = found.find(({ link }) => link.library === ONE_DNN)?.link.path;
  if (path === undefined) return "there is no oneDNN here (libdnnl, 2 or 3)";
  const handle = load(path);
  const lacking = lacksBf16(handle);
  if (lacking !== undefined) return lacking;
  const link: Bf16Link = { path, library: BF16_NAME, major: majorOf(handle) };
  const wrong = distrustBf16((memory) => bind(memory, [link] satisfies Link[])[0]);
  if (wrong === undefined) return link;
  const why = `${path} (${BF16_NAME}) cannot be trusted with bf16: ${wrong}`;
  onRefusal?.(why);
  return why;
}

/** The library at `path` as that of the known ones which it is, or why it cannot be used. */
function examine(path: string): Found | string {
  let handle: LibraryHandle;
  try {
    handle = load(path);
  } catch (error) {
    return `${path} cannot be loaded: ${(error as Error).message}`;
  }
  if (has(handle, "dnnl_sgemm")) return oneDnn(path, handle);
  const symbols = symbolsOf(handle);
  if (symbols === undefined) return `${path} has no cblas_sgemm and cblas_dgemm: it is not a CBLAS library`;
  for (const { name: library, version: tell } of LIBRARIES) {
    try {
      const version = tell(handle);
      return trusted({ link: { path, symbols, library }, version });
    } catch {
      // Not this library: it lacks the functions that tell its version.
    }
  }
  return `${path} is none of ${LIBRARIES.map(({ name }) => name).join(", ")}`;
}

function oneDnn(path: string, handle: LibraryHandle): Found | string {
  try {
    return trusted({ link: { path, library: ONE_DNN }, version: oneDnnVersion(handle) });
  } catch (error) {
    return `${path} cannot be used: ${(error as Error).message}`;
  }
}

function has(handle: LibraryHandle, name: string): boolean {
  try {
    handle.func(`void ${name}()`);
    return true;
  } catch {
    return false;
  }
}

function trusted(found: Found): Found | string {
  const { link, version } = found;
  const bound = (memory: WebAssembly.Memory) => bind(memory, [link] satisfies Link[])[0];
  const wrong = distrust(bound, isCblas(link));
  return wrong === undefined ? found : `${link.path} (${link.library} ${version}) computes wrong: its ${wrong}`;
}
