/** A network with its loss, and with its numbers: what is explained, checked and emitted, however it came to be. */
import type { Loss } from "../nn/losses.ts";
import { layersOf, madeTwice } from "../nn/network.ts";
import type { Model } from "../train/model.ts";

/** A model without its numbers, or with them. */
export type Net = Omit<Model, "tensors">;

/** Numbers by the name of their tensor, row-major. */
export type NetTensors = Model["tensors"];

/** A network with its numbers, and where they come from. */
export interface WeightedNet extends Model {
  /** Where the tensors come from. */
  readonly origin: "trained" | "given" | "initial";
}

/** What a network is made of, above its inputs: "3 tanh", "1 identity", "mean-squared-error". */
export const partsOf = ({ network, objective }: Net): string[] => [
  ...layersOf(network).map(({ kind, spec }) => kind.describe(spec)),
  lossWords(objective.loss),
];

/** "mean-squared-error", or "heads of mean-squared-error and softmax-cross-entropy". */
function lossWords({ name, options }: Pick<Loss, "name" | "options">): string {
  const heads = options?.heads?.map(({ loss, offset }) => `${lossWords(loss)}${offset ? " with an offset" : ""}`);
  return heads === undefined ? name : `${name} of ${heads.join(" and ")}`;
}

/** "mean-squared-error (mean)" */
export const describeLoss = ({ objective: { loss, reduction = "mean" } }: Net): string =>
  `${lossWords(loss)} (${reduction})`;

/** What nobody means to train on, a sentence each: a last layer that does what the loss does itself. */
export function warningsOf({ network, objective }: Net): string[] {
  const twice = madeTwice(network, objective.loss);
  return twice === undefined ? [] : [twice];
}
