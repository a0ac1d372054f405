import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { type Activation, type ActivationName, activations } from "../../src/nn/activations.ts";
import { meanSquaredError } from "../../src/nn/losses.ts";
import { sin } from "../../src/ops/elementary.ts";
import { add, mul, square } from "../../src/ops/ring.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { lossAndGradients, run } from "./build.ts";

const names = Object.keys(activations) as ActivationName[];

/** h = φ(z) for a row z, and the gradient of Σ c ⊙ h with c = 1, 2, 3, … */
function valueAndSlope(activation: Activation, z: readonly number[]): { h: number[]; slope: number[] } {
  const c = z.map((_, i) => i + 1);
  const result = run({ z: [[1, z.length], z], c: [[1, z.length], c] }, (x) => {
    const h = activation(x.z as Expr);
    return { h, slope: gradients(sum(mul(x.c, h)), [x.z])[0] };
  });
  return { h: result.h, slope: result.slope };
}

const FAR = [-1e8, -1e4, -750, -40, -1e-9, 0, 1e-9, 40, 750, 1e4, 1e8];

test.each(names.filter((name) => name !== "exp"))("%s and its gradient are finite far out", (name) => {
  for (const z of FAR) {
    const { h, slope } = valueAndSlope(activations[name], [z, 0.5]);
    expect([...h, ...slope].every(Number.isFinite), `at ${z}: ${h}; ${slope}`).toBe(true);
  }
});

test.each(names)("the gradient of %s is its finite difference", (name) => {
  const z = [-2.3, -0.4, 0.7, 1.9, 3.1];
  const { slope } = valueAndSlope(activations[name], z);
  const step = 1e-5;
  z.forEach((_, i) => {
    const along = (by: number): number => {
      const { h } = valueAndSlope(
        activations[name],
        z.map((value, j) => (j === i ? value + by : value)),
      );
      return h.reduce((total, value, j) => total + (j + 1) * value, 0);
    };
    const difference = (along(step) - along(-step)) / (2 * step);
    expect(Math.abs(slope[i] - difference), `z[${i}]`).toBeLessThan(1e-8 * Math.max(1, Math.abs(difference)));
  });
});

// PyTorch's choices at 0
const SELU_AT_ZERO = 1.0507009873554805 * 1.6732632423543772;
test.each([
  ["relu", 0],
  ["leaky-relu", 0.01],
  ["elu", 1],
  ["selu", SELU_AT_ZERO],
  ["gelu", 0.5],
  ["silu", 0.5],
  ["softsign", 1],
] as const)("%s has the slope %f at 0", (name, expected) => {
  const { h, slope } = valueAndSlope(activations[name], [0]);
  expect(h).toEqual([0]);
  expect(slope[0]).toBeCloseTo(expected, 15);
});

test("selu keeps mean 0 and variance 1", () => {
  // Klambauer et al.: for z ~ N(0, 1), E h = 0 and E h² = 1. Simpson's rule on [−12, 12].
  const n = 4800;
  const z = Array.from({ length: n + 1 }, (_, i) => -12 + (24 * i) / n);
  const { h } = valueAndSlope(activations.selu, z);
  const moment = (power: number): number =>
    z.reduce((total, x, i) => {
      const simpson = ((i === 0 || i === n ? 1 : i % 2 === 1 ? 4 : 2) * 24) / n / 3;
      return total + (simpson * h[i] ** power * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
    }, 0);
  expect(moment(1)).toBeCloseTo(0, 5);
  expect(moment(2)).toBeCloseTo(1, 5);
});

test("an activation of one's own is any function of expressions", () => {
  const snake: Activation = (z) => add(z, square(sin(z))); // z + sin² z; φ′ = 1 + sin 2z
  const result = lossAndGradients({
    spec: { inputs: 2, layers: [{ units: 1, activation: snake }] },
    loss: meanSquaredError(),
    params: { W1: [[0.3, -0.8]], b1: [0.1] },
    x: [[1.1, -0.4]],
    y: [[0.2]],
  });
  const z = 0.3 * 1.1 + 0.8 * 0.4 + 0.1;
  const h = z + Math.sin(z) ** 2;
  const delta = 2 * (h - 0.2) * (1 + Math.sin(2 * z));
  expect(result.outputs[0]).toBeCloseTo(h, 14);
  expect(result.b1[0]).toBeCloseTo(delta, 14);
  expect(result.W1[0]).toBeCloseTo(delta * 1.1, 14);
  expect(result.x[1]).toBeCloseTo(delta * -0.8, 14);
});
