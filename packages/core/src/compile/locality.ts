/**
 * Which thread has what in its cache: what it wrote itself, or has read since it was written. What a thread reads and
 * has not got comes over from another core, which takes as long as some arithmetic.
 */
import { type Access, bytesOf, overlap } from "./access.ts";
import type { Buffer } from "./memory.ts";

export type Owned = Access & { readonly thread: number };

export class Locality {
  readonly #copies = new Map<Buffer, Owned[]>();

  /** @param start what threads have before the first step: the parameters that they updated in the step before */
  constructor(start: readonly Owned[]) {
    this.commit(start);
  }

  /** Bytes that an access brings over from other threads. Memory that nobody writes is everybody's. */
  #missing(access: Owned): number {
    const copies = this.#copies.get(access.buffer);
    if (access.write || copies === undefined) return 0;
    const own = copies.filter(({ thread }) => thread === access.thread);
    return Math.max(0, bytesOf(access) - own.reduce((sum, copy) => sum + overlap(access, copy), 0));
  }

  /** Bytes that the accesses of one thread bring over from others. */
  remote(accesses: readonly Owned[]): number {
    return accesses.reduce((sum, access) => sum + this.#missing(access), 0);
  }

  /** All accesses of one step, by all threads: what was written before is gone, what is read or written is here. */
  commit(accesses: readonly Owned[]): void {
    const written = new Set(accesses.filter(({ write }) => write).map(({ buffer }) => buffer));
    for (const buffer of written) this.#copies.set(buffer, []);
    for (const access of accesses) {
      const isNew = access.write || (!written.has(access.buffer) && this.#missing(access) > 0);
      if (isNew) this.#copies.get(access.buffer)?.push(access);
    }
  }
}
