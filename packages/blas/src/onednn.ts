/**
 * oneDNN, Intel's library of kernels for neural networks, which makes code for each shape: on small and transposed products it is
 * often ahead of a BLAS. It has single precision alone.
 * https://uxlfoundation.github.io/oneDNN/v2.6/group_dnnl_api_blas.html
 */
import type { Gemm } from "@chaingrad/core";
import type { LibraryHandle } from "koffi";
import koffi from "./koffi.ts";
import { load } from "./load.ts";

/** What a thread needs to call it. */
export interface OneDnnLink {
  readonly path: string;
  readonly library: typeof ONE_DNN;
}

export const ONE_DNN = "oneDNN";

/** Names to try, as the dynamic loader takes them. */
export const ONE_DNN_FILES: Readonly<Partial<Record<string, readonly string[]>>> = {
  linux: ["libdnnl.so.3", "libdnnl.so.2"],
  win32: ["dnnl.dll"],
  darwin: ["/opt/homebrew/opt/onednn/lib/libdnnl.3.dylib", "libdnnl.3.dylib", "libdnnl.2.dylib"],
};

/** How it runs on several threads, as its version tells: not at all, or by OpenMP, of which one thread can be asked. */
const [SEQUENTIAL, OPENMP] = [1, 2];
const [PLAIN, TRANSPOSED] = ["N", "T"].map((letter) => letter.charCodeAt(0));

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly cpu_runtime: number;
}

const VERSION = {
  major: "int",
  minor: "int",
  patch: "int",
  hash: "const char *",
  cpu_runtime: "uint",
  gpu_runtime: "uint",
};

function versionOf(library: LibraryHandle): Version {
  return koffi.decode(library.func("void *dnnl_version()")(), koffi.struct(VERSION)) as Version;
}

/** "2.6.3". Throws where the library is another one, or shares work out by itself in a way that cannot be turned off. */
export function oneDnnVersion(library: LibraryHandle): string {
  const { major, minor, patch, cpu_runtime } = versionOf(library);
  if (cpu_runtime !== SEQUENTIAL && cpu_runtime !== OPENMP)
    throw new Error(`oneDNN ${major}.${minor}.${patch} is built for threads of its own; expected one for OpenMP`);
  return `${major}.${minor}.${patch}`;
}

/** 2 or 3, whose primitives are called otherwise. */
export function majorOf(library: LibraryHandle): number {
  return versionOf(library).major;
}

/** Of the calling thread: OpenMP keeps the number for each. */
export function useOneThread(library: LibraryHandle): void {
  if (versionOf(library).cpu_runtime === OPENMP) library.func("void omp_set_num_threads(int threads)")(1);
}

/** Its product on a memory that starts at `base`. Throws when the library cannot be loaded (any more). */
export function bindOneDnn(base: number, { path }: OneDnnLink): Gemm {
  const library = load(path);
  useOneThread(library);
  const product = library.func(
    "int dnnl_sgemm(char transA, char transB, int64_t m, int64_t n, int64_t k, float alpha, " +
      "uintptr_t a, int64_t lda, uintptr_t b, int64_t ldb, float beta, uintptr_t c, int64_t ldc)",
  );
  return (wide, transposeA, transposeB, m, n, k, a, lda, b, ldb, c, ldc) => {
    if (wide) throw new Error("oneDNN multiplies in single precision alone");
    const status = product(
      transposeA ? TRANSPOSED : PLAIN,
      transposeB ? TRANSPOSED : PLAIN,
      ...([m, n, k, 1, base + a, lda, base + b, ldb, 0, base + c, ldc] as const),
    );
    if (status !== 0) throw new Error(`oneDNN refuses a product of ${m}×${k} by ${k}×${n} (status ${status})`);
  };
}
