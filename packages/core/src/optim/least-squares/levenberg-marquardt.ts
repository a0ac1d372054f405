/**
 * Levenberg-Marquardt: Gauss-Newton steps, damped as far as the model can be trusted.
 *   (JᵀJ + λ D²) p = −Jᵀr,   f = ½‖r‖²,   λ such that ‖D p‖ = Δ (damped.ts)
 * Where residuals are given, D is the largest norm that each column of J has had, and the steps do not depend on the
 * parameters' units. Weights of a network have no units, and columns of saturated units fade: there D = I, Levenberg's rule.
 * Moré, "The Levenberg-Marquardt algorithm: implementation and theory", 1978; for networks Hagan & Menhaj, "Training
 * feedforward networks with the Marquardt algorithm", 1994. For losses that are no squares JᵀJ is JᵀH_L J.
 *
 * Where residuals and J are at hand and small, J is factorised by QR; else JᵀJ is accumulated over the rows and J is never
 * held as a whole.
 */
import { checkKeys, checkName, type Names } from "../../given/names.ts";
import { applyTransposedQ } from "../../linalg/qr.ts";
import { checkType, inRange, positive } from "../../nn/options.ts";
import { type Minimizer, type Problem, zeroed } from "../minimizers/minimizer.ts";
import { isolate } from "../minimizers/newton.ts";
import { columnNorms } from "../minimizers/stationarity.ts";
import { type TrustModel, trustRegion } from "../minimizers/trust-region.ts";
import { dot, isFiniteVector, matVec, norm } from "../minimizers/vector.ts";
import { Evidence } from "./bayesian-regularisation.ts";
import {
  type DampedSystem,
  dampedStep,
  expectedDamping,
  type Near,
  normalSystem,
  orthogonalSystem,
  type Secular,
} from "./damped.ts";

const MOST = 3000;
/** A column of J that shrinks to this share of its length in one step has lost its influence. */
const SUDDEN = 1e-6;
const NOTHING = 1e-30;
/** A step's length may be off the radius by so much: Moré's share where a curve is fitted. */
const NEARLY: Near = { least: 0.9, most: 1.1 };
/**
 * Where JᵀJ is factorised: the radius itself is known to a factor of two at best, and a second factorisation, which would bring the
 * length nearer to it, costs as much as a step.
 */
const ROUGHLY: Near = { least: 0.5, most: 2 };

export interface LevenbergMarquardtOptions {
  /** Factorise J by QR ("qr") or JᵀJ by Cholesky ("normal"); by default QR where residuals are given. */
  readonly solve?: "qr" | "normal";
  /** Δ at first, > 0, in units of ‖D x‖ (default 100; 1 for networks). */
  readonly firstRadius?: number;
  /** Set the strength of (λ/2)‖θ‖² by Bayes' rule in each step, see bayesian-regularisation.ts (default false). */
  readonly bayesian?: boolean;
}

const OPTIONS: Names<LevenbergMarquardtOptions> = { solve: true, firstRadius: true, bayesian: true };

/** Throws RangeError on an option that makes no sense. */
export function levenbergMarquardt(options: LevenbergMarquardtOptions = {}): Minimizer {
  checkKeys("levenberg-marquardt", options, OPTIONS);
  const { solve, bayesian = false, firstRadius } = options;
  checkName("levenberg-marquardt: solve", solve ?? "qr", ["qr", "normal"]);
  checkType("levenberg-marquardt: bayesian", bayesian, "boolean");
  if (firstRadius !== undefined) inRange("levenberg-marquardt: firstRadius", firstRadius, positive);
  return {
    name: bayesian ? "bayesian-regularisation" : "levenberg-marquardt",
    kind: "minimizer",
    needs: ["gauss-newton"],
    bounded: true,
    most: { size: MOST, instead: "newton-cg or lbfgs" },
    iterate(problem, start, tolerances, memory) {
      const carried: Carried = {
        scale: new Float64Array(problem.size),
        factor: new Float64Array(0),
        secular: { damping: 0, size: 0, slope: 0 },
      };
      const model = solve !== "normal" && problem.residuals && !bayesian ? jacobianModel : matrixModel;
      const evidence = bayesian ? new Evidence(problem) : undefined;
      return trustRegion(problem, start, tolerances, {
        firstRadius: firstRadius ?? (problem.residuals ? 100 : 1),
        modelAt(x, gradient, fixed) {
          const made = model(problem, x, gradient, fixed, carried);
          return evidence ? { ...made, state: { ...made.state, ...evidence.state } } : made;
        },
        refuses: losesInfluence,
        ...(evidence && { prepare: (x) => evidence.update(x) }),
        ...(memory && { memory }),
        carried() {
          const { damping: guess, size, slope } = carried.secular;
          return { guess, size, slope, scale: carried.scale.slice(), ...evidence?.memory };
        },
        recall(of) {
          carried.secular = { damping: Number(of.guess), size: Number(of.size ?? 0), slope: Number(of.slope ?? 0) };
          carried.scale.set(of.scale as Float64Array);
          evidence?.recall(of);
        },
      });
    },
  };
}

/** What goes from step to step. */
interface Carried {
  /** D */
  readonly scale: Float64Array;
  /** Room for a factorisation, [n, n], once it is needed. */
  factor: Float64Array;
  /** λ of the last step, and what it was found by. */
  secular: Secular;
}

