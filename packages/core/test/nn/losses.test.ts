import { expect, test } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import { type Loss, type LossName, losses, meanSquaredError, reduceRows } from "../../src/nn/losses.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { regularisers } from "../../src/nn/regularisers.ts";
import { log } from "../../src/ops/elementary.ts";
import { mean } from "../../src/ops/reduce.ts";
import { add, square, sub } from "../../src/ops/ring.ts";
import { constant, input } from "../../src/ops/source.ts";
import { type Case, distance, lossAndGradients, run } from "./build.ts";

const spec: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 4, activation: "tanh" },
    { units: 2, activation: "identity" },
  ],
};
const params = {
  W1: [
    [0.3, -0.7, 0.2],
    [1.1, 0.4, -0.6],
    [-0.5, 0.9, 0.8],
    [0.1, -0.2, 0.7],
  ],
  b1: [0.1, -0.3, 0.2, 0.05],
  W2: [
    [0.6, -0.8, 0.3, 0.9],
    [-0.4, 0.5, 0.7, -0.2],
  ],
  b2: [0.15, -0.25],
};
const x = [
  [0.5, -1.2, 0.8],
  [1.4, 0.3, -0.9],
  [-0.7, 0.6, 1.1],
];
const names = Object.keys(losses) as LossName[];

function caseOf(loss: Loss): Case & { readonly y: readonly (number | readonly number[])[] } {
  const values = [
    [1, 0],
    [0, 1],
    [1, 1],
  ];
  return { spec, params, x, loss, y: loss.target === "labels" ? [1, 0, 1] : values };
}

function expectSame(actual: Record<string, number[]>, expected: Record<string, number[]>): void {
  for (const name of ["loss", ...Object.keys(params)])
    expect(distance(actual[name], expected[name]), name).toBeLessThan(1e-14);
}

for (const reduction of ["mean", "sum"] as const) {
  test.each(names)(`%s, ${reduction}: weight 2 is the row twice, weight 0 no row`, (name) => {
    const c = caseOf(losses[name]());
    const weighted = lossAndGradients({ ...c, reduction, weight: [1, 2, 0] });
    const twice = lossAndGradients({ ...c, reduction, x: [x[0], x[1], x[1]], y: [c.y[0], c.y[1], c.y[1]] });
    expectSame(weighted, twice);
    expect(weighted.x.slice(6)).toEqual([0, 0, 0]);
  });
}

test.each(names)("%s: a batch of padding costs 0 and moves nothing", (name) => {
  const result = lossAndGradients({ ...caseOf(losses[name]()), weight: [0, 0, 0] });
  for (const key of ["loss", "W1", "b2", "x"])
    expect(
      result[key].every((value) => value === 0),
      key,
    ).toBe(true);
});

test("weights of one for all rows change nothing", () => {
  const c = caseOf(losses.poisson());
  expectSame(lossAndGradients({ ...c, weight: [1, 1, 1] }), lossAndGradients(c));
});

test("the gradient of softmax cross-entropy by the logits is p − q", () => {
  const z = [0.2, -1.3, 0.9];
  const loss = losses["softmax-cross-entropy"]({ labelSmoothing: 0.3 });
  const { slope } = run({ z: [[1, 3], z] }, (given) => {
    const rows = loss.perRow(given.z, constant([2], [1], "i32"));
    return { slope: gradients(reduceRows(rows, undefined, "sum"), [given.z])[0] };
  });
  const total = z.reduce((sum, value) => sum + Math.exp(value), 0);
  const expected = z.map((value, k) => Math.exp(value) / total - ((k === 2 ? 0.7 : 0) + 0.1));
  expect(distance(slope, expected)).toBeLessThan(1e-15);
});

test("huber is half the square, then a line of slope δ", () => {
  const residuals = [-3, -0.5, 0, 0.4, 0.5, 2];
  const { rows, slope } = run(
    {
      z: [[6, 1], residuals],
      y: [
        [6, 1],
        [0, 0, 0, 0, 0, 0],
      ],
    },
    ({ z, y }) => {
      const rows = losses.huber({ delta: 0.5 }).perRow(z, y);
      return { rows, slope: gradients(reduceRows(rows, undefined, "sum"), [z])[0] };
    },
  );
  const expected = residuals.map((r) => (Math.abs(r) <= 0.5 ? (r * r) / 2 : 0.5 * (Math.abs(r) - 0.25)));
  expect(distance(rows, expected)).toBeLessThan(1e-15);
  expect(distance(slope, [-0.5, -0.5, 0, 0.4, 0.5, 0.5])).toBeLessThan(1e-15);
});

