/** What the tests need of the system: with CI set it must be there, elsewhere a test that lacks it says what to install. */
import { execFileSync } from "node:child_process";
import type { GemmProvider } from "@chaingrad/core";
import { type Blas, findBlas } from "../src/index.ts";

/** The system's BLAS; undefined (and a word about it) where there is none. */
export async function systemBlas(): Promise<Blas | undefined> {
  const blas = await findBlas({ cache: null });
  return blas ?? missing("a BLAS library: apt install libopenblas0-pthread");
}

/**
 * The same, with all products by one of its libraries, whatever is faster: oneDNN's in single precision, and the first one's in double.
 * Undefined where the system has none of that name.
 */
export async function alwaysBy(which: "a BLAS" | "oneDNN"): Promise<GemmProvider | undefined> {
  const blas = await systemBlas();
  if (blas === undefined) return undefined;
  const place = which === "oneDNN" ? blas.libraries.indexOf("oneDNN") : 0;
  if (place < 0) return missing("oneDNN: apt install libdnnl2");
  return { ...blas, prefers: (_, wide) => (wide ? 0 : place) };
}

/** Compiles a C file to a shared library. False (and a word about it) where there is no C compiler. */
export function compileLibrary(source: string, to: string): boolean {
  try {
    execFileSync("cc", ["-shared", "-fPIC", "-O1", "-o", to, source], { stdio: "pipe" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    missing("a C compiler: apt install gcc");
    return false;
  }
}

function missing(what: string): undefined {
  if (process.env.CI) throw new Error(`this test needs ${what}`);
  console.warn(`skipped, for want of ${what}`);
  return undefined;
}
