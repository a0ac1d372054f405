/** What targets do, as graph: into the network's scale, and predictions back into the target's unit. */

import type { Loss } from "@chaingrad/core";
import { add, div, type Expr, label, mul, type Operand, reshape, slice, sub, withProvenance } from "@chaingrad/core";
import type { RegressionTarget, Target } from "../table/target.ts";

/** (y − μ)/σ of amounts [rows] in the target's unit, as a network with one output is trained on: [rows, 1]. */
export function standardisedTarget({ name }: RegressionTarget, amounts: Expr, mean: Operand, scale: Operand): Expr {
  return withProvenance({ rule: "standardise", of: name }, () => {
    return reshape(div(sub(amounts, mean), scale), [amounts.type.shape[0], 1]);
  });
}

/** σ y + μ: outputs in the target's unit, with the arithmetic of `decodeTarget`. */
function inUnit({ name, mean, scale }: RegressionTarget, predictions: Expr): Expr {
  return withProvenance({ rule: "unit", of: name }, () => add(mul(predictions, scale), mean));
}

/** What a network's outputs [rows, outputs] say in the target's own terms: amounts [rows, 1], or probabilities [rows, classes]. */
export function predictionGraph(target: Target, loss: Loss, outputs: Expr): Expr {
  const predictions = loss.predict?.(outputs) ?? outputs;
  return target.task === "regression" ? inUnit(target, predictions) : predictions;
}

/** The prediction for one row as a scalar with its name: the amount, or the probability of a class ("p(setosa)"). */
export function predictionOfRow(target: Target, loss: Loss, outputs: Expr, place: number): Expr {
  const all = predictionGraph(target, loss, outputs);
  const own =
    target.task === "regression"
      ? withProvenance(all.provenance, () => reshape(all, []))
      : reshape(slice(label(all, "p"), [0, place], [1, 1]), []);
  return label(own, predictionName(target, place));
}

/** "miles_per_gallon", or "p(setosa)" for the probability of the class at `place`. */
export const predictionName = (target: Target, place: number): string =>
  target.task === "regression" ? target.name : `p(${target.classes[place]})`;
