/**
 * s = (H + γI)⁻¹ v of a model's objective, with the least γ, up to a factor, that makes H + γI positive definite.
 *
 * Up to MOST_FACTORISED parameters H is made and factorised by Cholesky's method; of more parameters conjugate gradients (Hestenes &
 * Stiefel, 1952) ask for exact products H p (Pearlmutter, 1994) alone. γ is 0 where the smallest eigenvalue of H is above FLOOR times
 * its largest diagonal element. Else γ grows from there four-fold until H + γI is positive definite, and is then doubled, so that no
 * direction is left that is stiff by chance alone: the smallest eigenvalue of H + γI is then at least γ/2.
 * Whichever way, the residual of the solution is computed from one more product.
 */
import type { ModelProblem } from "@chaingrad/core/curvature";
import { choleskySolve } from "@chaingrad/core/curvature";

/** A solution, and how good it is. */
export interface Solution {
  /** s, [parameters] */
  readonly solution: Float64Array;
  /** γ: 0 where H itself is positive definite. */
  readonly damping: number;
  /** ‖(H + γI) s − v‖ / ‖v‖ */
  readonly residual: number;
  readonly method: "cholesky" | "conjugate-gradients";
  /** Whether H has curvature below 0, so that the point is no minimum: by more than the least damping. */
  readonly isIndefinite: boolean;
}

/** 1500² numbers are 18 MB. */
const MOST_FACTORISED = 1500;
/** Below this share of the largest, curvature is taken for none. */
const FLOOR = 1e-8;
const GROWTH = 4;
/** Of conjugate gradients. */
const TOLERANCE = 1e-10;
const MOST_PRODUCTS = 3000;

/**
 * @param damping γ as it is given, else the least one
 * @param most parameters for which H is factorised
 * Throws RangeError on a given γ with which H + γI is not positive definite.
 */
export function solveHessian(
  { problem, at }: ModelProblem,
  v: Float64Array,
  damping?: number,
  most: number = MOST_FACTORISED,
): Solution {
  const isSmall = at.length <= most;
  const found = (isSmall ? byFactor : byGradients)({ problem, at }, v, damping);
  if (found === undefined)
    throw new RangeError(
      `damping: with ${damping} the Hessian of the objective is not positive definite; leave it out, and the least that serves is taken`,
    );
  const { solution, damping: own } = found;
  const product = plus(problem.hvp(at, solution), solution, own);
  const length = norm(v);
  const residual = length > 0 ? norm(plus(product, v, -1)) / length : 0;
  return { ...found, residual, method: isSmall ? "cholesky" : "conjugate-gradients" };
}

type Found = Pick<Solution, "solution" | "damping" | "isIndefinite">;

function byFactor({ problem, at }: ModelProblem, v: Float64Array, given: number | undefined): Found | undefined {
  const n = at.length;
  const h = problem.hessian(at);
  const factored = (shift: number): Float64Array | undefined => {
    const a = h.slice();
    for (let i = 0; i < n; i++) a[i * n + i] += shift;
    return problem.linearAlgebra.cholesky(a, n) < 0 ? a : undefined;
  };
  const solved = (factor: Float64Array, damping: number, isIndefinite: boolean): Found => {
    const solution = v.slice();
    choleskySolve(factor, n, solution);
    // Once more for what rounding left over.
    const rest = plus(v, plus(problem.hvp(at, solution), solution, damping), -1);
    choleskySolve(factor, n, rest);
    return { solution: plus(solution, rest, 1), damping, isIndefinite };
  };
  if (given !== undefined) {
    const factor = factored(given);
    return factor && solved(factor, given, false);
  }
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(h[i * n + i]));
  const floor = FLOOR * (largest || 1);
  const bare = factored(-floor) && factored(0);
  if (bare) return solved(bare, 0, false);
  let damping = floor;
  while (factored(damping) === undefined) damping *= GROWTH;
  return solved(factored(2 * damping) as Float64Array, 2 * damping, damping > floor);
}

function byGradients({ problem, at }: ModelProblem, v: Float64Array, given: number | undefined): Found | undefined {
  const first = problem.hvp(at, v);
  const floor = FLOOR * (norm(first) / (norm(v) || 1) || 1);
  let damping = given ?? 0;
  for (;;) {
    const found = conjugateGradients((p) => plus(problem.hvp(at, p), p, damping), v, floor);
    if (typeof found !== "number")
      return { solution: found, damping, isIndefinite: given === undefined && damping > 2 * floor };
    if (given !== undefined) return undefined;
    // The curvature that was met, without the damping, bounds the least one.
    damping = Math.max(GROWTH * damping, 2 * (damping - found), 2 * floor);
  }
}

/** x with A x = v; where a direction's curvature is not above `least`, that curvature. */
function conjugateGradients(
  times: (p: Float64Array) => Float64Array,
  v: Float64Array,
  least: number,
): Float64Array | number {
  let x: Float64Array = new Float64Array(v.length);
  let r: Float64Array = v.slice();
  let p: Float64Array = r;
  let square = dot(r, r);
  const enough = TOLERANCE ** 2 * square;
  for (let k = 0; k < MOST_PRODUCTS && square > enough; k++) {
    const product = times(p);
    const curved = dot(p, product);
    const curvature = curved / dot(p, p);
    if (!(curvature > least)) return curvature;
    const step = square / curved;
    x = plus(x, p, step);
    r = plus(r, product, -step);
    const next = dot(r, r);
    p = plus(r, p, next / square);
    square = next;
  }
  return x;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i] * b[i];
  return total;
}

export const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** a + s b */
const plus = (a: Float64Array, b: Float64Array, s: number): Float64Array => a.map((value, i) => value + s * b[i]);
