/** What training makes, and all else takes: predicting, saving, explaining, checking, writing programs. */
import type { NetworkSpec } from "../nn/network.ts";
import type { ObjectiveSpec } from "./objective.ts";

/** Plain data, but for functions of your own: it can be cloned, sent to a worker, and saved (`saveModel`). */
export interface Model {
  readonly network: NetworkSpec;
  /** What it is trained to make small: the loss whose gradient is explained. */
  readonly objective: Omit<ObjectiveSpec, "network">;
  /** Parameters and running statistics by name, row-major. */
  readonly tensors: Readonly<Record<string, Float64Array>>;
}
