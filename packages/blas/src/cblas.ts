/** The products of libraries with the interface CBLAS: sgemm and dgemm, under whatever spelling. */
import type { Gemm } from "@chaingrad/core";
import type { LibraryHandle } from "koffi";
import { LIBRARIES } from "./libraries.ts";
import { load } from "./load.ts";

/** What a thread needs to call one of them. */
export interface CblasLink {
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

/** The library's product on a memory that starts at `base`. Throws when the library cannot be loaded (any more). */
export function bindCblas(base: number, { path, symbols, library }: CblasLink): Gemm {
  const handle = load(path);
  // In each thread, as some builds (those with OpenMP, Accelerate) keep the number for each.
  LIBRARIES.find(({ name }) => name === library)?.useOneThread(handle);
  const { single, double } = declare(handle, symbols);
  return (wide, transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc) => {
    (wide ? double : single)(
      ROW_MAJOR,
      transposeA ? TRANSPOSED : PLAIN,
      transposeB ? TRANSPOSED : PLAIN,
      ...([m, n, k, 1, base + a, lda, base + b, ldb, 0, base + c, ldc] as const),
    );
  };
}
