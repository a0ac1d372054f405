/** What targets do, as graph: into the network's scale, and predictions back into the target's unit. */

import type { Loss } from "@chaingrad/core";
import { concat, div, type Expr, label, log, type Operand, reshape, slice, sub, withProvenance } from "@chaingrad/core";
import { kindOf } from "../table/targets/kind-of.ts";
import type { RegressionTarget, Target } from "../table/targets/target.ts";

/**
 * (y − μ)/σ of amounts [rows] in the target's unit (or of their logarithms), as a network with one output is trained on: [rows, 1];
 * [rows, 2] with an offset, which is in the network's own scale.
 */
export function standardisedTarget(
  { name, factor, link }: RegressionTarget,
  amounts: Expr,
  { mean, scale, offset }: { readonly mean: Operand; readonly scale: Operand; readonly offset?: Expr | undefined },
): Expr {
  const rows = amounts.type.shape[0];
  return withProvenance({ rule: "standardise", of: name }, () => {
    const own = factor === undefined ? amounts : log(amounts);
    const standardised = reshape(div(sub(own, mean), scale), [rows, 1]);
    if (offset === undefined) return standardised;
    const moved = reshape(offset, [rows, 1]);
    return concat([standardised, link === "log" ? moved : div(moved, scale)], 1);
  });
}

/**
 * What a network's outputs [rows, outputs] say in the target's own terms: amounts [rows, 1], probabilities [rows, classes], and of
 * several targets all of them.
 * @param offset [rows, targets that have one]
 */
export function predictionGraph(target: Target, loss: Loss, outputs: Expr, offset?: Expr): Expr {
  return kindOf(target).graph(target, loss.predict?.(outputs) ?? outputs, offset);
}

/** The prediction for one row as a scalar with its name: the amount, or the probability of a class ("p(setosa)"). */
export function predictionOfRow(target: Target, loss: Loss, outputs: Expr, place: number, offset?: Expr): Expr {
  const all = predictionGraph(target, loss, outputs, offset);
  const own =
    all.type.shape[1] === 1
      ? withProvenance(all.provenance, () => reshape(all, []))
      : reshape(slice(label(all, target.task === "regression" ? "q" : "p"), [0, place], [1, 1]), []);
  return label(own, predictionName(target, place));
}

/** "miles_per_gallon", or "p(setosa)" for the probability of the class at `place`. */
export const predictionName = (target: Target, place: number): string => kindOf(target).names(target, undefined)[place];
