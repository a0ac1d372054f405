/** The mean of networks is one network, exactly. */
import { categoriesOf, initialParameters, type NetworkSpec, predictorOf, referenceEngine } from "@chaingrad/core";
import { uniformAt } from "@chaingrad/core/given";
import { expect, test } from "vitest";
import { merged } from "../../src/automatic/merge.ts";

const KEY = [5, 7];
const INPUTS = 3;
const ROWS = 11;
const scale = { kind: "scale", units: INPUTS, activation: "identity", name: "scale" } as const;
const embedding = { kind: "embedding", activation: "identity", name: "embedding" } as const;

const NETWORKS: Readonly<Record<string, NetworkSpec>> = {
  "one hidden layer behind a scale": {
    inputs: INPUTS,
    layers: [scale, { units: 5, activation: "silu" }, { units: 2, activation: "identity" }],
  },
  "three hidden layers": {
    inputs: INPUTS,
    layers: [
      { units: 5, activation: "tanh" },
      { units: 4, activation: "tanh" },
      { units: 6, activation: "tanh" },
      { units: 2, activation: "identity" },
    ],
  },
  "a scale behind an embedding": {
    inputs: INPUTS,
    layers: [
      { ...embedding, units: 9, features: [2, 0], categories: [3, 4], dimension: 4, initialiser: "zeros" },
      { ...scale, units: 9, rates: { scale: 6 } },
      { units: 5, activation: "silu" },
      { units: 4, activation: "silu" },
      { units: 2, activation: "identity" },
    ],
  },
  "nothing but categories": {
    inputs: INPUTS,
    layers: [
      { ...embedding, units: 6, features: [0, 1, 2], categories: [2, 3, 4], dimension: 2 },
      { units: 5, activation: "tanh" },
      { units: 2, activation: "identity" },
    ],
  },
  "outputs of an embedding": {
    inputs: INPUTS,
    layers: [
      { ...embedding, units: 4, features: [1], categories: [3], dimension: 2 },
      { units: 2, activation: "identity" },
    ],
  },
  "outputs alone": { inputs: INPUTS, layers: [scale, { units: 2, activation: "identity" }] },
};

test.each(Object.entries(NETWORKS))("%s", (_, network) => {
  const categories = categoriesOf(network);
  const x = Float64Array.from({ length: ROWS * INPUTS }, (_, i) => {
    const many = categories.get(i % INPUTS);
    return many === undefined ? 2 * uniformAt(KEY, 0, i) - 1 : Math.floor(many * uniformAt(KEY, 0, i));
  });
  const members = Array.from({ length: 4 }, (_, k) => {
    const tensors = initialParameters(network, 10 + k);
    // Scales and biases that differ from where they start.
    for (const [j, values] of Object.values(tensors).entries())
      for (let i = 0; i < values.length; i++) values[i] += uniformAt(KEY, 1 + k + 10 * j, i) / 2;
    return { network, tensors };
  });
  const outputsOf = (member: { network: NetworkSpec; tensors: Record<string, Float64Array> }): Float64Array => {
    const { objective } = { objective: { loss: "mean-squared-error" } };
    return predictorOf({ ...member, objective } as never, referenceEngine, ROWS, "f64").predict(x).outputs;
  };
  const each = members.map(outputsOf);
  const whole = merged(members);
  const outputs = outputsOf(whole as never);
  for (const [i, output] of outputs.entries()) {
    const mean = each.reduce((total, own) => total + own[i], 0) / each.length;
    expect(Math.abs(output - mean)).toBeLessThan(1e-14);
  }
  const kinds = network.layers.map(({ kind = "dense" }) => kind);
  // The scale is taken into the layer above it.
  expect(whole.network.layers.map(({ kind = "dense" }) => kind)).toEqual(kinds.filter((kind) => kind !== "scale"));
});
