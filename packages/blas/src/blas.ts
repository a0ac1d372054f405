/** A library that was found and can be used. */
import type { GemmProvider } from "@chaingrad/core";

/** A library of the system that was checked: give it to `wasmEngine` as `gemm`. */
export interface Blas extends GemmProvider {
  /** "OpenBLAS", "MKL", … */
  readonly library: string;
  readonly version: string;
  readonly path: string;
}
