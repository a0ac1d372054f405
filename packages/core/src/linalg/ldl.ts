/**
 * P A Pᵀ = L D Lᵀ for symmetric A, definite or not: L is unit lower triangular, D has blocks 1×1 and 2×2. The pivot is
 * chosen by Bunch and Kaufman from two columns: the diagonal element where it is not small beside its column, else a
 * larger one, else a 2×2 block, which is then indefinite. With α = (1 + √17)/8 the elements grow at most 2.57-fold a step.
 *   A = [E Cᵀ; C B],  E 1×1 or 2×2:   L = [I; C E⁻¹]  and  B − C E⁻¹ Cᵀ  goes on.
 * Bunch & Kaufman, "Some stable methods for calculating inertia and solving symmetric linear systems", Math. Comp. 31
 * (1977); Golub & Van Loan, "Matrix computations", 4th ed., §4.4
 *
 * Sylvester's law of inertia: A and D have as many positive, negative and zero eigenvalues.
 */
import { solveLower, solveLowerTransposed } from "./triangular.ts";
import { addScaled } from "./vector.ts";

/** A symmetric matrix as Pᵀ L D Lᵀ P. */
export interface Ldl {
  readonly n: number;
  /** Shape [n, n]: L below the diagonal, D on it; a 2×2 block of D at k has its other element above it, at [k, k + 1]. */
  readonly factor: Float64Array;
  /** Shape [n]: which row of A row k of P A is; as ~row for both rows of a 2×2 block. */
  readonly pivots: Int32Array;
}

/** How many eigenvalues of a symmetric matrix are above, below and at zero. */
export interface Inertia {
  readonly positive: number;
  readonly negative: number;
  readonly zero: number;
}

const ALPHA = (1 + Math.sqrt(17)) / 8;

/** Factorises a copy of A [n, n], row-major, of which only the lower triangle is read. NaN spreads and is no error. */
export function ldl(a: Float64Array, n: number): Ldl {
  const factor = a.slice(0, n * n);
  const pivots = Int32Array.from({ length: n }, (_, i) => i);
  for (let k = 0; k < n; ) {
    const { size, row } = choosePivot(factor, n, k);
    const place = k + size - 1;
    if (row !== place) interchange(factor, pivots, n, place, row);
    if (size === 1) eliminateOne(factor, n, k);
    else eliminateTwo(factor, n, k);
    if (size === 2) for (const i of [k, k + 1]) pivots[i] = ~pivots[i];
    k += size;
  }
  return { n, factor, pivots };
}

/** The size of the next pivot, and the row that becomes its last one. */
function choosePivot(a: Float64Array, n: number, k: number): { size: 1 | 2; row: number } {
  const diagonal = Math.abs(a[k * n + k]);
  let largest = 0;
  let row = k;
  for (let i = k + 1; i < n; i++) {
    const value = Math.abs(a[i * n + k]);
    if (value > largest) [largest, row] = [value, i];
  }
  if (row === k || !(diagonal < ALPHA * largest)) return { size: 1, row: k };
  // The largest element beside the diagonal in that other row.
  let other = 0;
  for (let j = k; j < row; j++) other = Math.max(other, Math.abs(a[row * n + j]));
  for (let i = row + 1; i < n; i++) other = Math.max(other, Math.abs(a[i * n + row]));
  if (diagonal >= ALPHA * largest * (largest / other)) return { size: 1, row: k };
  if (Math.abs(a[row * n + row]) >= ALPHA * other) return { size: 1, row };
  return { size: 2, row };
}

/** Swaps rows and columns p < q of the symmetric matrix, and of L as far as it is there. */
function interchange(a: Float64Array, pivots: Int32Array, n: number, p: number, q: number): void {
  const swap = (x: number, y: number): void => {
    [a[x], a[y]] = [a[y], a[x]];
  };
  for (let j = 0; j < p; j++) swap(p * n + j, q * n + j);
  for (let i = p + 1; i < q; i++) swap(i * n + p, q * n + i);
  for (let i = q + 1; i < n; i++) swap(i * n + p, i * n + q);
  swap(p * n + p, q * n + q);
  [pivots[p], pivots[q]] = [pivots[q], pivots[p]];
}

/** Column k, indexed as the rows are. */
function column(a: Float64Array, n: number, k: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => a[i * n + k]);
}

/** A zero pivot has nothing below it (or nothing that counts), so there is nothing to eliminate. */
function eliminateOne(a: Float64Array, n: number, k: number): void {
  const pivot = a[k * n + k];
  const c = column(a, n, k);
  for (let i = k + 1; i < n; i++) {
    const l = pivot === 0 ? 0 : c[i] / pivot;
    addScaled(a, i * n + k + 1, -l, c, k + 1, i - k);
    a[i * n + k] = l;
  }
}

function eliminateTwo(a: Float64Array, n: number, k: number): void {
  const [c, d] = [column(a, n, k), column(a, n, k + 1)];
  const across = c[k + 1];
  for (let i = k + 2; i < n; i++) {
    const [l, m] = solveBlock(c[k], across, d[k + 1], c[i], d[i]);
    addScaled(a, i * n + k + 2, -l, c, k + 2, i - k - 1);
    addScaled(a, i * n + k + 2, -m, d, k + 2, i - k - 1);
    a[i * n + k] = l;
    a[i * n + k + 1] = m;
  }
  a[k * n + k + 1] = across;
  a[(k + 1) * n + k] = 0;
}

/** [p e; e q]⁻¹ (x, y); e is the largest element, so the determinant is that of [p/e 1; 1 q/e], at most α² − 1 < 0. */
function solveBlock(p: number, e: number, q: number, x: number, y: number): readonly [number, number] {
  const determinant = (p / e) * (q / e) - 1;
  return [((q / e) * (x / e) - y / e) / determinant, ((p / e) * (y / e) - x / e) / determinant];
}

/** b ← A⁻¹ b, b [n]; infinities or NaN where A is singular. */
export function ldlSolve({ n, factor, pivots }: Ldl, b: Float64Array): void {
  const source = pivots.map((row) => (row < 0 ? ~row : row));
  const x = Float64Array.from(source, (row) => b[row]);
  solveLower(factor, n, x, { unit: true });
  for (let k = 0; k < n; k++) {
    const diagonal = k * n + k;
    if (pivots[k] >= 0) {
      x[k] /= factor[diagonal];
    } else {
      const [p, e, q] = [factor[diagonal], factor[diagonal + 1], factor[diagonal + n + 1]];
      [x[k], x[k + 1]] = solveBlock(p, e, q, x[k], x[k + 1]);
      k++;
    }
  }
  solveLowerTransposed(factor, n, x, { unit: true });
  source.forEach((row, k) => {
    b[row] = x[k];
  });
}

/** How many eigenvalues of A are positive, negative and zero: exactly so for a matrix within rounding of A. NaN counts nowhere. */
export function inertia({ n, factor, pivots }: Ldl): Inertia {
  let [positive, negative, zero] = [0, 0, 0];
  for (let k = 0; k < n; k++) {
    const diagonal = factor[k * n + k];
    if (pivots[k] < 0) {
      // Bunch and Kaufman's 2×2 blocks have a negative determinant.
      positive++;
      negative++;
      k++;
    } else if (diagonal > 0) positive++;
    else if (diagonal < 0) negative++;
    else if (diagonal === 0) zero++;
  }
  return { positive, negative, zero };
}
