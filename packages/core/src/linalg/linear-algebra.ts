/** The factorisations that take O(n³), as an interface: an engine may have faster ones than plain TypeScript. */
import { cholesky } from "./cholesky.ts";
import { type SymmetricEigen, symmetricEigen } from "./eigen.ts";
import { pivotedQr, type Qr } from "./qr.ts";

/** Factorisations and what is solved with them, by an engine's kernels, by a library, or plainly. */
export interface LinearAlgebra {
  readonly name: string;
  /** A = L Lᵀ in place, A [n, n]; −1 or the first pivot that is not > 0: see cholesky.ts. */
  cholesky(a: Float64Array, n: number): number;
  /** Room for a matrix [n, n], which `cholesky` then factorises where it lies; absent: any array is as good. */
  square?(n: number): Float64Array;
  /** A P = Q R, A [m, n]: see qr.ts. */
  qr(a: Float64Array, m: number, n: number): Qr;
  /** A = Vᵀ Λ V, A [n, n]: see eigen.ts. Throws Error when it does not converge. */
  eigen(a: Float64Array, n: number): SymmetricEigen;
}

/** An engine's own factorisations, else the plain ones. */
export const linearAlgebraOf = async (engine: {
  readonly linearAlgebra?: () => Promise<LinearAlgebra>;
}): Promise<LinearAlgebra> => (await engine.linearAlgebra?.()) ?? plainLinearAlgebra;

/** Factorisations in plain TypeScript: what all others are tested against. */
export const plainLinearAlgebra: LinearAlgebra = {
  name: "plain TypeScript",
  cholesky,
  qr: pivotedQr,
  eigen: symmetricEigen,
};
