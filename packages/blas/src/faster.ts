/** Which of two implementations of the factorisations is faster, for each kind and size, as measured once. */
import type { GemmProvider } from "@chaingrad/core";
import type { LinearAlgebra } from "./lapack.ts";

/** Sizes between which the answer is taken to be the same; below the least nothing is won by calling a library. */
const SIZES = [16, 32, 64, 128, 256];

/** Symmetric, positive definite, and no rows alike. */
function example(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, p) => {
    const [i, j] = [Math.floor(p / n), p % n];
    return i === j ? n : Math.cos(i * j);
  });
}

/** The factorisations, each by `library` where it is faster than `own`. */
export function faster(own: LinearAlgebra, library: LinearAlgebra, prefers: GemmProvider["prefers"]): LinearAlgebra {
  const choose = (kind: "cholesky" | "qr" | "eigen", n: number): LinearAlgebra => {
    const size = SIZES.findLast((least) => least <= n);
    if (size === undefined) return own;
    const isFaster = prefers(`${kind} of ${size}×${size}`, (byLibrary, times) => {
      const algebra = byLibrary ? library : own;
      const matrix = example(size);
      const work = matrix.slice();
      const before = performance.now();
      for (let i = 0; i < times; i++) {
        work.set(matrix); // not a fresh copy, which would take longer than the factorisation
        if (kind === "qr") algebra.qr(work, size, size);
        else algebra[kind](work, size);
      }
      return performance.now() - before;
    });
    return isFaster ? library : own;
  };
  return {
    name: `${own.name} or ${library.name}`,
    cholesky: (a, n) => choose("cholesky", n).cholesky(a, n),
    qr: (a, m, n) => choose("qr", Math.min(m, n)).qr(a, m, n),
    eigen: (a, n) => choose("eigen", n).eigen(a, n),
  };
}
