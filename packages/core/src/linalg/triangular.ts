/**
 * Triangular systems by substitution, row-major, in place on the right-hand side: each unknown in turn is what is left
 * of its equation, over the diagonal. Both directions read rows only: as inner products for L and R, as sums of scaled
 * rows for their transposes.
 * Golub & Van Loan, "Matrix computations", 4th ed., §3.1
 *
 * A zero on the diagonal gives infinities or NaN, as the division does.
 */
import { addScaled, dot } from "./vector.ts";

/** Which part of a buffer is the lower triangle, and whether its diagonal counts. */
export interface LowerOptions {
  /** Numbers from one row of L to the next (default n). */
  readonly leading?: number;
  /** The diagonal is 1, whatever is stored there (default false). */
  readonly unit?: boolean;
}

/** b ← L⁻¹ b for L [n, n], of which only the lower triangle is read. */
export function solveLower(l: Float64Array, n: number, b: Float64Array, options: LowerOptions = {}): void {
  const { leading = n, unit = false } = options;
  for (let i = 0; i < n; i++) {
    const rest = b[i] - dot(l, i * leading, b, 0, i);
    b[i] = unit ? rest : rest / l[i * leading + i];
  }
}

/** b ← L⁻ᵀ b for L [n, n], of which only the lower triangle is read. */
export function solveLowerTransposed(l: Float64Array, n: number, b: Float64Array, options: LowerOptions = {}): void {
  const { leading = n, unit = false } = options;
  for (let i = n - 1; i >= 0; i--) {
    if (!unit) b[i] /= l[i * leading + i];
    addScaled(b, 0, -b[i], l, i * leading, i);
  }
}

/** b ← R⁻¹ b for R [n, n], of which only the upper triangle is read; rows are `leading` numbers apart. */
export function solveUpper(r: Float64Array, n: number, b: Float64Array, leading: number = n): void {
  for (let i = n - 1; i >= 0; i--) {
    const diagonal = i * leading + i;
    b[i] = (b[i] - dot(r, diagonal + 1, b, i + 1, n - i - 1)) / r[diagonal];
  }
}

/** b ← R⁻ᵀ b for R [n, n], of which only the upper triangle is read; rows are `leading` numbers apart. */
export function solveUpperTransposed(r: Float64Array, n: number, b: Float64Array, leading: number = n): void {
  for (let i = 0; i < n; i++) {
    const diagonal = i * leading + i;
    b[i] /= r[diagonal];
    addScaled(b, i + 1, -b[i], r, diagonal + 1, n - i - 1);
  }
}
