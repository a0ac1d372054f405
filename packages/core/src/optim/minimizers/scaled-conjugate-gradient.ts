/**
 * Scaled conjugate gradients: the step along each conjugate direction is α = −gᵀd / (dᵀHd + λ‖d‖²), without a line search;
 * λ grows until that is positive, and follows how well the parabola foretold the decrease.
 *   Δ = 2 (f(x) − f(x + αd)) / (α · −gᵀd);   Δ > ¾: λ/4;   Δ < ¼: λ + dᵀ(H + λI)d (1 − Δ)/‖d‖²
 *   d ← −g₊ + β d,   β = max(0, (‖g₊‖² − g₊ᵀg)/(−gᵀd)), afresh every n steps
 * Møller, "A scaled conjugate gradient algorithm for fast supervised learning", Neural Networks 6 (1993), with the exact
 * product Hd in place of his difference of gradients.
 */
import { readOptions } from "../../nn/options.ts";
import { endingIn, endingOf, type Minimizer, nextIteration, ROUNDING, Stillness } from "./minimizer.ts";
import { dot, isFiniteVector, maxNorm, norm, plus, scaled } from "./vector.ts";

const FIRST_DAMPING = 1e-6;
const LEAST_DAMPING = 1e-15;
const MOST_DAMPING = 1e100;
/** Steps in a row that may fail to lower f, also while damping grows. */
const PATIENCE = 20;

export function scaledConjugateGradient(options: object = {}): Minimizer {
  readOptions("scaled-conjugate-gradient", options, {});
  return { kind: "minimizer", name: "scaled-conjugate-gradient", needs: ["hvp"], bounded: false, iterate };
}

const iterate: Minimizer["iterate"] = function* (problem, start, tolerances, memory) {
  const ended = endingOf(memory);
  if (ended) return ended;
  let x = start;
  let f = problem.value(x);
  let gradient = problem.gradient(x);
  let direction = (memory?.direction as Float64Array | undefined) ?? scaled(gradient, -1);
  let damping = Number(memory?.damping ?? FIRST_DAMPING);
  let since = Number(memory?.since ?? 0);
  const still = new Stillness(tolerances, PATIENCE, memory);
  for (let iteration = nextIteration(memory); ; iteration++) {
    if (maxNorm(gradient) <= tolerances.gradient) return "gradient";
    let slope = -dot(gradient, direction);
    if (!(slope > 0)) {
      [direction, since] = [scaled(gradient, -1), 0];
      slope = dot(gradient, gradient);
    }
    const square = dot(direction, direction);
    const bare = dot(direction, problem.hvp?.(x, direction) as Float64Array);
    let curvature = bare + damping * square;
    if (!(curvature > 0)) {
      damping = 2 * (damping - curvature / square);
      curvature = bare + damping * square;
    }
    const alpha = slope / curvature;
    const moved = plus(x, direction, alpha);
    const after = problem.value(moved);
    const predicted = (alpha * slope) / 2;
    const actual = f - after;
    const isUsable = Number.isFinite(actual) && isFiniteVector(problem.gradient(moved));
    const ratio = isUsable ? actual / predicted : Number.NEGATIVE_INFINITY;
    const accepted =
      ratio > 0 || (isUsable && predicted <= ROUNDING * Math.abs(f) && -actual <= 10 * ROUNDING * Math.abs(f));
    if (accepted) {
      const next = problem.gradient(moved);
      since++;
      const beta = since % x.length === 0 ? 0 : Math.max(0, (dot(next, next) - dot(next, gradient)) / slope);
      direction = plus(scaled(next, -1), direction, beta);
      [x, f, gradient] = [moved, after, next];
    }
    if (ratio >= 0.75) damping = Math.max(damping / 4, LEAST_DAMPING);
    else if (!(ratio >= 0.25))
      damping = Number.isFinite(ratio)
        ? Math.max(4 * damping, damping + (curvature * (1 - ratio)) / square)
        : 10 * (damping + curvature / square);
    const isStill = still.after(f);
    const ending = !(damping < MOST_DAMPING) ? "stalled" : isStill ? "objective" : undefined;
    yield {
      iteration,
      accepted,
      x,
      objective: f,
      gradientNorm: norm(gradient),
      stepNorm: alpha * Math.sqrt(square),
      predicted,
      actual,
      damping,
      stepLength: alpha,
      state: { direction, curvature: bare },
      memory: () => ({ iteration, direction, damping, since, ...still.memory, ...endingIn(ending) }),
    };
    if (ending) return ending;
  }
};
