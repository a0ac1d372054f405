/** Networks that between them have every kind of layer and what one can be told, with rows: each trains, saves and explains. */

import type { WeightedNet } from "../../src/net/net.ts";
import { type Loss, losses, predictionWidth, targetWidth } from "../../src/nn/losses.ts";
import { initialBuffers, initialParameters, type NetworkSpec, outputsOf } from "../../src/nn/network.ts";
import { normalAt, uniformAt } from "../../src/ops/random.ts";

export interface LayerCase {
  readonly name: string;
  readonly network: NetworkSpec;
  readonly loss: Loss;
  /** Which numbers of a row are whole, 0 … n − 1: they choose, and are not moved. */
  readonly categories?: Readonly<Record<number, number>>;
  /** What the derivation prints somewhere. */
  readonly prints: string;
}

const last = { units: 2, activation: "identity" } as const;
const squares = losses["mean-squared-error"]();

export const LAYER_CASES: readonly LayerCase[] = [
  {
    name: "scale",
    network: {
      inputs: 3,
      layers: [
        { kind: "scale", units: 3, activation: "identity", rates: { scale: 6 } },
        { units: 4, activation: "mish" },
        last,
      ],
    },
    loss: squares,
    prints: "s₁ ⊙ x",
  },
  {
    name: "rates, and biases from N(0, 1)",
    network: {
      inputs: 3,
      layers: [
        {
          ...{ units: 4, activation: "selu", biasInitialiser: "standard-normal" },
          ...{ rates: { weight: 0.5, bias: 0.1 }, decays: { bias: 0 } },
        },
        { ...last, initialiser: "zeros" },
      ],
    },
    loss: squares,
    prints: "W₁ᵀ",
  },
  {
    name: "groups",
    network: {
      inputs: 4,
      layers: [
        { units: 6, activation: "tanh" },
        { units: 4, activation: "tanh", groups: 2, normalisation: "layer" },
        last,
      ],
    },
    loss: squares,
    prints: "blockdiag₂(W₂)ᵀ",
  },
  {
    name: "members that tell classes",
    network: {
      inputs: 3,
      layers: [
        { units: 12, activation: "selu" },
        { units: 12, activation: "mish", groups: 3, dropout: 0.2 },
        { units: 9, activation: "identity", groups: 3 },
      ],
    },
    loss: losses.members({ members: 3, of: "softmax-cross-entropy", labelSmoothing: 0.1 }),
    prints: "blockdiag₃(W₃)ᵀ",
  },
  {
    name: "periodic",
    network: {
      inputs: 4,
      layers: [
        {
          ...{
            kind: "periodic",
            units: 10,
            activation: "identity",
            features: [1, 2, 0],
            rates: { frequency: 0.1, phase: 0.1 },
          },
          ...{ frequencies: 3, dimension: 3, deviation: 0.3 },
        },
        { units: 5, activation: "mish" },
        last,
      ],
    },
    loss: squares,
    prints: "blockdiag₃(W₁)ᵀ + b₁",
  },
  {
    name: "periodic of all inputs, bent",
    network: {
      inputs: 2,
      layers: [{ kind: "periodic", units: 8, activation: "tanh", features: [0, 1] }, last],
    },
    loss: losses.huber(),
    prints: "h₁: f64",
  },
  {
    name: "bins",
    network: {
      inputs: 3,
      layers: [
        {
          ...{ kind: "piecewise-linear", units: 8, activation: "identity", features: [2, 0] },
          edges: [
            [-1, -0.25, 0.3, 2],
            [-0.6, 0.1, 0.7],
          ],
        },
        { units: 5, activation: "tanh" },
        last,
      ],
    },
    loss: squares,
    prints: "values(",
  },
  {
    name: "slopes",
    network: {
      inputs: 3,
      layers: [
        { units: 4, activation: "mish", slopes: true, rates: { slope: 0.1 } },
        { units: 5, activation: "selu", slopes: true, normalisation: "layer", dropout: 0.1 },
        last,
      ],
    },
    loss: squares,
    prints: "a₁ ⊙",
  },
  {
    name: "embedding",
    network: {
      inputs: 5,
      layers: [
        { kind: "embedding", units: 11, activation: "identity", features: [3, 0], categories: [3, 4], dimension: 4 },
        { kind: "periodic", units: 17, activation: "identity", features: [0, 2], frequencies: 5 },
        { units: 5, activation: "selu" },
        last,
      ],
    },
    categories: { 3: 3, 0: 4 },
    loss: losses["softmax-cross-entropy"]({ labelSmoothing: 0.1 }),
    prints: "rows(E₁, ",
  },
  {
    name: "embedding of nothing but categories",
    network: {
      inputs: 2,
      layers: [
        { kind: "embedding", units: 6, activation: "tanh", features: [0, 1], categories: [2, 5], dimension: 3 },
        last,
      ],
    },
    categories: { 0: 2, 1: 5 },
    loss: squares,
    prints: "rows(E₁, ",
  },
];

/** So many rows for a case, and their targets. */
export function rowsFor(
  { network, loss, categories = {} }: LayerCase,
  rows: number,
): { x: Float64Array; y: Float64Array } {
  const outputs = outputsOf(network);
  const x = Float64Array.from({ length: rows * network.inputs }, (_, i) => {
    const count = categories[i % network.inputs];
    return count === undefined ? Math.fround(normalAt([5, 6], 0, i)) : Math.floor(count * uniformAt([5, 6], 1, i));
  });
  const classes = predictionWidth(loss, outputs);
  const y = Float64Array.from({ length: rows * targetWidth(loss, outputs) }, (_, i) => {
    const share = uniformAt([5, 6], 2, i);
    return loss.target === "labels" ? Math.floor(share * classes) : Math.fround(share);
  });
  return { x, y };
}

/** A case with numbers that no initialiser has made special. */
export function weighted({ network, loss }: LayerCase): WeightedNet {
  const drawn = Object.entries(initialParameters(network, 1)).map(([name, values], stream) => [
    name,
    values.map((value, i) => value + 0.1 * normalAt([7, 7], stream, i)),
  ]);
  const tensors = { ...Object.fromEntries(drawn), ...initialBuffers(network) };
  return { network, objective: { loss }, tensors, origin: "given" };
}
