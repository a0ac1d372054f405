/**
 * A library's sgemm and dgemm on a WebAssembly memory, without copies: the memory does not move, so an address in it is
 * its base plus an offset. Every thread binds for itself.
 */
import type { Gemm } from "@chaingrad/core";
import type { LibraryHandle } from "koffi";
import koffi from "./koffi.ts";
import { LIBRARIES } from "./libraries.ts";
import { load } from "./load.ts";

/** What a thread needs to call the library. */
export interface BlasLink {
  /** The file, as the dynamic loader takes it. */
  readonly path: string;
  readonly symbols: Symbols;
  /** Its name among those that we know. */
  readonly library: string;
}

/** The names of the two functions, and the type of their integers. */
export interface Symbols {
  readonly sgemm: string;
  readonly dgemm: string;
  readonly integer: "int" | "int64_t";
}

const ROW_MAJOR = 101;
const PLAIN = 111;
const TRANSPOSED = 112;

const SPELLINGS: readonly Symbols[] = [
  { sgemm: "cblas_sgemm", dgemm: "cblas_dgemm", integer: "int" },
  { sgemm: "scipy_cblas_sgemm", dgemm: "scipy_cblas_dgemm", integer: "int" },
  { sgemm: "cblas_sgemm64_", dgemm: "cblas_dgemm64_", integer: "int64_t" },
  { sgemm: "scipy_cblas_sgemm64_", dgemm: "scipy_cblas_dgemm64_", integer: "int64_t" },
];

/** The spelling under which a library has both functions; undefined where it is no CBLAS. */
export function symbolsOf(library: LibraryHandle): Symbols | undefined {
  return SPELLINGS.find((symbols) => {
    try {
      declare(library, symbols);
      return true;
    } catch {
      return false;
    }
  });
}

function declare(library: LibraryHandle, { sgemm, dgemm, integer }: Symbols) {
  const product = (name: string, real: string) =>
    library.func(
      `void ${name}(int layout, int transA, int transB, ${integer} m, ${integer} n, ${integer} k, ${real} alpha, ` +
        `uintptr_t a, ${integer} lda, uintptr_t b, ${integer} ldb, ${real} beta, uintptr_t c, ${integer} ldc)`,
    );
  return { single: product(sgemm, "float"), double: product(dgemm, "double") };
}

/** Throws when the library cannot be loaded (any more). The memory must not grow afterwards. */
export function bind(memory: WebAssembly.Memory, data: unknown): Gemm {
  const { path, symbols, library } = data as BlasLink;
  const handle = load(path);
  // In each thread, as some builds (those with OpenMP, Accelerate) keep the number for each.
  LIBRARIES.find(({ name }) => name === library)?.useOneThread(handle);
  const { single, double } = declare(handle, symbols);
  const base = Number(koffi.address(new Uint8Array(memory.buffer)));
  return (wide, transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc) => {
    (wide ? double : single)(
      ROW_MAJOR,
      transposeA ? TRANSPOSED : PLAIN,
      transposeB ? TRANSPOSED : PLAIN,
      ...([m, n, k, 1, base + a, lda, base + b, ldb, 0, base + c, ldc] as const),
    );
  };
}
