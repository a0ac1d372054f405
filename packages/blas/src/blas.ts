/** Libraries that were found and can be used. */
import type { GemmProvider } from "@chaingrad/core";

/** Libraries of the system that were checked: give them to `wasmEngine` as `gemm`. */
export interface Blas extends GemmProvider {
  /** The first of them: "OpenBLAS", "MKL", …; "oneDNN" where there is no BLAS. */
  readonly library: string;
  readonly version: string;
  readonly path: string;
}
