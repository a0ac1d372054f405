/** Every gradient of a network against all witnesses. */
import { referenceEngine } from "../engines/reference/reference.ts";
import { UserError } from "../given/user-error.ts";
import type { Batch } from "../net/batch.ts";
import { computeGradients, type Gradients } from "../net/gradients.ts";
import type { Net, NetTensors } from "../net/net.ts";
import { objectiveGraph, objectiveValues } from "../net/objective.ts";
import { checkVariables, type VariableCheck } from "./check-variables.ts";
import { witnessesOf } from "./witnesses.ts";

/**
 * Checks each variable's gradient in float64 on the reference engine, the worst first. How much of a large network is
 * looked at depends on its size alone, so that a check can be repeated. Throws UserError where the loss is not finite.
 */
export function checkNet(
  net: Net,
  tensors: NetTensors,
  batch: Batch,
  claimed: Gradients = computeGradients(net, tensors, batch, referenceEngine, "f64"),
): VariableCheck[] {
  if (!Number.isFinite(claimed.loss)) {
    throw new UserError(
      "the loss is not finite on these rows: there is nothing to compare",
      "Try smaller inputs or weights.",
    );
  }
  const graph = objectiveGraph(net, batch, "f64");
  const values = objectiveValues(net, tensors, batch);
  const { loss, gradients } = claimed;
  return checkVariables({
    witnesses: witnessesOf(graph, values),
    values,
    gradients: Object.fromEntries(Object.entries(gradients).map(([name, { values: own }]) => [name, own])),
    shapes: Object.fromEntries(Object.entries(graph.variables).map(([name, { type }]) => [name, type.shape])),
    ...{ loss, magnitude: magnitudeOf(net, claimed, batch) },
  });
}

/** The size of the numbers that the loss adds up: it may be small because large ones cancel. */
function magnitudeOf({ objective: { reduction } }: Net, { loss, outputs }: Gradients, { y, rows }: Batch): number {
  const largest = [...Array.from(outputs.values), ...y].reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return Math.max(Math.abs(loss), reduction === "sum" ? rows * largest : largest);
}
