/**
 * How much each kind of network counts in the mean, by what they say of rows that they were not trained on: of ten places, each in turn
 * goes to the kind that makes the mean of all places so far best.
 * Caruana, Niculescu-Mizil, Crew & Ksikes, "Ensemble selection from libraries of models", ICML 2004, section 2.1.
 */
import {
  type Dataset,
  type Judgement,
  type Loss,
  type NetworkSpec,
  predictorOf,
  type SyncEngine,
} from "@chaingrad/core";

const PLACES = 10;

/**
 * Of the outputs of each kind on the same rows, by a loss of outputs: shares that sum to 1. A kind whose loss is not a number gets none,
 * unless there is no other.
 */
export function sharesOf(kinds: readonly Float64Array[], lossOf: (outputs: Float64Array) => number): number[] {
  const places = kinds.map(() => 0);
  if (kinds.length === 1) return [1];
  let sum = new Float64Array(kinds[0].length);
  for (let taken = 1; taken <= PLACES; taken++) {
    const losses = kinds.map((outputs) => lossOf(sum.map((value, i) => (value + outputs[i]) / taken)));
    const best = losses.reduce((a, loss, i) => (loss < losses[a] || Number.isNaN(losses[a]) ? i : a), 0);
    places[best]++;
    const chosen = kinds[best];
    sum = sum.map((value, i) => value + chosen[i]);
  }
  return places.map((count) => count / PLACES);
}

/** Σ cᵢ oᵢ of outputs oᵢ and their shares. */
export function mixed(kinds: readonly Float64Array[], shares: readonly number[]): Float64Array {
  const counted = kinds.flatMap((outputs, k) => (shares[k] > 0 ? [{ outputs, share: shares[k] }] : []));
  return kinds[0].map((_, i) => counted.reduce((total, { outputs, share }) => total + share * outputs[i], 0));
}

/** What a loss makes of a network's outputs [rows, width] on rows with these targets: NaN where one of them is not finite. */
export function outputJudge(
  engine: SyncEngine,
  loss: Loss,
  width: number,
  { y, weight }: Pick<Dataset, "y" | "weight">,
): (outputs: Float64Array) => Judgement {
  // A network that gives its inputs back: a scale of 1.
  const network: NetworkSpec = { inputs: width, layers: [{ kind: "scale", units: width, activation: "identity" }] };
  const tensors = { s1: new Float64Array(width).fill(1) };
  const predictor = predictorOf({ network, tensors, objective: { loss } }, engine);
  return (outputs) => {
    if (!outputs.every(Number.isFinite)) return { predictions: outputs, loss: Number.NaN };
    return predictor.judge({ x: outputs, y, ...(weight && { weight }) });
  };
}
