/** A network with its loss, and with its numbers: what is explained, checked and emitted, however it came to be. */
import { madeTwice, type NetworkSpec } from "../nn/network.ts";
import type { ObjectiveSpec } from "../train/objective.ts";
import type { TrainedModel } from "../train/trained-model.ts";

/** A network, its loss, and how the rows' losses are put together. */
export interface Net extends ObjectiveSpec {
  readonly reduction: "mean" | "sum";
}

/** A network's parameters (and running statistics, where it has any) by name, row-major, in float64. */
export type NetTensors = Readonly<Record<string, Float64Array>>;

/** A network with its numbers. */
export interface WeightedNet {
  readonly net: Net;
  readonly tensors: NetTensors;
  /** Where the tensors come from. */
  readonly origin: "trained" | "given" | "initial";
}

/** What was trained, as what is explained, checked and emitted. */
export function trainedNet({ network, loss, l1, l2, tensors }: TrainedModel): WeightedNet {
  return { net: { network, loss, l1, l2, reduction: "mean" }, tensors, origin: "trained" };
}

/** "mean-squared-error (mean)" */
export const describeLoss = ({ loss, reduction }: Net): string => `${loss.name} (${reduction})`;

/** What nobody means to train on, a sentence each: a last layer that does what the loss does itself. */
export function warningsOf({ network, loss }: Net): string[] {
  const twice = madeTwice(network, loss);
  return twice === undefined ? [] : [twice];
}

export const outputsOf = (network: NetworkSpec): number => network.layers[network.layers.length - 1].units;