test("a loss of one's own is an object with perRow", () => {
  // ln cosh would need an op; the Cauchy loss ln(1 + r²) does not. dℓ/dr = 2r/(1 + r²)
  const cauchy: Loss = {
    name: "cauchy",
    target: "values",
    perRow: (output, target) => mean(log(add(1, square(sub(output, target)))), [1]),
  };
  const one: NetworkSpec = { inputs: 2, layers: [{ units: 1, activation: "identity" }] };
  const result = lossAndGradients({
    spec: one,
    loss: cauchy,
    params: { W1: [[0.5, -1]], b1: [0.25] },
    x: [
      [1, 2],
      [3, -1],
    ],
    y: [[0.5], [0.5]],
    weight: [1, 3],
  });
  const r = [0.5 - 2 + 0.25 - 0.5, 1.5 + 1 + 0.25 - 0.5];
  const slope = r.map((value) => (2 * value) / (1 + value * value));
  expect(result.loss[0]).toBeCloseTo((Math.log(1 + r[0] ** 2) + 3 * Math.log(1 + r[1] ** 2)) / 4, 14);
  expect(result.b1[0]).toBeCloseTo((slope[0] + 3 * slope[1]) / 4, 14);
  expect(result.W1[1]).toBeCloseTo((2 * slope[0] - 3 * slope[1]) / 4, 14);
});

test("a target that does not fit is refused before anything broadcasts", () => {
  const output = input("y", [4, 1], "f64");
  expect(() => meanSquaredError().perRow(output, input("t", [4], "f64"))).toThrow(
    "loss 'mean-squared-error' expects a target f64[4, 1] for an output f64[4, 1], got f64[4]",
  );
  expect(() => losses["softmax-cross-entropy"]().perRow(output, input("t", [4, 1], "f64"))).toThrow(
    "loss 'softmax-cross-entropy' expects a target i32[4] for an output f64[4, 1], got f64[4, 1]",
  );
  expect(() => meanSquaredError().perRow(input("y", [4], "f64"), input("t", [4], "f64"))).toThrow(
    "expects an output [batch, outputs], got f64[4]",
  );
  expect(() => reduceRows(output, undefined, "mean")).toThrow("one number for each row, [batch], got f64[4, 1]");
  expect(() => reduceRows(input("l", [4], "f64"), input("w", [3], "f64"), "sum")).toThrow(
    "row weights must be f64[4], got f64[3]",
  );
});

test("options that do not exist or are out of range are refused", () => {
  expect(() => losses.huber({ delta: 0 })).toThrow("huber: delta must be a number > 0, got 0");
  expect(() => losses.quantile({ quantile: 1 })).toThrow("quantile: quantile must be a number > 0 and < 1, got 1");
  expect(() => losses["softmax-cross-entropy"]({ labelSmoothing: 1 })).toThrow("a number ≥ 0 and < 1, got 1");
  expect(() => losses.huber({ quantile: 0.5 })).toThrow("huber has no option 'quantile'; it has delta");
  expect(() => losses.poisson({ delta: 1 })).toThrow("poisson has no option 'delta'; it has none");
});

test("regularisers: λ/2 Σ W² and λ Σ |W| over all weights, by number or by scalar", () => {
  const weights = {
    V: [
      [2, 3],
      [1, -2, 0, 3, -1, 0.5],
    ],
    W: [
      [1, 2],
      [-4, 2],
    ],
    strength: [[], [0.1]],
  } as const;
  const result = run(weights, ({ V, W, strength }) => {
    const l1 = regularisers.l1([V, W], 0.1);
    const l2 = regularisers.l2([V, W], 0.1);
    return {
      l1,
      l2,
      scaled: regularisers.l2([V, W], strength),
      slope1: gradients(l1, [V])[0],
      slope2: gradients(l2, [W])[0],
    };
  });
  expect(result.l1[0]).toBeCloseTo(0.1 * 13.5, 14);
  expect(result.l2[0]).toBeCloseTo(0.05 * 35.25, 14);
  expect(result.scaled[0]).toBeCloseTo(0.05 * 35.25, 14);
  expect(distance(result.slope1, [0.1, -0.1, 0, 0.1, -0.1, 0.1])).toBeLessThan(1e-15);
  expect(distance(result.slope2, [-0.4, 0.2])).toBeLessThan(1e-15);
  const W = input("W", [1, 2], "f64");
  expect(() => regularisers.l2([W], -1)).toThrow("l2: strength must be a number ≥ 0, got -1");
  expect(() => regularisers.l1([], 1)).toThrow("l1: there is no weight matrix to regularise");
});
