import type { Remedy, RemedyOptions } from "@chaingrad/core/diagnosis";
import type { Prepared } from "./table/prepare.ts";
import { type TrainedTable, trainingData } from "./training.ts";

/**
 * Tries what would have helped a training that met NaN or Infinity; undefined where it did not. Loaded only when it is
 * needed. Throws as core's `findRemedy`.
 */
export async function remedyFor(
  { end, plan }: TrainedTable,
  prepared: Prepared,
  options?: RemedyOptions,
): Promise<Remedy | undefined> {
  if (end.fault === undefined) return undefined;
  const { findRemedy } = await import("@chaingrad/core/diagnosis");
  return findRemedy(plan.network, trainingData(prepared), plan.options, end.fault, options);
}
