/**
 * K-FAC: the Fisher matrix of a dense layer is nearly the Kronecker product of two small ones, so its inverse is cheap.
 *   F_W ≈ A ⊗ G,   A = E[a aᵀ] of the layer's inputs a = (h, 1),   G = E[Jᵀ H_L J] of its pre-activations, J = ∂y/∂z
 *   Δ = −(G + γ/π I)⁻¹ m (A + πγ I)⁻¹,   γ = √(λ + η),   π² = (tr A/dim A)/(tr G/dim G)
 * The step δ = αΔ + μδ₀ minimizes the quadratic model with the exact Gauss-Newton matrix over both α and the momentum μ,
 * so there is no learning rate; λ follows how well that model foretold the decrease that the next batch sees.
 * Martens & Grosse, "Optimizing neural networks with Kronecker-factored approximate curvature", ICML 2015, sections 4-7
 *
 * Unlike there, m is a running average of the batches' gradients, as Adam's first moment. A batch of hundreds of rows lets
 * A and G send Δ far along what is only its own noise; α and μ, which see the same rows, can but shorten all of Δ.
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

/** How K-FAC damps at first, and how often it inverts its factors. */
export interface KfacOptions {
  /** λ at first, > 0 (default 0.01). */
  readonly damping?: number;
  /** Steps between two inversions of the factors (default 5); the first ten steps invert each time. */
  readonly every?: number;
}

/** An optimizer that a trainer of its own runs, because its steps share matrices. */
export interface Kfac {
  readonly kind: "kfac";
  readonly name: "kfac";
  readonly damping: number;
  readonly every: number;
}

const rules: OptionRules<KfacOptions> = { damping: [0.01, positive], every: [5, wholeCount] };

/** Throws RangeError on an option out of range. */
export function kfac(options: KfacOptions = {}): Kfac {
  return { kind: "kfac", name: "kfac", ...readOptions("kfac", options, rules) };
}

/** One layer's part of a step: −G⁻¹ m A⁻¹. */
export interface KfacLayer {
  /** m of (W, b), penalty included: [out, in + 1], or [out, in] where the layer has no bias. */
  readonly gradient: Expr;
  /** (A + πγI)⁻¹, [in + 1, in + 1] */
  readonly inverseA: Expr;
  /** (G + γ/π I)⁻¹, [out, out] */
  readonly inverseG: Expr;
}

/** K-FAC's step for a layer: −G⁻¹ ∇W A⁻¹. */
export function precondition({ gradient, inverseA, inverseG }: KfacLayer): Expr {
  return neg(matmul(matmul(inverseG, gradient), inverseA));
}

/** The most that a running average keeps of what it was: of gradients (Adam's β₁), and of factors (Martens & Grosse, 5). */
export const MEMORY = { gradient: 0.9, factors: 0.95 } as const;

/**
 * What a running average keeps when its k-th value comes, k from 1. It reaches over about an epoch, so with all rows in
 * a batch, where nothing is noise, it keeps nothing; and at first the k-th value weighs k times as much as the first
 * one, since the first steps change the most.
 */
export function memory(most: number, k: number, stepsPerEpoch: number): number {
  return Math.min(most, 1 - 1 / stepsPerEpoch, (k - 1) / (k + 1));
}

/**
 * λ grows and shrinks by this factor in a step: 0.95 (Martens & Grosse, 6.5), but where few steps are an epoch, so that
 * a batch tells about all rows, faster: by 0.7 in an epoch.
 */
export function pace(stepsPerEpoch: number): number {
  return Math.min(0.95, 0.7 ** (1 / stepsPerEpoch));
}

/** What K-FAC needs of a network: its loss, its outputs and, of each layer, what its factors are made of. */
export interface KfacModel {
  /** The loss of the batch and the network's outputs, at the parameters `wrt`. */
  readonly loss: Expr;
  readonly output: Expr;
  readonly wrt: readonly Expr[];
  /** ∇L of each on this batch, penalty included. */
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
 * δ = αΔ + μδ₀ that minimizes  ∇ᵀδ + ½ δᵀ(F + λI + penalty)δ,  and half its slope, which is the decrease foretold.
 *   [ΔᵀBΔ  ΔᵀBδ₀; ΔᵀBδ₀  δ₀ᵀBδ₀] (α, μ) = −(∇ᵀΔ, ∇ᵀδ₀)
 */
export function rescaled(model: KfacModel): { step: Expr[]; predicted: Expr; alpha: Expr } {
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
  return { step, predicted: mul(0.5, add(mul(alpha, c1), mul(momentum, c2))), alpha };
}

/**
 * λ after a look at the last step: it shrinks by the factor `slower` where that step lowered the loss of this batch by more
 * than ¼ of what was foretold, and grows by it where the loss rose by more than ¼ of that.
 *
 * Martens & Grosse (6.5) ask the rows that the step was made from, and for ¾ and ¼. A few rows nearly always consent,
 * since a step fits them as it likes, and λ shrinks until training diverges; so the next batch is asked, which had no say.
 * It gains less than was foretold, as rows do that no minimum was sought on, and in between λ stays as it is.
 * @param decrease of the loss of this batch, by the last step
 * @param foretold of the last step; 0 for none
 */
export function adapted(damping: Expr, decrease: Expr, foretold: Expr, slower: number): Expr {
  const margin = mul(0.25, foretold);
  const otherwise = where(less(decrease, neg(margin)), mul(1 / slower, damping), damping);
  return where(less(margin, decrease), mul(slower, damping), otherwise);
}

/** Whether a step is taken: where the batch's loss falls (one that is no number does not). Else it is undone, with 4λ. */
export function accepts(before: Expr, after: Expr, predicted: Expr): Expr {
  return mul(lessEqual(after, before), lessEqual(0, predicted));
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
