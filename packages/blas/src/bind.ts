/**
 * The products of libraries on a WebAssembly memory, without copies: the memory does not move, so an address in it is its base plus an
 * offset. Every thread binds for itself.
 */
import type { Gemm } from "@chaingrad/core";
import { bindCblas, type CblasLink } from "./cblas.ts";
import koffi from "./koffi.ts";
import { bindOneDnn, ONE_DNN, type OneDnnLink } from "./onednn.ts";

/** What a thread needs to call a library. */
export type Link = CblasLink | OneDnnLink;

export const isCblas = (link: Link): link is CblasLink => link.library !== ONE_DNN;

/** In the order of the links. Throws when a library cannot be loaded (any more). The memory must not grow afterwards. */
export function bind(memory: WebAssembly.Memory, data: unknown): Gemm[] {
  const base = Number(koffi.address(new Uint8Array(memory.buffer)));
  return (data as readonly Link[]).map((link) => (isCblas(link) ? bindCblas(base, link) : bindOneDnn(base, link)));
}
