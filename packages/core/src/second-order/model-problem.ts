/** A trained model's objective on rows, as the function whose curvature is asked for at the model's own parameters. */
import type { SyncEngine } from "../engines/engine.ts";
import { linearAlgebraOf } from "../linalg/linear-algebra.ts";
import { lossOf } from "../nn/loss-of.ts";
import { layersOf } from "../nn/network.ts";
import type { Problem } from "../optim/minimizers/minimizer.ts";
import { checkRows, type Dataset } from "../train/dataset.ts";
import type { Model } from "../train/model.ts";
import { NetworkProblem } from "./network-problem.ts";

/** The objective, and where the model stands. */
export interface ModelProblem {
  /** Value, gradient, products with the Hessian and the Hessian itself, in float64. */
  readonly problem: Problem & Required<Pick<Problem, "hvp" | "hessian">>;
  /** The model's parameters one after another in the order of its layers, row-major: [n]. */
  readonly at: Float64Array;
}

/**
 *   f(θ) = Σᵣ wᵣ ℓᵣ / Σᵣ wᵣ + (λ/2) Σ‖W‖²
 * Throws DataError on rows that the model does not take, RangeError on a model whose objective is not twice differentiable (l1), or
 * depends on the rows together: batch normalisation, the reduction "sum".
 */
export async function modelProblem(model: Model, data: Dataset, engine: SyncEngine): Promise<ModelProblem> {
  const { network, objective, tensors } = model;
  const loss = lossOf(objective.loss);
  checkRows(data, "modelProblem", network, loss);
  const normalised = layersOf(network).find(({ buffers }) => buffers.length > 0);
  if (normalised) throw new RangeError(`layer ${normalised.number} normalises over the batch: use layer normalisation`);
  if (objective.l1) throw new RangeError("l1: |W| has no curvature at 0; use l2");
  if (objective.reduction === "sum") throw new RangeError("reduction: a mean of rows is expected, got 'sum'");
  const options = { engine, loss, l2: objective.l2 ?? 0 };
  const problem = new NetworkProblem(network, data, options, await linearAlgebraOf(engine));
  return { problem, at: problem.pack(tensors) };
}
