/**
 * What a network's outputs say of how likely targets are, as far as Laplace's approximation asks: the curvature Λ of −ln p(y | o) by
 * the outputs as Λ = FᵀF, so that the Gauss-Newton matrix Σ JᵀΛJ is AᵀA with A = F J.
 *   amounts   −ln p = (y − o)²/(2σ²) + …     F = 1 (σ² is found beside the prior)
 *   classes   −ln p = −ln softmax(o)_y       Λ = diag(p) − p pᵀ,  F = diag(√p)(I − 1 pᵀ)
 */
import type { Model } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import { checkPlainTarget } from "../data-attribution/plain-target.ts";
import type { ClassificationTarget, RegressionTarget, Target } from "../table/targets/target.ts";
import type { OutputJacobians } from "./output-jacobians.ts";

/** Targets of which the posterior is known to make sense. */
export type LikelyTarget = RegressionTarget | ClassificationTarget;

/** Throws UserError on targets and losses that are no likelihood of amounts or of classes. */
export function checkLikelihood(target: Target, { objective: { loss } }: Model): LikelyTarget {
  checkPlainTarget(target);
  const isAmount = target.task === "regression" && target.quantiles === undefined && target.link === undefined;
  if (isAmount && SQUARES.has(loss.name)) return target;
  if (target.task === "classification" && loss.name === "softmax-cross-entropy") return target;
  throw new UserError(
    `Laplace's approximation is for amounts that were learnt by squares, and for classes; '${target.name}' was learnt by '${loss.name}'`,
    "Intervals and sets of classes (predict --interval) hold for any loss.",
  );
}

/** An offset makes a loss of one head, which is judged by squares. */
const SQUARES = new Set(["mean-squared-error", "heads"]);

/** A = √w F J of rows, [count · outputs, parameters], in the place of J. */
export function scaledJacobian(
  target: LikelyTarget,
  { start, count, outputs, jacobian }: OutputJacobians,
  weight: ArrayLike<number>,
): Float64Array {
  const width = outputs.length / count;
  const n = jacobian.length / outputs.length;
  const a = jacobian.slice();
  for (let row = 0; row < count; row++) {
    const root = Math.sqrt(weight[start + row]);
    const own = a.subarray(row * width * n, (row + 1) * width * n);
    if (target.task === "classification") fisherFactor(own, softmaxOf(outputs, row, width), n);
    for (let i = 0; i < own.length; i++) own[i] *= root;
  }
  return a;
}

/** J ↦ diag(√p)(J − 1 pᵀJ), in place. */
function fisherFactor(j: Float64Array, p: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    let mean = 0;
    for (let c = 0; c < p.length; c++) mean += p[c] * j[c * n + i];
    for (let c = 0; c < p.length; c++) j[c * n + i] = Math.sqrt(p[c]) * (j[c * n + i] - mean);
  }
}

/** The probabilities of row `row` of logits [rows, width]. */
export function softmaxOf(logits: Float64Array, row: number, width: number): Float64Array {
  const own = logits.slice(row * width, (row + 1) * width);
  const largest = own.reduce((a, b) => Math.max(a, b));
  const each = own.map((one) => Math.exp(one - largest));
  const total = each.reduce((a, b) => a + b);
  return each.map((one) => one / total);
}

/** Of rows: Σ w (y − o)² of amounts, Σ w (−ln p(y)) of classes. */
export function misfitOf(
  target: LikelyTarget,
  { start, count, outputs }: Pick<OutputJacobians, "start" | "count" | "outputs">,
  y: ArrayLike<number>,
  weight: ArrayLike<number>,
): number {
  let sum = 0;
  for (let row = 0; row < count; row++) {
    const at = start + row;
    if (target.task === "regression") {
      const residual = target.offset === undefined ? y[at] - outputs[row] : y[2 * at] - outputs[row] - y[2 * at + 1];
      sum += weight[at] * residual ** 2;
    } else {
      const p = softmaxOf(outputs, row, outputs.length / count);
      sum -= weight[at] * Math.log(p[y[at]]);
    }
  }
  return sum;
}
