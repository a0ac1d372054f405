/** The weighted mean of networks is one network, exactly. */
import {
  categoriesOf,
  initialParameters,
  type LayerSpec,
  type NetworkSpec,
  predictorOf,
  referenceEngine,
} from "@chaingrad/core";
import { uniformAt } from "@chaingrad/core/given";
import { expect, test } from "vitest";
import { merged } from "../../src/automatic/merge.ts";

const KEY = [5, 7];
const INPUTS = 3;
const ROWS = 11;
const OUTPUT: LayerSpec = { units: 2, activation: "identity" };
const hidden = (units: number): LayerSpec => ({ units, activation: "silu" });
const scale = (units: number): LayerSpec => ({ kind: "scale", units, activation: "identity", name: "scale" });
const BINS: LayerSpec = {
  ...{ kind: "piecewise-linear", activation: "identity", name: "bins", units: INPUTS + 5 },
  ...{
    features: [0, 2],
    edges: [
      [-1, 0, 1],
      [-0.5, 0, 0.25, 0.5],
    ],
  },
};

const LOOKED: LayerSpec = {
  ...{ kind: "embedding", activation: "identity", name: "embedding", units: 7 },
  ...{ features: [2, 0], categories: [3, 4], dimension: 3 },
};

const NETWORKS: Readonly<Record<string, NetworkSpec>> = {
  plain: { inputs: INPUTS, layers: [hidden(6), OUTPUT] },
  scaled: { inputs: INPUTS, layers: [scale(INPUTS), hidden(5), OUTPUT] },
  looked: { inputs: INPUTS, layers: [LOOKED, { ...scale(7), rates: { scale: 6 } }, hidden(5), OUTPUT] },
  "looked and binned": {
    inputs: INPUTS,
    layers: [LOOKED, { ...BINS, features: [0], edges: [[-1, 0, 1]], units: 9 }, scale(9), hidden(4), OUTPUT],
  },
  "many looked": { inputs: INPUTS, layers: [{ ...LOOKED, categories: [20, 4] }, hidden(5), OUTPUT] },
  "all looked": {
    inputs: INPUTS,
    layers: [{ ...LOOKED, units: 6, features: [2, 0, 1], categories: [3, 9, 4], dimension: 2 }, hidden(3), OUTPUT],
  },
  binned: { inputs: INPUTS, layers: [BINS, scale(INPUTS + 5), hidden(4), OUTPUT] },
};

test.each([
  ["scaled ones", ["scaled", "scaled", "scaled"], [1 / 3, 1 / 3, 1 / 3]],
  ["one alone", ["binned"], [1]],
  // Five times 3 numbers are fewer than 20 categories, and more than 4.
  ["embeddings side by side", Array(5).fill("many looked"), Array(5).fill(1 / 5)],
  ["embeddings of every input, side by side", ["all looked", "all looked"], [0.4, 0.6]],
  ["embeddings of every input, as their categories", Array(5).fill("all looked"), Array(5).fill(1 / 5)],
  ["embeddings, with bins or without", ["looked", "looked and binned", "looked"], [0.5, 0.25, 0.25]],
  ["kinds of every form", ["scaled", "plain", "binned", "binned"], [0.1, 0.2, 0.3, 0.4]],
])("%s", (_, names, weights) => {
  const categories = categoriesOf(NETWORKS[names[0]]);
  const x = Float64Array.from({ length: ROWS * INPUTS }, (_, i) => {
    const many = categories.get(i % INPUTS);
    return many === undefined ? 2 * uniformAt(KEY, 0, i) - 1 : Math.floor(many * uniformAt(KEY, 0, i));
  });
  const counted = names.map((name, k) => {
    const tensors = initialParameters(NETWORKS[name], 10 + k);
    // Scales and biases that differ from where they start.
    for (const [j, values] of Object.values(tensors).entries())
      for (let i = 0; i < values.length; i++) values[i] += uniformAt(KEY, 1 + k + 10 * j, i) / 2;
    return { model: { network: NETWORKS[name], tensors }, weight: weights[k] };
  });
  const outputsOf = (model: object): Float64Array => {
    const objective = { loss: "mean-squared-error" };
    return predictorOf({ ...model, objective } as never, referenceEngine, ROWS, "f64").predict(x).outputs;
  };
  const each = counted.map(({ model }) => outputsOf(model));
  const whole = merged(counted);
  for (const [i, output] of outputsOf(whole).entries()) {
    const mean = each.reduce((total, own, k) => total + weights[k] * own[i], 0);
    expect(Math.abs(output - mean)).toBeLessThan(1e-14);
  }
  const kinds = whole.network.layers.map(({ kind = "dense" }) => kind);
  const has = (word: string): boolean => names.some((name) => name.includes(word));
  const [first] = whole.network.layers;
  if (first.kind === "embedding")
    expect(first.dimension).toBe(
      Math.min(
        Number(NETWORKS[names[0]].layers[0].dimension) * names.length,
        Math.max(...(first.categories as number[])),
      ),
    );
  const front = [...(has("looked") ? ["embedding"] : []), ...(has("binned") ? ["piecewise-linear"] : [])];
  expect(kinds).toEqual([...front, "dense", "dense"]);
});
