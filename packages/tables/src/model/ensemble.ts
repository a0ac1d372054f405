/** Of which networks a model is the mean: they stand beside each other in its last hidden layer. */
import { conform, countingNumber, inRange, positive } from "@chaingrad/core/given";

/** One network of a mean. */
export interface EnsembleMember {
  /** How many units of the last hidden layer are its own: they follow those of the networks before it. */
  readonly units: number;
  /** What it counts in the mean: > 0, and all sum to 1. */
  readonly weight: number;
  /** The biases of its outputs less those of the mean, [outputs]. */
  readonly bias: readonly number[];
}

/** A model that is a mean of networks. */
export interface WithMembers {
  readonly ensemble?: readonly EnsembleMember[];
}

/** Throws RangeError on what are no networks of so many units and outputs together. */
export function checkEnsemble(given: readonly EnsembleMember[], units: number, outputs: number): void {
  conform("ensemble", given, [{ units: 0, weight: 0, bias: [0] }]);
  let rest = units;
  for (const { units: own, weight, bias } of given) {
    inRange("ensemble: units", own, countingNumber);
    inRange("ensemble: weight", weight, positive);
    rest -= bias.length === outputs ? own : Number.NaN;
  }
  if (rest !== 0) throw new RangeError(`ensemble: expected networks of ${units} units, with ${outputs} biases each`);
}
