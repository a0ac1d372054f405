/**
 * K-FAC: the Fisher matrix of a dense layer is nearly the Kronecker product of two small ones, so its inverse is cheap.
 *   F_W ≈ A ⊗ G,   A = E[a aᵀ] of the layer's inputs a = (h, 1),   G = E[Jᵀ H_L J] of its pre-activations, J = ∂y/∂z
 *   Δ = −(G + γ/π I)⁻¹ ∇ (A + πγ I)⁻¹,   γ = √(λ + η),   π² = (tr A/dim A)/(tr G/dim G)
 * The step δ = αΔ + μδ₀ minimises the quadratic model with the exact Gauss-Newton matrix over both α and the momentum μ,
 * so there is no learning rate; λ follows how well that model foretold the decrease.
 * Martens & Grosse, "Optimizing neural networks with Kronecker-factored approximate curvature", ICML 2015, sections 4-7
 *
 * All of a step is graph; inverting A and G, now and then, is the host's.
 */
import { outputHvp } from "../autodiff/curvature.ts";
import { jvp } from "../autodiff/forward.ts";
import type { Expr } from "../graph/expr.ts";
import { choleskySolve } from "../linalg/cholesky.ts";
import type { LinearAlgebra } from "../linalg/linear-algebra.ts";
import { type OptionRules, positive, readOptions, count as wholeCount } from "../nn/options.ts";
import { matmul } from "../ops/matmul.ts";
import { add, div, mul, neg, sub } from "../ops/ring.ts";
import { equal, less, lessEqual, where } from "../ops/select.ts";
import { sum } from "../ops/sum-broadcast.ts";

export interface KfacOptions {
  /** λ at first, > 0 (default 0.01). */
  readonly damping?: number;
  /** Steps between two inversions of the factors (default 5); the first ten steps invert each time. */
  readonly every?: number;
}

/** An optimiser that a trainer of its own runs, because its steps share matrices. */
export interface Kfac {
  readonly name: "kfac";
  readonly damping: number;
  readonly every: number;
}

const rules: OptionRules<KfacOptions> = { damping: [0.01, positive], every: [5, wholeCount] };

/** Throws RangeError on an option out of range. */
export function kfac(options: KfacOptions = {}): Kfac {
  return { name: "kfac", ...readOptions("kfac", options, rules) };
}

/** One layer's part of a step; a has a column of ones and D = (W, b) one of biases, where the layer has a bias. */
export interface KfacLayer {
  /** (W, b), [out, in + 1] */
  readonly weights: Expr;
  /** (λ₂W, 0): the gradient of the penalty. */
  readonly decay?: Expr | undefined;
  /** (h, 1), [batch, in + 1] */
  readonly a: Expr;
  /** ∂L/∂z, [batch, out] */
  readonly delta: Expr;
  /** (A + πγI)⁻¹, [in + 1, in + 1] */
  readonly inverseA: Expr;
  /** (G + γ/π I)⁻¹, [out, out] */
  readonly inverseG: Expr;
}

/**
 * Δ = −G⁻¹ (δᵀa + decay) A⁻¹. Where the batch is small against the layer and nothing decays, δ and a are preconditioned
 * before their product, which takes fewer operations.
 */
export function precondition({ decay, a, delta, inverseA, inverseG }: KfacLayer): Expr {
  const [[batch, inputs], out] = [a.type.shape, delta.type.shape[1]];
  const early = batch * (inputs ** 2 + out ** 2 + inputs * out);
  const late = inputs * out * (inputs + out + batch);
  if (decay === undefined && early < late)
    return neg(matmul(matmul(delta, inverseG), matmul(a, inverseA), { transposeA: true }));
  const gradient = matmul(delta, a, { transposeA: true });
  return neg(matmul(matmul(inverseG, decay ? add(gradient, decay) : gradient), inverseA));
}

/** λ grows and shrinks by this factor in a step (Martens & Grosse, 6.5). */
const PACE = 0.95;

export interface KfacModel {
  /** The loss of the batch and the network's outputs, at the parameters `wrt`. */
  readonly loss: Expr;
  readonly output: Expr;
  readonly wrt: readonly Expr[];
  /** ∇L of each, penalty included. */
  readonly gradient: readonly Expr[];
  /** Δ and δ₀ of each. */
  readonly proposal: readonly Expr[];
  readonly previous: readonly Expr[];
  /** λ, a scalar, and λ₂ of each. */
  readonly damping: Expr;
  readonly decay: readonly number[];
}

