/** Which of two implementations of the factorisations is faster, for each kind and size, as measured once. */
import type { LinearAlgebra } from "./lapack.ts";
import { type Choose, KERNELS } from "./wisdom.ts";

/** Sizes between which the answer is taken to be the same; below the least nothing is won by calling a library. */
const SIZES = [16, 32, 64, 128, 256];

/** Symmetric, positive definite, and no rows alike. */
function example(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, p) => {
    const [i, j] = [Math.floor(p / n), p % n];
    return i === j ? n : Math.cos(i * j);
  });
}

/** A library's factorisations, and what it is called. */
interface Routines {
  readonly routines: LinearAlgebra;
  readonly library: string;
}

/** The factorisations, each by the library's where they are faster than `own`. */
export function faster(own: LinearAlgebra, { routines, library }: Routines, chooseWay: Choose): LinearAlgebra {
  const choose = (kind: "cholesky" | "qr" | "eigen", n: number): LinearAlgebra => {
    const size = SIZES.findLast((least) => least <= n);
    if (size === undefined) return own;
    const way = chooseWay(`${kind} of ${size}×${size}`, [library, KERNELS], (way, times) => {
      const algebra = way === library ? routines : own;
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
    return way === library ? routines : own;
  };
  return {
    name: `${own.name} or ${routines.name}`,
    cholesky: (a, n) => choose("cholesky", n).cholesky(a, n),
    qr: (a, m, n) => choose("qr", Math.min(m, n)).qr(a, m, n),
    eigen: (a, n) => choose("eigen", n).eigen(a, n),
  };
}
