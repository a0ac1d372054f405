/**
 * The products of libraries on a WebAssembly memory, without copies: the memory does not move, so an address in it is its base plus an
 * offset. Every thread binds for itself.
 */
import type { Gemm } from "@chaingrad/core";
import { BF16_NAME, type Bf16Link, bindBf16 } from "./bf16.ts";
import { bindCblas, type CblasLink } from "./cblas.ts";
import koffi from "./koffi.ts";
import { bindOneDnn, ONE_DNN, type OneDnnLink } from "./onednn.ts";

/** What a thread needs to call a library. */
export type Link = CblasLink | OneDnnLink | Bf16Link;

export const isBf16 = (link: Link): link is Bf16Link => link.library === BF16_NAME;
export const isCblas = (link: Link): link is CblasLink => link.library !== ONE_DNN && !isBf16(link);

/** In the order of the links. Throws when a library cannot be loaded (any more). The memory must not grow afterwards. */
export function bind(memory: WebAssembly.Memory, data: unknown): Gemm[] {
  const base = Number(koffi.address(new Uint8Array(memory.buffer)));
  return (data as readonly Link[]).map((link) => {
    if (isCblas(link)) return bindCblas(base, link);
    return isBf16(link) ? bindBf16(base, link) : bindOneDnn(base, link);
  });
}