const inner = (a: readonly Expr[], b: readonly Expr[]): Expr =>
  a.map((x, i) => sum(mul(x, b[i]))).reduce((x, y) => add(x, y));

/**
 * δ = αΔ + μδ₀ that minimises  ∇ᵀδ + ½ δᵀ(F + λI + penalty)δ,  and half its slope, which is the decrease foretold.
 *   [ΔᵀBΔ  ΔᵀBδ₀; ΔᵀBδ₀  δ₀ᵀBδ₀] (α, μ) = −(∇ᵀΔ, ∇ᵀδ₀)
 */
export function rescaled(model: KfacModel): { step: Expr[]; predicted: Expr; alpha: Expr; momentum: Expr } {
  const { loss, output, wrt, gradient, proposal, previous, damping, decay } = model;
  const [y1] = jvp([output], wrt, proposal);
  const [y2] = jvp([output], wrt, previous);
  const curved = outputHvp(loss, output, y1);
  const damped = (a: readonly Expr[], b: readonly Expr[]): Expr =>
    a.map((x, i) => mul(add(damping, decay[i]), sum(mul(x, b[i])))).reduce((x, y) => add(x, y));
  const b11 = add(sum(mul(y1, curved)), damped(proposal, proposal));
  const b12 = add(sum(mul(y2, curved)), damped(proposal, previous));
  const bare = add(sum(mul(y2, outputHvp(loss, output, y2))), damped(previous, previous));
  // Without a previous step, or with one along Δ, the momentum is 0 or nearly.
  const b22 = add(mul(1 + 1e-8, bare), equal(bare, 0));
  const [c1, c2] = [neg(inner(gradient, proposal)), neg(inner(gradient, previous))];
  const determinant = sub(mul(b11, b22), mul(b12, b12));
  const alpha = div(sub(mul(c1, b22), mul(c2, b12)), determinant);
  const momentum = div(sub(mul(c2, b11), mul(c1, b12)), determinant);
  const step = proposal.map((x, i) => add(mul(alpha, x), mul(momentum, previous[i])));
  return { step, predicted: mul(0.5, add(mul(alpha, c1), mul(momentum, c2))), alpha, momentum };
}

/**
 * What becomes of a step: taken if the batch's loss falls (a loss that is no number does not), else undone with more damping.
 * λ ← 0.95 λ where the decrease was more than ¾ of what was foretold, λ/0.95 where less than ¼, 4λ where undone.
 */
export function judge(before: Expr, after: Expr, predicted: Expr, damping: Expr): { accepted: Expr; damping: Expr } {
  const accepted = mul(lessEqual(after, before), lessEqual(0, predicted));
  const actual = sub(before, after);
  const followed = where(
    less(mul(0.75, predicted), actual),
    mul(PACE, damping),
    where(less(actual, mul(0.25, predicted)), mul(1 / PACE, damping), damping),
  );
  return { accepted, damping: where(accepted, followed, mul(4, damping)) };
}

/** (A + πγI)⁻¹ and (G + γ/πI)⁻¹ with γ = √(λ + η). Throws Error when a factor is not finite. */
export function invertFactors(
  factors: { readonly A: Float64Array; readonly G: Float64Array },
  damping: number,
  algebra: LinearAlgebra,
): { readonly A: Float64Array; readonly G: Float64Array } {
  const gamma = Math.sqrt(damping);
  const [a, g] = [Math.sqrt(factors.A.length), Math.sqrt(factors.G.length)];
  const pi = Math.sqrt((meanDiagonal(factors.A, a) || 1) / (meanDiagonal(factors.G, g) || 1));
  return { A: inverse(factors.A, a, pi * gamma, algebra), G: inverse(factors.G, g, gamma / pi, algebra) };
}

function meanDiagonal(matrix: Float64Array, n: number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += matrix[i * n + i];
  return total / n;
}

/** (M + shift I)⁻¹ of a positive semi-definite M [n, n]. */
function inverse(matrix: Float64Array, n: number, shift: number, algebra: LinearAlgebra): Float64Array {
  const factor = matrix.slice();
  for (let i = 0; i < n; i++) factor[i * n + i] += shift;
  if (algebra.cholesky(factor, n) >= 0) throw new Error("kfac: a curvature factor is not finite or not positive");
  const result = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    const column = result.subarray(j * n, (j + 1) * n);
    column[j] = 1;
    choleskySolve(factor, n, column);
  }
  return result;
}
