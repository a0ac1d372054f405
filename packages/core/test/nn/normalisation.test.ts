import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import { batchNorm, batchNormInference, layerNorm } from "../../src/nn/layers/norm.ts";
import { type LossName, losses } from "../../src/nn/losses.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { mul } from "../../src/ops/ring.ts";
import { fill } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { distance, lossAndGradients, type Nested, run } from "./build.ts";

interface Fixture {
  readonly name: "layer-norm" | "batch-norm";
  readonly x: number[][];
  readonly gain: number[];
  readonly shift: number[];
  readonly lossWeights: number[][];
  readonly expected: {
    loss: number;
    outputs: Nested;
    gradients: { x: Nested; gain: Nested; shift: Nested };
    running?: { mean: Nested; variance: Nested };
  };
}

const fixtures = JSON.parse(
  readFileSync(new URL("../fixtures/normalisation.json", import.meta.url), "utf8"),
) as readonly Fixture[];

test.each(fixtures)("$name as PyTorch has it", ({ name, x, gain, shift, lossWeights, expected }) => {
  const [rows, features] = [x.length, gain.length];
  const given = { x: [[rows, features], x], c: [[rows, features], lossWeights] } as const;
  const affine = { gain: [[features], gain], shift: [[features], shift] } as const;
  const actual = run({ ...given, ...affine }, ({ x, c, gain, shift }) => {
    const start = { mean: fill(0, [features], "f64"), variance: fill(1, [features], "f64") };
    const { normalised, running } =
      name === "layer-norm"
        ? { normalised: layerNorm(x, { gain, shift }), running: start }
        : batchNorm(x, { gain, shift }, start);
    const loss = sum(mul(c, normalised));
    const [dx, dgain, dshift] = gradients(loss, [x, gain, shift]);
    return { loss, outputs: normalised, dx, dgain, dshift, mean: running.mean, variance: running.variance };
  });
  expect(distance(actual.loss, expected.loss)).toBeLessThan(1e-12);
  expect(distance(actual.outputs, expected.outputs)).toBeLessThan(1e-12);
  expect(distance(actual.dx, expected.gradients.x)).toBeLessThan(1e-12);
  expect(distance(actual.dgain, expected.gradients.gain)).toBeLessThan(1e-12);
  expect(distance(actual.dshift, expected.gradients.shift)).toBeLessThan(1e-12);
  if (name === "batch-norm") {
    expect(distance(actual.mean, expected.running?.mean ?? [])).toBeLessThan(1e-12);
    expect(distance(actual.variance, expected.running?.variance ?? [])).toBeLessThan(1e-12);
  }
});

const spec: NetworkSpec = {
  inputs: 2,
  layers: [
    { units: 3, activation: "tanh", normalisation: "batch" },
    { units: 2, activation: "identity" },
  ],
};
const params = {
  W1: [
    [0.4, -0.9],
    [1.2, 0.3],
    [-0.6, 0.7],
  ],
  b1: [0.1, 0.2, -0.3],
  gain1: [1.2, 0.7, -0.9],
  shift1: [0.2, -0.1, 0.4],
  W2: [
    [0.8, -0.3, 0.5],
    [0.2, 0.6, -1.1],
  ],
  b2: [0.05, -0.15],
};
const x = [
  [0.3, 1.1],
  [-0.8, 0.4],
  [1.5, -0.6],
  [0.9, 0.2],
];

test.each(Object.keys(losses) as LossName[])(
  "batch norm below %s: weight 2 is the row twice, weight 0 no row",
  (name) => {
    const loss = losses[name]();
    const y: Nested[] =
      loss.target === "labels"
        ? [1, 0, 1, 0]
        : [
            [1, 0],
            [0, 1],
            [1, 1],
            [0, 0],
          ];
    const pick = <T>(from: readonly T[], ...rows: number[]): T[] => rows.map((row) => from[row]);
    const weighted = lossAndGradients({ spec, params, loss, x, y, weight: [2, 1, 0, 1] });
    const twice = lossAndGradients({ spec, params, loss, x: pick(x, 0, 0, 1, 3), y: pick(y, 0, 0, 1, 3) });
    for (const key of ["loss", "W1", "gain1", "shift1", "W2", "b2", "mean1′", "variance1′"]) {
      expect(distance(weighted[key], twice[key]), key).toBeLessThan(1e-13);
    }
    // A bias before batch norm cancels: its gradient is 0 but for rounding.
    expect(Math.max(...weighted.b1.map(Math.abs))).toBeLessThan(1e-14);
  },
);

test("a batch of padding leaves the running statistics where they were", () => {
  const loss = losses["mean-squared-error"]();
  const y = x.map(() => [0, 0]);
  const result = lossAndGradients({ spec, params, loss, x, y, weight: [0, 0, 0, 0] });
  expect(result["mean1′"]).toEqual([0, 0, 0]);
  expect(result["variance1′"]).toEqual([1, 1, 1]);
  for (const key of ["loss", "W1", "gain1", "W2"])
    expect(
      result[key].every((value) => value === 0),
      key,
    ).toBe(true);
});

test("a single row moves the running mean, and the variance towards 0", () => {
  const loss = losses["mean-squared-error"]();
  const result = lossAndGradients({ spec, params, loss, x: [x[0]], y: [[0, 0]] });
  const z = params.W1.map((row, k) => row[0] * x[0][0] + row[1] * x[0][1] + params.b1[k]);
  expect(
    distance(
      result["mean1′"],
      z.map((value) => 0.1 * value),
    ),
  ).toBeLessThan(1e-14);
  expect(distance(result["variance1′"], [0.9, 0.9, 0.9])).toBeLessThan(1e-14);
});

test("batch norm when predicting is (z − μ)/√(σ² + 1e-5) of the running statistics", () => {
  const vectors = { gain: [1.5, -0.5], shift: [0.1, 0.2], mean: [0.3, -1], variance: [4, 0.25] };
  const given = Object.fromEntries(Object.entries(vectors).map(([name, value]) => [name, [[2], value] as const]));
  const z = [
    [1, 2],
    [-3, 0.5],
    [0.3, -1],
  ];
  const { h } = run({ ...given, z: [[3, 2], z] }, ({ z, gain, shift, mean, variance }) => ({
    h: batchNormInference(z, { gain, shift }, { mean, variance }),
  }));
  const expected = z.map((row) =>
    row.map((value, k) => {
      const { gain, shift, mean, variance } = vectors;
      return (gain[k] * (value - mean[k])) / Math.sqrt(variance[k] + 1e-5) + shift[k];
    }),
  );
  expect(distance(h, expected)).toBeLessThan(1e-15);
});
