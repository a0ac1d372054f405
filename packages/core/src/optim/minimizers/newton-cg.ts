/**
 * Newton's method without a Hessian: conjugate gradients on H p = −g inside a trust region, from products H v alone. It
 * stops at the region's border or along a direction of negative curvature, which it follows to the border.
 *   stop when ‖r‖ ≤ η ‖g‖, η = min(½, √‖g‖)
 * Steihaug, "The conjugate gradient method and trust regions in large scale optimization", 1983; Nocedal & Wright, 7.1
 * At a point without slope a few steps of the power method look for negative curvature, and a saddle is left along it.
 */
import { readOptions } from "../../nn/options.ts";
import type { Minimizer, Problem } from "./minimizer.ts";
import { type TrustModel, trustRegion } from "./trust-region.ts";
import { dot, norm, plus, scaled } from "./vector.ts";

/** Products spent on looking for negative curvature. */
const ROUNDS = 30;
/** Products of two such numbers lose their digits. */
const UNDERFLOWS = 1e-150;

export function newtonCG(options: object = {}): Minimizer {
  readOptions("newton-cg", options, {});
  return {
    name: "newton-cg",
    kind: "minimizer",
    needs: ["hvp"],
    bounded: false,
    iterate: (problem, start, tolerances, memory) =>
      trustRegion(problem, start, tolerances, {
        ...(memory && { memory }),
        firstRadius: 1,
        modelAt: (x, gradient) => steihaugModel(problem, x, gradient, tolerances.gradient),
      }),
  };
}

function steihaugModel(problem: Problem, x: Float64Array, gradient: Float64Array, flat: number): TrustModel {
  const times = (v: Float64Array): Float64Array => problem.hvp?.(x, v) as Float64Array;
  const state: { products: number; negativeCurvature: boolean } = { products: 0, negativeCurvature: false };
  let last: { step: Float64Array; product: Float64Array } | undefined;
  return {
    isFinite: true,
    step(radius) {
      const isFlat = norm(gradient) <= Math.max(flat, UNDERFLOWS);
      const found = isFlat ? leaveSaddle(times, gradient, radius) : steihaug(times, gradient, radius);
      Object.assign(state, { products: found.products, negativeCurvature: found.negativeCurvature });
      last = found;
      return { step: found.step, damping: 0 };
    },
    predict(step) {
      const product =
        last !== undefined && step.every((value, i) => value === last?.step[i]) ? last.product : times(step);
      return -dot(gradient, step) - 0.5 * dot(step, product);
    },
    norm,
    state,
  };
}

interface Found {
  readonly step: Float64Array;
  /** H p */
  readonly product: Float64Array;
  readonly products: number;
  readonly negativeCurvature: boolean;
}

function steihaug(times: (v: Float64Array) => Float64Array, gradient: Float64Array, radius: number): Found {
  const size = norm(gradient);
  const enough = Math.min(0.5, Math.sqrt(size)) * size;
  let p: Float64Array = new Float64Array(gradient.length);
  let product: Float64Array = new Float64Array(gradient.length);
  let residual = gradient;
  let direction = scaled(gradient, -1);
  let square = dot(residual, residual);
  for (let products = 1; ; products++) {
    const curved = times(direction);
    const curvature = dot(direction, curved);
    const toBorder = (negativeCurvature: boolean): Found => {
      const reach = borderAlong(p, direction, radius);
      return { step: plus(p, direction, reach), product: plus(product, curved, reach), products, negativeCurvature };
    };
    if (!(curvature > 0)) return toBorder(true);
    const alpha = square / curvature;
    const reached = plus(p, direction, alpha);
    if (norm(reached) >= radius) return toBorder(false);
    p = reached;
    product = plus(product, curved, alpha);
    residual = plus(residual, curved, alpha);
    const next = dot(residual, residual);
    if (Math.sqrt(next) <= enough || products >= 2 * gradient.length)
      return { step: p, product, products, negativeCurvature: false };
    direction = plus(scaled(residual, -1), direction, next / square);
    square = next;
  }
}

/** τ ≥ 0 with ‖p + τ d‖ = radius */
function borderAlong(p: Float64Array, d: Float64Array, radius: number): number {
  const [a, b, c] = [dot(d, d), dot(p, d), dot(p, p) - radius ** 2];
  const root = Math.sqrt(Math.max(0, b * b - a * c));
  return b > 0 ? -c / (b + root) : (root - b) / a;
}

/** A step of length `radius` along negative curvature, or none: the power method on σI − H. */
function leaveSaddle(times: (v: Float64Array) => Float64Array, gradient: Float64Array, radius: number): Found {
  const n = gradient.length;
  // A fixed start without symmetry, so that runs repeat.
  let v: Float64Array = Float64Array.from({ length: n }, (_, i) => Math.cos(1 + 1.7 * i) + 0.1);
  v = scaled(v, 1 / norm(v));
  let curved = times(v);
  let products = 1;
  // The largest |eigenvalue| bounds the shift that turns the leftmost eigenvalue into the largest.
  let shift = 0;
  for (let round = 0; round < ROUNDS; round++, products++) {
    shift = Math.max(shift, norm(curved));
    const next = plus(scaled(v, shift), curved, -1);
    const length = norm(next);
    if (!(length > 0)) break;
    v = scaled(next, 1 / length);
    curved = times(v);
  }
  const none = { step: new Float64Array(n), product: new Float64Array(n), products, negativeCurvature: false };
  if (!(dot(v, curved) < 0)) return none;
  const sign = dot(v, gradient) > 0 ? -radius : radius;
  return { step: scaled(v, sign), product: scaled(curved, sign), products, negativeCurvature: true };
}
