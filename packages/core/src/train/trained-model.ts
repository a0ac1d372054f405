/** What training makes. */
import type { Loss } from "../nn/losses.ts";
import type { NetworkSpec } from "../nn/network.ts";

/** Plain data, but for functions of your own: it can be cloned, sent to a worker, and saved (`saveModel`). */
export interface TrainedModel {
  readonly network: NetworkSpec;
  readonly loss: Loss;
  /** The regularisers it was trained with, ≥ 0 (default 0): part of the loss whose gradient is explained. */
  readonly l1?: number;
  readonly l2?: number;
  /** Parameters and running statistics, row-major. */
  readonly tensors: Readonly<Record<string, Float64Array>>;
}
