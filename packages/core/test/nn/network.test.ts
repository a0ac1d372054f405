import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import { evaluate } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";
import { dropout } from "../../src/nn/layers/dropout.ts";
import type { LayerSpec } from "../../src/nn/layers/layer.ts";
import {
  buffersOf,
  checkNetwork,
  type ForwardContext,
  forward,
  initialParameters,
  type NetworkSpec,
  parametersOf,
} from "../../src/nn/network.ts";
import { mean } from "../../src/ops/reduce.ts";
import { mul } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";

const spec: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 5, activation: "relu", dropout: 0.4 },
    { units: 4, activation: "tanh", normalisation: "batch", bias: false },
    { units: 2, activation: "identity" },
  ],
};

const inputsOf = (tensors: readonly { name: string; shape: readonly number[] }[]): Record<string, Expr> =>
  Object.fromEntries(tensors.map(({ name, shape }) => [name, input(name, shape, "f64")]));

test("parameters: names, shapes and fans, W as [out, in]", () => {
  expect(parametersOf(spec).map(({ name, shape }) => `${name}[${shape}]`)).toEqual([
    "W1[5,3]",
    "b1[5]",
    "W2[4,5]",
    "gain2[4]",
    "shift2[4]",
    "W3[2,4]",
    "b3[2]",
  ]);
  const fans = { fanIn: 5, fanOut: 4 };
  expect(parametersOf(spec)[2]).toMatchObject({ name: "W2", role: "weight", layer: 2, shape: [4, 5], ...fans });
  expect(buffersOf(spec)).toMatchObject([
    { name: "mean2", role: "mean", layer: 2, shape: [4], start: 0 },
    { name: "variance2", role: "variance", layer: 2, shape: [4], start: 1 },
  ]);
});

test("initial parameters: one seed, one set of values; a layer's own stream", () => {
  const first = initialParameters(spec, 42);
  expect(initialParameters(spec, 42)).toEqual(first);
  expect(initialParameters(spec, 43).W1).not.toEqual(first.W1);
  expect(initialParameters(spec, 42 + 2 ** 32).W1).not.toEqual(first.W1);
  expect(Object.keys(first)).toEqual(parametersOf(spec).map(({ name }) => name));
  expect([...first.b1, ...first.shift2]).toEqual(new Array(9).fill(0));
  expect([...first.gain2]).toEqual([1, 1, 1, 1]);
  const [relu, ...rest] = spec.layers;
  const changed = initialParameters({ ...spec, layers: [{ ...relu, initialiser: "orthogonal" }, ...rest] }, 42);
  expect(changed.W1).not.toEqual(first.W1);
  expect(changed.W2).toEqual(first.W2);
  const own = initialParameters(
    { inputs: 2, layers: [{ units: 1, activation: "exp", initialiser: () => Float64Array.of(3, 4) }] },
    0,
  );
  expect([...own.W1]).toEqual([3, 4]);
  const alike: NetworkSpec = { inputs: 3, layers: [5, 3, 5].map((units) => ({ units, activation: "tanh" })) };
  const { W1, W3 } = initialParameters(alike, 42); // both [5, 3]
  expect(W1).not.toEqual(W3);
  expect(() => initialParameters(spec, 0.5)).toThrow("the seed must be a whole number, got 0.5");
});

test("nodes carry the symbols that a reader sees", () => {
  const key = input("key", [2], "i32");
  const params = inputsOf(parametersOf(spec));
  const buffers = inputsOf(buffersOf(spec));
  const training = forward(spec, params, input("x", [6, 3], "f64"), { training: true, key, buffers });
  const labels = training.layers.map(({ z, h }) => [z.label, h.label]);
  expect(labels).toEqual([
    ["z1", "h1"],
    ["z2", "h2"],
    ["y", "y"],
  ]);
  expect(training.output.label).toBe("y");
  expect(training.layers[2].z).toBe(training.output);
  const linear: NetworkSpec = {
    inputs: 3,
    layers: [
      { units: 2, activation: "identity" },
      { units: 1, activation: "sigmoid" },
    ],
  };
  const { layers } = forward(linear, inputsOf(parametersOf(linear)), input("x", [6, 3], "f64"), { training: false });
  expect(layers[0].z).toBe(layers[0].h);
  expect(layers.map(({ z, h }) => [z.label, h.label])).toEqual([
    ["z1", "z1"],
    ["z2", "y"],
  ]);
});

