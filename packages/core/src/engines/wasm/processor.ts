/**
 * Kernels for the processor at hand, in the place of the embedded ones: they walk the same plans on the same memory, in one call for
 * any number of steps. `@chaingrad/native` makes such a provider.
 */

/** A library's products, as code that is not JavaScript calls them. */
export interface LibraryCall {
  /** The file, as the dynamic loader takes it. */
  readonly path: string;
  /** How it is called: as CBLAS with integers of 32 or 64 bits, or as oneDNN's BLAS-like functions. */
  readonly convention: "cblas" | "cblas64" | "onednn";
  /** The names of its functions of f32 and, where it has one, of f64. */
  readonly single: string;
  readonly double?: string;
}

/** What a thread needs to find the kernels again. */
export interface KernelLink {
  /** The URL of an ES module, whose `provide(data)` gives a `KernelProvider`. */
  readonly module: string;
  /** Anything that can be sent to a thread. */
  readonly data: unknown;
}

/** Kernels that were found and can be used: give them to `wasmEngine` as `kernels`. */
export interface KernelProvider extends KernelLink {
  /** "native kernels (AVX-512)". */
  readonly name: string;
  /** Bytes of workspace of a product of m × k by k × n. */
  workspace(m: number, n: number, k: number, elementBytes: number): number;
  /**
   * The kernels on a memory, which must not grow any more, for the calling thread.
   * @param libraries whom plans may ask for products; throws Error where one cannot be loaded
   */
  bind(memory: WebAssembly.Memory, libraries: readonly LibraryCall[]): ProcessorKernels;
}

/** Addresses are bytes from the start of the memory. */
export interface ProcessorKernels {
  /** By which number plans ask for each of the libraries: the same in all threads. */
  readonly libraries: readonly number[];
  /**
   * Runs steps first … first + steps − 1 of the plan of so many words at an address: 0 when another thread failed, else 1.
   * Throws WebAssembly.RuntimeError on an instruction that it could not execute.
   */
  run(plan: number, words: number, first: number, steps: number): number;
  /** Looks at a word for some microseconds: whether it changes from `old`. */
  changes(word: number, old: number): boolean;
}

/** What a worker is sent to have the same kernels. */
export interface ProcessorLink {
  readonly link: KernelLink;
  readonly libraries: readonly LibraryCall[];
}

/** In the calling thread. Rejects where the kernels or a library are not found any more. */
export async function providedKernels({ module, data }: KernelLink): Promise<KernelProvider> {
  const { provide } = (await import(module)) as { provide(data: unknown): KernelProvider };
  return provide(data);
}

/** What can be sent of them. */
export const linkTo = ({ module, data }: KernelLink): KernelLink => ({ module, data });
