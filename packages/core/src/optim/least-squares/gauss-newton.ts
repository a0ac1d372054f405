/**
 * Gauss-Newton: p = −(JᵀJ)⁻¹ Jᵀr, the minimizer of ½‖r + J p‖², with its length found by halving until f decreases enough.
 * Where JᵀJ is singular the least damping that makes it positive definite is added. For losses that are no squares JᵀJ is
 * JᵀH_L J.          Nocedal & Wright, "Numerical Optimization", 2nd ed., section 10.3; Schraudolph 2002
 */

import { choleskySolve } from "../../linalg/cholesky.ts";
import type { LinearAlgebra } from "../../linalg/linear-algebra.ts";
import { readOptions } from "../../nn/options.ts";
import {
  blocked,
  endingIn,
  endingOf,
  isRounding,
  type Minimizer,
  nextIteration,
  type Problem,
  project,
  ROUNDING,
  Stillness,
  zeroed,
} from "../minimizers/minimizer.ts";
import { isolate } from "../minimizers/newton.ts";
import { dot, isFiniteVector, matVec, maxNorm, norm, plus } from "../minimizers/vector.ts";

const MOST = 3000;
const ARMIJO = 1e-4;
const MOST_HALVINGS = 40;
/** Steps in a row that may fail to lower f. */
const PATIENCE = 5;

export function gaussNewton(options: object = {}): Minimizer {
  readOptions("gauss-newton", options, {});
  return {
    name: "gauss-newton",
    kind: "minimizer",
    needs: ["gauss-newton"],
    bounded: true,
    most: { size: MOST, instead: "newton-cg or lbfgs" },
    iterate,
  };
}

const iterate: Minimizer["iterate"] = function* (problem, start, tolerances, memory) {
  const ended = endingOf(memory);
  if (ended) return ended;
  const { bounds } = problem;
  let x = project(start, bounds);
  const still = new Stillness(tolerances, PATIENCE, memory);
  for (let iteration = nextIteration(memory); ; iteration++) {
    const f = problem.value(x);
    const full = problem.gradient(x);
    const fixed = blocked(x, full, bounds);
    const gradient = zeroed(full, fixed);
    if (maxNorm(gradient) <= tolerances.gradient) return "gradient";
    const matrix = isolate(problem.gaussNewton?.(x) as Float64Array, fixed);
    if (!isFiniteVector(gradient) || !isFiniteVector(matrix)) return "stalled";
    const { step, damping } = dampedSolve(matrix, gradient, problem.linearAlgebra);
    const found = halve(problem, x, f, step, gradient);
    if (found === undefined) return "stalled";
    const { moved, stepLength } = found;
    const taken = plus(moved, x, -1);
    const actual = f - problem.value(moved);
    x = moved;
    const isStill = still.after(f - actual);
    const ending = isRounding(taken, x) ? "step" : isStill ? "objective" : undefined;
    yield {
      iteration,
      accepted: true,
      x,
      objective: f - actual,
      gradientNorm: norm(gradient),
      stepNorm: norm(taken),
      predicted: -dot(gradient, taken) - 0.5 * dot(taken, matVec(matrix, taken)),
      actual,
      damping,
      stepLength,
      state: { gaussNewton: matrix, gradient },
      memory: () => ({ iteration, ...still.memory, ...endingIn(ending) }),
    };
    if (ending) return ending;
  }
};

/** −(B + λI)⁻¹ g with λ = 0, or else the first of ε‖B‖, 10 ε‖B‖, … for which B + λI is positive definite. */
function dampedSolve(matrix: Float64Array, gradient: Float64Array, algebra: LinearAlgebra) {
  const n = gradient.length;
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(matrix[i * n + i]));
  for (let damping = 0; ; damping = damping === 0 ? n * Number.EPSILON * (largest || 1) : 10 * damping) {
    const factor = matrix.slice();
    for (let i = 0; i < n; i++) factor[i * n + i] += damping;
    if (algebra.cholesky(factor, n) >= 0 && damping < Number.MAX_VALUE) continue;
    const step = gradient.map((value) => -value);
    choleskySolve(factor, n, step);
    if (step.every(Number.isFinite) || damping > largest) return { step, damping };
  }
}

function halve(problem: Problem, x: Float64Array, f: number, step: Float64Array, gradient: Float64Array) {
  const slack = ROUNDING * Math.abs(f);
  for (let stepLength = 1, round = 0; round < MOST_HALVINGS; stepLength /= 2, round++) {
    const moved = project(plus(x, step, stepLength), problem.bounds);
    const expected = dot(gradient, plus(moved, x, -1));
    if (expected < 0 && problem.value(moved) <= f + ARMIJO * expected + slack) return { moved, stepLength };
  }
  return undefined;
}
