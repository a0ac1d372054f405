/** A small network with rows, whole, broken in one rule, and at a kink. */
import { type Expr, tanh } from "@chaingrad/core";
import type { Batch } from "@chaingrad/core/net";
import { type NetDocument, parseBatch, parseNet } from "@chaingrad/interchange/net-document";

export const NET: NetDocument = parseNet(
  {
    inputs: 3,
    layers: [
      { units: 4, activation: "silu" },
      { units: 2, activation: "identity" },
    ],
    loss: "mean-squared-error",
    l2: 0.1,
    weights: {
      W1: [
        [0.3, -0.2, 0.5],
        [0.1, 0.8, -0.6],
        [-0.4, 0.2, 0.9],
        [0.7, -0.5, 0.1],
      ],
      b1: [0.1, -0.2, 0.3, 0],
      W2: [
        [0.4, -0.7, 0.2, 0.6],
        [0.5, 0.1, -0.3, 0.8],
      ],
      b2: [0.05, -0.1],
    },
  },
  "net",
);
export const BATCH: Batch = parseBatch(
  {
    x: [
      [0.5, -1, 0.25],
      [1, 0.5, -0.75],
    ],
    y: [
      [1, 0],
      [0.5, -1],
    ],
    weight: [1, 2],
  },
  "batch",
  NET,
);

/** tanh with other rules. */
export const withRules =
  (rules: Partial<Expr["op"]>) =>
  (z: Expr): Expr => {
    const right = tanh(z);
    return { ...right, op: { ...right.op, ...rules } };
  };

/** The network with another activation in its first layer. */
export function withActivation(activation: (z: Expr) => Expr): NetDocument {
  const layers = NET.network.layers.map((layer, i) => (i === 0 ? { ...layer, activation } : layer));
  return { ...NET, network: { ...NET.network, layers } };
}

/** A pre-activation of relu is exactly 0. */
export function atKink(): { net: NetDocument; batch: Batch } {
  const layers = [
    { units: 2, activation: "relu" },
    { units: 1, activation: "identity" },
  ];
  const weights = {
    W1: [
      [1, -1],
      [0.5, 2],
    ],
    b1: [0, 0],
    W2: [[1, 2]],
    b2: [0.5],
  };
  const net = parseNet({ inputs: 2, layers, loss: "mean-squared-error", weights }, "net");
  return { net, batch: parseBatch({ x: [[1, 1]], y: [1] }, "batch", net) };
}
