/**
 * Newton's method with the full Hessian, made safe by a trust region: p minimizes gᵀp + ½ pᵀHp within ‖p‖ ≤ Δ. Where H is
 * positive definite and the minimizer lies inside, p = −H⁻¹g, and digits double with each step; where it is not, the exact
 * solution (H + λI) p = −g with H + λI positive semi-definite goes along negative curvature in place of stumbling over it.
 * Nocedal & Wright, "Numerical Optimization", 2nd ed., section 4.3; Moré & Sorensen, "Computing a trust region step", 1983
 */

import { choleskySolve } from "../../linalg/cholesky.ts";
import type { SymmetricEigen } from "../../linalg/eigen.ts";
import type { LinearAlgebra } from "../../linalg/linear-algebra.ts";
import { readOptions } from "../../nn/options.ts";
import type { Minimizer } from "./minimizer.ts";
import { type TrustModel, type TrustStep, trustRegion } from "./trust-region.ts";
import { dot, isFiniteVector, matVec, norm } from "./vector.ts";

/** Beyond this, n² numbers and n³ operations are too many to be worth it. */
const MOST = 3000;

export function newton(options: object = {}): Minimizer {
  readOptions("newton", options, {});
  return {
    name: "newton",
    kind: "minimizer",
    needs: ["hessian"],
    bounded: true,
    most: { size: MOST, instead: "newton-cg" },
    iterate: (problem, start, tolerances, memory) =>
      trustRegion(problem, start, tolerances, {
        ...(memory && { memory }),
        firstRadius: 1,
        modelAt(x, gradient, fixed) {
          const hessian = problem.hessian?.(x) as Float64Array;
          return quadraticModel(isolate(hessian, fixed), gradient, problem.linearAlgebra);
        },
      }),
  };
}

/** The matrix with the rows and columns of fixed parameters those of the identity. */
export function isolate(matrix: Float64Array, fixed: Uint8Array): Float64Array {
  const n = fixed.length;
  if (!fixed.includes(1)) return matrix;
  return matrix.map((value, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return fixed[i] || fixed[j] ? Number(i === j) : value;
  });
}

function quadraticModel(hessian: Float64Array, gradient: Float64Array, algebra: LinearAlgebra): TrustModel {
  let eigen: SymmetricEigen | undefined;
  const isUsable = isFiniteVector(hessian);
  const interior = isUsable ? newtonStep(hessian, gradient, algebra) : undefined;
  return {
    isFinite: isUsable,
    step(radius) {
      if (interior && norm(interior) <= radius) return { step: interior, damping: 0 };
      eigen ??= algebra.eigen(hessian.slice(), gradient.length);
      return exactStep(eigen, gradient, radius);
    },
    predict: (step) => -dot(gradient, step) - 0.5 * dot(step, matVec(hessian, step)),
    norm,
    get state() {
      return { hessian, gradient, eigenvalues: eigen?.values };
    },
  };
}

/** −H⁻¹g where H is positive definite. */
function newtonStep(hessian: Float64Array, gradient: Float64Array, algebra: LinearAlgebra): Float64Array | undefined {
  const factor = hessian.slice();
  if (algebra.cholesky(factor, gradient.length) >= 0) return undefined;
  const step = gradient.map((value) => -value);
  choleskySolve(factor, gradient.length, step);
  return step.every(Number.isFinite) ? step : undefined;
}

/** The exact minimizer within the radius, in the eigenvectors' coordinates: pᵢ = −cᵢ/(μᵢ + λ), c = Vᵀg. */
function exactStep({ values, vectors }: SymmetricEigen, gradient: Float64Array, radius: number): TrustStep {
  const n = gradient.length;
  const c = matVec(vectors, gradient);
  const [least, most] = [values[0], values[n - 1]];
  const size = Math.max(Math.abs(least), Math.abs(most));
  const at = (damping: number): Float64Array =>
    c.map((ci, i) => (ci === 0 ? 0 : -ci / Math.max(values[i] + damping, Number.MIN_VALUE)));
  const floor = Math.max(0, -least + Number.EPSILON * size);
  let damping = floor;
  let p = at(floor);
  if (norm(p) > radius) [damping, p] = onBoundary(at, values, c, floor, radius);
  else if (least < 0) {
    // The hard case: g has no part along the leftmost eigenvector; that direction itself leads to the boundary.
    p[0] += (p[0] > 0 ? 1 : -1) * Math.sqrt(Math.max(0, radius ** 2 - dot(p, p)));
  }
  const step = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) step[j] += p[i] * vectors[i * n + j];
  const condition = (most + damping) / Math.max(least + damping, Number.MIN_VALUE);
  return { step, damping, condition };
}

/** λ > floor with ‖p(λ)‖ = radius: Newton's method on 1/‖p‖, which is nearly straight, kept within a bracket. */
function onBoundary(
  at: (damping: number) => Float64Array,
  values: Float64Array,
  c: Float64Array,
  floor: number,
  radius: number,
): [number, Float64Array] {
  let low = floor;
  let high = floor + norm(c) / radius;
  let damping = low + (high - low) * 1e-3;
  for (let round = 0; ; round++) {
    const p = at(damping);
    const length = norm(p);
    if (Math.abs(length - radius) <= 1e-10 * radius || round === 100) return [damping, p];
    if (length > radius) low = damping;
    else high = damping;
    const slope = p.reduce((total, pi, i) => total + pi ** 2 / (values[i] + damping), 0);
    const next = damping + ((length - radius) / radius) * (length ** 2 / slope);
    damping = next > low && next < high ? next : low + (high - low) / 2;
  }
}
