/** A network with its loss, and with its numbers: what is explained, checked and emitted, however it came to be. */
import type { Model } from "../train/model.ts";

/** A model without its numbers, or with them. */
export type Net = Omit<Model, "tensors">;

/** Numbers by the name of their tensor, row-major. */
export type NetTensors = Model["tensors"];

export interface WeightedNet extends Model {
  /** Where the tensors come from. */
  readonly origin: "trained" | "given" | "initial";
}
