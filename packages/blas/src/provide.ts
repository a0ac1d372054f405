/** A library that was found and checked, as a provider of products and factorisations, in any thread of the process. */
import { type BlasLink, bind } from "./bind.ts";
import type { Blas } from "./blas.ts";
import { faster } from "./faster.ts";
import { type LinearAlgebra, lapack } from "./lapack.ts";
import { isWrong } from "./trust.ts";
import { openWisdom } from "./wisdom.ts";

/** What another thread needs to have the same provider. */
export interface Provision {
  readonly link: BlasLink;
  /** Library, version and kind of processor. */
  readonly name: string;
  readonly version: string;
  /** The folder that keeps what was measured; null keeps it in memory only. */
  readonly cache: string | null;
}

/** Throws where the library cannot be loaded (any more). */
export function provide(data: unknown): Blas {
  const { link, name, version, cache } = data as Provision;
  const own = {
    bind: (memory: WebAssembly.Memory) => bind(memory, link),
    prefers: openWisdom(name, cache),
    linearAlgebra(algebra: LinearAlgebra) {
      const routines = lapack(link, algebra);
      return routines === undefined || isWrong(routines) ? algebra : faster(algebra, routines, own.prefers);
    },
  };
  return {
    ...{ name, library: link.library, version, path: link.path },
    // What a worker loads is the build; the path is the same from src/ and from dist/.
    ...{ module: new URL("../dist/bind.js", import.meta.url).href, data: link, ...own },
    provider() {
      // What is measured and kept in one thread's memory alone, another would measure otherwise.
      const isOwn = this.prefers === own.prefers && this.bind === own.bind && this.linearAlgebra === own.linearAlgebra;
      const isAlike = cache !== null && isOwn;
      return isAlike ? { module: new URL("../dist/provide.js", import.meta.url).href, data } : undefined;
    },
  };
}