test("every z and h has a gradient of its own: labels do not cut the graph", () => {
  for (const activation of ["identity", "relu"] as const) {
    for (const normalisation of [undefined, "layer"] as const) {
      const layer = (units: number): LayerSpec => ({ units, activation, ...(normalisation ? { normalisation } : {}) });
      const built: NetworkSpec = { inputs: 2, layers: [layer(3), layer(4)] };
      const params = inputsOf(parametersOf(built));
      const x = input("x", [5, 2], "f64");
      const { layers, output } = forward(built, params, x, { training: true });
      const nodes = layers.flatMap(({ z, h }) => [z, h]);
      const slopes = gradients(sum(mul(output, output)), nodes);
      const inputs = [x, ...Object.values(params)];
      const outputs = Object.fromEntries(slopes.map((slope, i) => [`slope${i}`, slope]));
      const values = Object.fromEntries(
        inputs.map(({ label, type }) => [
          label,
          Array.from({ length: type.shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(i + 1)),
        ]),
      );
      const results = evaluate(referenceEngine, program("slopes", inputs, outputs), values);
      for (const [name, slope] of Object.entries(results)) {
        expect(
          slope.some((value) => Math.abs(value) > 1e-6),
          `${activation}, ${normalisation}: ${name}`,
        ).toBe(true);
      }
    }
  }
});

test("dropout: nothing when predicting, inverted and replayable when training", () => {
  const wide: NetworkSpec = { inputs: 1, layers: [{ units: 400, activation: "identity", dropout: 0.3 }] };
  const rows = 50;
  const x = input("x", [rows, 1], "f64");
  const key = input("key", [2], "i32");
  const params = inputsOf(parametersOf(wide));
  const outputOf = (context: ForwardContext, keyValues: number[]): number[] => {
    const { output } = forward(wide, params, x, context);
    const built = program("dropout", [x, key, ...Object.values(params)], { output });
    const values = {
      x: new Array(rows).fill(1),
      key: keyValues,
      W1: new Array(400).fill(1),
      b1: new Array(400).fill(0),
    };
    return [...evaluate(referenceEngine, built, values).output];
  };
  const still = outputOf({ training: false }, [1, 2]);
  expect(new Set(still)).toEqual(new Set([1]));
  const dropped = outputOf({ training: true, key }, [1, 2]);
  expect(new Set(dropped)).toEqual(new Set([0, 1 / 0.7]));
  expect(outputOf({ training: true, key }, [1, 2])).toEqual(dropped);
  expect(outputOf({ training: true, key }, [1, 3])).not.toEqual(dropped);
  // Five standard errors of a Bernoulli mean.
  const average = dropped.reduce((a, b) => a + b, 0) / dropped.length;
  expect(Math.abs(average - 1)).toBeLessThan(5 * Math.sqrt(0.3 / 0.7 / dropped.length));
});

test("dropout: the gradient passes where the activation passed", () => {
  const x = input("x", [20, 3], "f64");
  const key = input("key", [2], "i32");
  const h = dropout(x, 0.5, key, 4);
  const outputs = { h, slope: gradients(sum(h), [x])[0], other: dropout(x, 0.5, key, 5) };
  const ones = new Array(60).fill(1);
  const result = evaluate(referenceEngine, program("dropout", [x, key], outputs), { x: ones, key: [3, 4] });
  expect(new Set(result.h)).toEqual(new Set([0, 2]));
  expect(result.slope).toEqual(result.h);
  expect(result.other).not.toEqual(result.h);
  expect(dropout(x, 0, key, 4)).toBe(x);
  expect(() => dropout(x, 1, key, 4)).toThrow("dropout must be a number ≥ 0 and < 1, got 1");
});

const layer = (changes: object): NetworkSpec => ({
  inputs: 3,
  layers: [{ units: 5, activation: "relu" }, { units: 2, activation: "identity", ...changes } as LayerSpec],
});

test.each([
  [{ inputs: 0, layers: [{ units: 1, activation: "relu" }] }, "network: inputs must be a whole number ≥ 1, got 0"],
  [{ inputs: 3, layers: [] }, "network: at least one layer is needed, got none"],
  [layer({ units: 2.5 }), "layer 2 ('output'): units must be a whole number ≥ 1, got 2.5"],
  [layer({ units: "7" }), "layer 2 ('output'): units must be a whole number ≥ 1, got 7"],
  [
    layer({ activation: "rleu", name: "logits" }),
    "layer 2 ('logits'): activation 'rleu' is not known; did you mean 'relu'? It can be identity, relu, leaky-relu",
  ],
  [layer({ activation: undefined }), "layer 2 ('output'): activation 'undefined' is not known"],
  [layer({ dropout: 1 }), "layer 2 ('output'): dropout must be a number ≥ 0 and < 1, got 1"],
  [layer({ normalisation: "group" }), "layer 2 ('output'): normalisation 'group' is not known; it can be layer, batch"],
  [layer({ initialiser: "ones" }), "layer 2 ('output'): initialiser 'ones' is not known; it can be glorot-uniform"],
  [layer({ name: "hidden1" }), "layer 2 ('hidden1') has the name of layer 1: give it another"],
] as const)("a network that cannot be built is refused: %#", (wrong, message) => {
  expect(() => checkNetwork(wrong as NetworkSpec)).toThrow(message);
  expect(() => parametersOf(wrong as NetworkSpec)).toThrow(RangeError);
});

test("what does not fit is refused by name", () => {
  const good = layer({});
  const params = inputsOf(parametersOf(good));
  const x = input("x", [7, 3], "f64");
  const context = { training: true };
  expect(() => forward(good, params, input("x", [7, 4], "f64"), context)).toThrow(
    "dense 'hidden1' expects [batch, 3], got [batch, 4]",
  );
  expect(() => forward(good, params, input("x", [3], "f64"), context)).toThrow(
    "dense 'hidden1' expects [batch, 3], got [3]",
  );
  expect(() => forward(good, { ...params, W2: input("W2", [2, 6], "f64") }, x, context)).toThrow(
    "parameter 'W2' must be [2, 5], got f64[2, 6]",
  );
  const { b2: _, ...missing } = params;
  expect(() => forward(good, missing, x, context)).toThrow("the network needs the parameter 'b2' [2]");
  const narrowing = layer({ activation: (z: Expr) => mean(z, [1]), name: "pooled" });
  expect(() => forward(narrowing, params, x, context)).toThrow(
    "the activation of 'pooled' must keep f64[7, 2], got f64[7]",
  );
  const random = layer({ dropout: 0.5 });
  expect(() => forward(random, params, x, context)).toThrow("dropout in 'output' needs context.key");
  const batch = layer({ normalisation: "batch" });
  expect(() => forward(batch, inputsOf(parametersOf(batch)), x, context)).toThrow("needs the buffer 'mean2' [2]");
});