/**
 * A parameter that had influence on the residuals has none all of a sudden: the step went out onto a plateau. One that had
 * next to none before has none to lose.
 */
function losesInfluence(from: TrustModel, to: TrustModel): boolean {
  const [before, after, scale] = [from.state.columns, to.state.columns, from.state.scale] as Float64Array[];
  return after.some((length, j) => before[j] > SUDDEN * scale[j] && length < SUDDEN * before[j]);
}

/**
 * 1 for each parameter that is fixed, or whose change by its own size is nothing beside that of others (10⁻³⁰, as where an
 * exponential underflows). It stays where it is for this step: its length would rule the radius and hold back all others.
 */
function resting(columns: Float64Array, x: Float64Array, fixed: Uint8Array): Uint8Array {
  const influence = columns.map((length, j) => length * (Math.abs(x[j]) || 1));
  const most = Math.max(...influence);
  return fixed.map((isFixed, j) => Number(isFixed || influence[j] <= NOTHING * most));
}

/** D follows the largest column norms seen; a column that was always zero counts as 1. */
function grow(scale: Float64Array, norms: Float64Array): Float64Array {
  norms.forEach((size, j) => {
    scale[j] = Math.max(scale[j], size);
  });
  return scale.map((size) => size || 1);
}

/** The model in the coordinates q = D p, where D is the identity. */
function scaledModel(
  system: DampedSystem,
  gradient: Float64Array,
  scale: Float64Array,
  curvature: (q: Float64Array) => number,
  state: Record<string, unknown>,
  carried: Carried,
  isRough: boolean,
): TrustModel {
  const scaledGradient = gradient.map((value, i) => value / scale[i]);
  const scaledUp = (p: Float64Array): Float64Array => p.map((value, i) => value * scale[i]);
  return {
    step(radius) {
      const { secular } = carried;
      const guess = isRough ? expectedDamping(secular, radius) : secular.damping;
      const found = dampedStep(system, scaledGradient, radius, guess, isRough ? ROUGHLY : NEARLY);
      carried.secular = found.secular;
      return { ...found, step: found.step.map((value, i) => value / scale[i]) };
    },
    predict: (p) => -dot(gradient, p) - 0.5 * curvature(scaledUp(p)),
    norm: (v) => norm(scaledUp(v)),
    // A column is as finite as its length.
    isFinite: isFiniteVector(state.columns as Float64Array),
    state: { ...state, scale, gradient },
  };
}

type Arguments = [problem: Problem, x: Float64Array, gradient: Float64Array, fixed: Uint8Array, carried: Carried];

function matrixModel(...[problem, x, gradient, fixed, carried]: Arguments): TrustModel {
  const n = problem.size;
  const gaussNewton = isolate(problem.gaussNewton?.(x) as Float64Array, fixed);
  const columns = Float64Array.from({ length: n }, (_, i) => Math.sqrt(Math.max(0, gaussNewton[i * n + i])));
  const D = problem.residuals ? grow(carried.scale, columns) : carried.scale.fill(1);
  const B = problem.residuals ? gaussNewton.slice() : gaussNewton;
  if (problem.residuals) for (let at = 0; at < n * n; at++) B[at] /= D[Math.floor(at / n)] * D[at % n];
  const scaledGradient = gradient.map((value, i) => value / D[i]);
  if (carried.factor.length === 0) carried.factor = problem.linearAlgebra.square?.(n) ?? new Float64Array(n * n);
  const system = normalSystem(B, scaledGradient, problem.linearAlgebra, carried.factor);
  return scaledModel(system, gradient, D, (q) => dot(q, matVec(B, q)), { gaussNewton, columns }, carried, true);
}

function jacobianModel(...[problem, x, gradient, fixed, carried]: Arguments): TrustModel {
  const { count, value, jacobian } = problem.residuals as NonNullable<Problem["residuals"]>;
  const n = problem.size;
  const full = jacobian(x);
  const columns = columnNorms(full, count, n);
  const D = grow(carried.scale, columns);
  const rests = resting(columns, x, fixed);
  const J = full.map((entry, at) => (rests[at % n] ? 0 : entry / D[at % n]));
  const qr = problem.linearAlgebra.qr(J.slice(), count, n);
  const rhs = value(x).slice();
  applyTransposedQ(qr, rhs);
  const system = orthogonalSystem(qr, rhs, problem.linearAlgebra);
  const model = scaledModel(
    system,
    zeroed(gradient, rests),
    D,
    (q) => squaredLength(J, q),
    { jacobian: full, columns },
    carried,
    false,
  );
  // Lengths are of those that move: where the others stand is no measure for the radius.
  const length = (v: Float64Array): number => model.norm(zeroed(v, rests));
  // Rounding of the parameters alone moves r by ε ‖D x‖.
  return { ...model, norm: length, rounding: Number.EPSILON * length(x) * norm(value(x)) };
}

/** ‖J q‖² */
function squaredLength(J: Float64Array, q: Float64Array): number {
  let total = 0;
  for (let at = 0; at < J.length; at += q.length) {
    let sum = 0;
    for (let j = 0; j < q.length; j++) sum += J[at + j] * q[j];
    total += sum * sum;
  }
  return total;
}
