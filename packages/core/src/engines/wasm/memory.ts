/** Memory that a module of kernels works on: sized once, never grown. */

export const PAGE = 65536;

/** What each of the modules exports. */
export interface KernelModule {
  /** Where the module's own constants end: memory from here on is the host's. */
  readonly heapBase: WebAssembly.Global;
}

/** Throws RangeError when there is not so much memory to be had. */
export function allocate(bytes: number, name: string, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch (cause) {
    const size = `${(bytes / 2 ** 30).toPrecision(3)} GiB`;
    throw new RangeError(`${name}: needs ${size} of memory, more than can be had (4 GiB at most)`, { cause });
  }
}
