/** Libraries that were found and checked, as a provider of products and factorisations, in any thread of the process. */
import type { LibraryCall } from "@chaingrad/core";
import type { Bf16Link } from "./bf16.ts";
import { bind, isBf16, isCblas, type Link } from "./bind.ts";
import type { Blas } from "./blas.ts";
import { faster } from "./faster.ts";
import { type LinearAlgebra, lapack } from "./lapack.ts";
import { isWrong } from "./trust.ts";
import { KERNELS, openWisdom } from "./wisdom.ts";

/** A library, and what it says of itself. */
export interface Found {
  readonly link: Link;
  /** Version and kind of processor. */
  readonly version: string;
}

/** What another thread needs to have the same provider. */
export interface Provision {
  /** A BLAS, or oneDNN, or both in this order. */
  readonly found: readonly Found[];
  /** Products of bf16, or why there are none. */
  readonly bf16: Bf16Link | string;
  /** The folder that keeps what was measured; null keeps it in memory only. */
  readonly cache: string | null;
}

/** How kernels that are not WebAssembly call it. */
function callOf(link: Link): LibraryCall {
  if (!isCblas(link)) return { path: link.path, convention: "onednn", single: "dnnl_sgemm" };
  const { sgemm: single, dgemm: double, integer } = link.symbols;
  return { path: link.path, convention: integer === "int" ? "cblas" : "cblas64", single, double };
}

/** Throws where a library cannot be loaded (any more). */
export function provide(data: unknown): Blas {
  const { found, bf16, cache } = data as Provision;
  const links = [...found.map(({ link }) => link), ...(typeof bf16 === "string" ? [] : [bf16])];
  const libraries = links.map(({ library }) => library);
  const name = found.map(({ link, version }) => `${link.library} ${version}`).join(" and ");
  const choose = openWisdom(name, [KERNELS, ...libraries], cache);
  const cblas = links.find(isCblas);
  const own = {
    bind: (memory: WebAssembly.Memory) => bind(memory, links),
    prefers(product: string, wide: boolean, time: (library: number, times: number) => number, rounds = false): number {
      // Where it may round, what rounds comes first; where it must not, such a library is not asked.
      const may = (link: Link): boolean => (isBf16(link) ? rounds : !wide || isCblas(link));
      const ways = links.filter(may).map(({ library }) => library);
      if (rounds) ways.reverse();
      const place = (way: string): number => (libraries as readonly string[]).indexOf(way);
      return place(choose(product, [...ways, KERNELS], (way, times) => time(place(way), times)));
    },
    linearAlgebra(algebra: LinearAlgebra) {
      if (cblas === undefined) return algebra;
      const routines = lapack(cblas, algebra);
      if (routines === undefined || isWrong(routines)) return algebra;
      return faster(algebra, { routines, library: cblas.library }, choose);
    },
  };
  const [{ link, version }] = found;
  return {
    ...{ name, libraries, bf16: typeof bf16 === "string" ? bf16 : links.indexOf(bf16) },
    ...{ calls: found.map(({ link }) => callOf(link)), library: link.library, version, path: link.path },
    // What a worker loads is the build; the path is the same from src/ and from dist/.
    ...{ module: new URL("../dist/bind.js", import.meta.url).href, data: links, ...own },
    provider() {
      // What is measured and kept in one thread's memory alone, another would measure otherwise.
      const isOwn = this.prefers === own.prefers && this.bind === own.bind && this.linearAlgebra === own.linearAlgebra;
      const isAlike = cache !== null && isOwn;
      return isAlike ? { module: new URL("../dist/provide.js", import.meta.url).href, data } : undefined;
    },
  };
}
