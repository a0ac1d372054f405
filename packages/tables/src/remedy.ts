import type { Remedy, RemedyOptions } from "@chaingrad/core/diagnosis";
import type { TrainedTable } from "./training.ts";

/**
 * Tries what would have helped a training that met NaN or Infinity; undefined where it did not. Loaded only when it is
 * needed. Throws as core's `findRemedy`.
 */
export async function remedyFor(
  { end, plan, data }: TrainedTable,
  options?: RemedyOptions,
): Promise<Remedy | undefined> {
  if (end.fault === undefined) return undefined;
  const { findRemedy } = await import("@chaingrad/core/diagnosis");
  return findRemedy(plan.network, data(), plan.options, end.fault, options);
}
