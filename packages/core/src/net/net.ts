/** A network with its loss, and with its numbers: what is explained, checked and emitted, however it came to be. */
import type { NetworkSpec } from "../nn/network.ts";
import type { ObjectiveSpec } from "../train/objective.ts";

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

/** How many outputs a network has: the units of its last layer. */
export const outputsOf = (network: NetworkSpec): number => network.layers[network.layers.length - 1].units;
