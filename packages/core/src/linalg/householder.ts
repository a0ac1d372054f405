/**
 * The reflection H = I − τ v vᵀ, with v[0] = 1, that takes a vector to a multiple of the first unit vector:
 *   H x = β e₀,   β = −sign(x₀) ‖x‖,   v = x / (x₀ − β) beyond v[0],   τ = (β − x₀) / β
 * The sign makes x₀ − β a sum, so nothing cancels.
 * Golub & Van Loan, "Matrix computations", 4th ed., §5.1; the scaling of v as in LAPACK's dlarfg
 */
import { hypotenuse, norm } from "./vector.ts";

/**
 * Overwrites x₀, at `first`, with β and the `count` others, from `rest` on and `stride` apart, with v. Where the others
 * are zero already, H = I.
 * @returns τ: 0 or in [1, 2]
 */
export function reflector(x: Float64Array, first: number, rest: number, count: number, stride: number): number {
  const length = norm(x, rest, count, stride);
  if (length === 0) return 0;
  const alpha = x[first];
  const beta = alpha > 0 ? -hypotenuse(alpha, length) : hypotenuse(alpha, length);
  for (let i = 0, p = rest; i < count; i++, p += stride) x[p] /= alpha - beta;
  x[first] = beta;
  return (beta - alpha) / beta;
}
