/** Matrix products by a library of the host's, on the engine's own memory. `@chaingrad/blas` makes such a provider. */
import type { LinearAlgebra } from "../../linalg/linear-algebra.ts";
import type { LibraryCall } from "./processor.ts";

/** C = op(A) op(B), row-major; addresses in bytes, sizes and leading dimensions in elements; f64 if `wide`, else f32. */
export type Gemm = (
  wide: boolean,
  transposeA: boolean,
  transposeB: boolean,
  m: number,
  n: number,
  k: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  c: number,
  ldc: number,
) => void;

/** What a thread needs to find the library again. */
export interface GemmLink {
  /** The URL of an ES module; of libraries that are to multiply, its `bind(memory, data)` gives the calling thread their products. */
  readonly module: string;
  /** Anything that can be sent to a thread. */
  readonly data: unknown;
}

/** Libraries that multiply matrices on the engine's own memory, as `@chaingrad/blas` finds them. */
export interface GemmProvider extends GemmLink {
  /** The libraries and their versions. */
  readonly name: string;
  /** What each library is called in a plan, in the order of `bind`: "OpenBLAS". */
  readonly libraries: readonly string[];
  /** How each library is called by kernels that are not WebAssembly, in the same order; without it they multiply by themselves. */
  readonly calls?: readonly LibraryCall[];
  /** Each library's product, for the calling thread. */
  bind(memory: WebAssembly.Memory): readonly Gemm[];
  /**
   * Which library is fastest at a product ("f32 64×784 784×128ᵀ"), by its place; −1 where the embedded kernels are. The answer
   * never changes from run to run, or a training would not give the same bits twice.
   * @param wide whether it is of f64
   * @param time milliseconds of the product, the given number of times, by that library, or by the kernels
   * @param rounds whether one may be taken that rounds the factors to bf16
   */
  prefers(product: string, wide: boolean, time: (library: number, times: number) => number, rounds?: boolean): number;
  /** The place of a library that rounds factors to bf16 and sums in f32, or why there is none. It multiplies only where that is asked for. */
  readonly bf16?: number | string;
  /** The engine's own factorisations, or the library's wherever they are faster. */
  linearAlgebra?(own: LinearAlgebra): LinearAlgebra;
  /**
   * How another thread comes to this provider: the URL of an ES module whose `provide(data)` gives one that prefers the same.
   * Undefined where none would, as where it was changed in part.
   */
  provider?(): GemmLink | undefined;
}

/** The import of the kernels: the product of the instruction at an address. */
export type NativeGemm = (instruction: number, wide: number) => void;

/** Reads instructions (NATIVE_GEMM in opcodes.ts) for the libraries. The memory must not grow any more. */
export function nativeGemm(memory: WebAssembly.Memory, products: readonly Gemm[]): NativeGemm {
  const words = new Int32Array(memory.buffer);
  return (instruction, wide) => {
    const p = instruction >> 2;
    const [a, b, c] = [words[p + 7] >>> 0, words[p + 8] >>> 0, words[p + 9] >>> 0];
    const transposeA = words[p + 5] !== 0;
    const transposeB = words[p + 6] !== 0;
    products[words[p + 13]](
      wide !== 0,
      transposeA,
      transposeB,
      words[p + 2],
      words[p + 3],
      words[p + 4],
      a,
      words[p + 10],
      b,
      words[p + 11],
      c,
      words[p + 12],
    );
  };
}

/** An import of the kernels that no plan asks this thread for. */
export const notHere = (): never => {
  throw new Error("no plan asks for this");
};
