/**
 * The factorisations of `@chaingrad/core` by the LAPACK that most BLAS libraries carry: dpotrf, dgeqp3, dsyevd. LAPACK
 * takes matrices by columns, so a lower triangle by rows is its upper one, and what it gives as columns are our rows.
 * Anderson et al., "LAPACK users' guide", 3rd ed.
 */
import type { SyncEngine } from "@chaingrad/core";
import type { CblasLink } from "./cblas.ts";
import { load } from "./load.ts";

export type LinearAlgebra = Awaited<ReturnType<NonNullable<SyncEngine["linearAlgebra"]>>>;
type Qr = ReturnType<LinearAlgebra["qr"]>;
type SymmetricEigen = ReturnType<LinearAlgebra["eigen"]>;

interface Routines {
  readonly potrf: (...args: readonly unknown[]) => void;
  readonly geqp3: (...args: readonly unknown[]) => void;
  readonly syevd: (...args: readonly unknown[]) => void;
  /** Whole numbers as the library has them; arguments go by address. */
  readonly integers: (values: readonly number[]) => Int32Array | BigInt64Array;
  /** Room for so many numbers until the next call, kept: fresh memory can cost as much as a factorisation. */
  readonly room: (count: number) => Float64Array;
}

/** Columns of dgeqp3's blocks that its workspace is for. */
const BLOCK = 64;

/** The library's routines; undefined where it has no LAPACK. */
function declare({ path, symbols }: CblasLink): Routines | undefined {
  const library = load(path);
  // "scipy_cblas_dgemm64_" goes with "scipy_dpotrf_64_". Fortran's texts have their lengths at the end of the list.
  const routine = (name: string, parameters: string) =>
    library.func(`void ${symbols.dgemm.replace("cblas_dgemm", `${name}_`)}(${parameters})`);
  let kept = new Float64Array(0);
  const room = (count: number): Float64Array => {
    if (kept.length < count) kept = new Float64Array(count);
    return kept.subarray(0, count);
  };
  const pointers = (count: number): string => Array.from({ length: count }, (_, i) => `void *p${i}`).join(", ");
  try {
    return {
      potrf: routine("dpotrf", `const char *uplo, ${pointers(4)}, size_t length`),
      geqp3: routine("dgeqp3", pointers(9)),
      syevd: routine("dsyevd", `const char *jobz, const char *uplo, ${pointers(9)}, size_t length0, size_t length1`),
      room,
      integers: (values) => (symbols.integer === "int" ? Int32Array.from(values) : BigInt64Array.from(values, BigInt)),
    };
  } catch {
    return undefined;
  }
}

/**
 * The library's factorisations; undefined where it has none.
 * @param own for matrices with numbers that are not finite, at which libraries differ
 */
export function lapack(link: CblasLink, own: LinearAlgebra): LinearAlgebra | undefined {
  const routines = declare(link);
  if (routines === undefined) return undefined;
  return {
    name: "LAPACK",
    cholesky: (a, n) => cholesky(routines, a, n),
    qr: (a, m, n) => (m * n > 0 && areFinite(a, 0, m * n) ? qr(routines, a, m, n) : own.qr(a, m, n)),
    eigen: (a, n) => (n > 0 && isLowerFinite(a, n) ? eigen(routines, a, n) : own.eigen(a, n)),
  };
}

function areFinite(a: Float64Array, from: number, to: number): boolean {
  for (let p = from; p < to; p++) if (!Number.isFinite(a[p])) return false;
  return true;
}

function isLowerFinite(a: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) if (!areFinite(a, i * n, i * n + i + 1)) return false;
  return true;
}

function cholesky({ potrf, integers }: Routines, a: Float64Array, n: number): number {
  const size = integers([n]);
  const info = integers([0]);
  potrf("U", size, a, integers([Math.max(1, n)]), info, 1);
  const failed = Number(info[0]);
  const rows = failed > 0 ? failed - 1 : n;
  // Libraries that ask whether a pivot is ≤ 0 go on with NaN.
  for (let i = 0; i < rows; i++) if (!(a[i * n + i] > 0)) return i;
  return failed > 0 ? failed - 1 : -1;
}

function qr({ geqp3, integers, room }: Routines, a: Float64Array, m: number, n: number): Qr {
  const space = room(m * n + 2 * n + (n + 1) * BLOCK);
  const [columns, work] = [space.subarray(0, m * n), space.subarray(m * n)];
  transpose(a, m, n, columns);
  const permutation = integers(new Array(n).fill(0));
  const tau = new Float64Array(Math.min(m, n));
  geqp3(
    integers([m]),
    integers([n]),
    columns,
    integers([m]),
    permutation,
    tau,
    work,
    integers([work.length]),
    integers([0]),
  );
  return {
    ...{ m, n, tau, factor: transpose(columns, n, m, new Float64Array(m * n)) },
    permutation: Int32Array.from({ length: n }, (_, j) => Number(permutation[j]) - 1),
  };
}

/** `result` ← Aᵀ of A [m, n], tile by tile, so that neither is read or written across the cache. */
function transpose(a: Float64Array, m: number, n: number, result: Float64Array): Float64Array {
  const TILE = 16;
  for (let i0 = 0; i0 < m; i0 += TILE) {
    for (let j0 = 0; j0 < n; j0 += TILE) {
      const [iEnd, jEnd] = [Math.min(i0 + TILE, m), Math.min(j0 + TILE, n)];
      for (let i = i0; i < iEnd; i++) for (let j = j0; j < jEnd; j++) result[j * m + i] = a[i * n + j];
    }
  }
  return result;
}

function eigen({ syevd, integers, room }: Routines, a: Float64Array, n: number): SymmetricEigen {
  const vectors = a.slice(0, n * n);
  const values = new Float64Array(n);
  const work = room(1 + 6 * n + 2 * n * n);
  const whole = integers(new Array(3 + 5 * n).fill(0));
  const info = integers([0]);
  const sizes = [work.length, whole.length].map((length) => integers([length]));
  syevd("V", "U", integers([n]), vectors, integers([n]), values, work, sizes[0], whole, sizes[1], info, 1, 1);
  if (Number(info[0]) !== 0) throw new Error(`dsyevd does not converge: ${info[0]}`);
  return { values, vectors };
}
