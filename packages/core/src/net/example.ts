/** The network that is shown where none is given: small enough to follow with pencil and paper. */
import { losses } from "../nn/losses.ts";
import type { Batch } from "./batch.ts";
import type { WeightedNet } from "./net.ts";

/** h₁ = tanh(W₁x + b₁), h₂ = tanh(W₂h₁ + b₂), y = tanh(W₃h₂ + b₃), 2-3-2-1, squared error. */
export const exampleNetwork: WeightedNet = {
  network: {
    inputs: 2,
    layers: [
      { units: 3, activation: "tanh" },
      { units: 2, activation: "tanh" },
      { units: 1, activation: "tanh" },
    ],
  },
  objective: { loss: losses["mean-squared-error"]() },
  tensors: {
    W1: Float64Array.of(0.5, -0.2, 0.1, 0.4, -0.3, 0.6),
    b1: Float64Array.of(0.1, -0.1, 0.3),
    W2: Float64Array.of(0.7, -0.4, 0.2, 0.3, 0.5, -0.6),
    b2: Float64Array.of(0.1, -0.2),
    W3: Float64Array.of(0.8, -0.5),
    b3: Float64Array.of(0.3),
  },
  origin: "given",
};

/** The one row that is shown with the example network. */
export const exampleBatch: Batch = {
  rows: 1,
  x: Float64Array.of(1, 0.5),
  y: Float64Array.of(0.2),
  weight: undefined,
};
