/** An ensemble as one network: its members are the networks that they would be alone. */
import { describe, expect, test } from "vitest";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { DataError } from "../../src/given/numbers.ts";
import { predictorOf } from "../../src/model/model.ts";
import { computeGradients } from "../../src/net/gradients.ts";
import { lossOf } from "../../src/nn/loss-of.ts";
import { type LossName, losses } from "../../src/nn/losses.ts";
import { initialParameters, layersOf, type NetworkSpec, parametersOf } from "../../src/nn/network.ts";
import { fit } from "../../src/train/fit.ts";
import type { Tensors } from "../../src/train/tensors.ts";

const K = 3;
const OUTPUTS = 2;
const single: NetworkSpec = {
  inputs: 4,
  layers: [
    { units: 5, activation: "tanh" },
    { units: 3, activation: "mish" },
    { units: OUTPUTS, activation: "identity" },
  ],
};
/** The first layer reads the same row for all, and so needs no groups. */
const together: NetworkSpec = {
  inputs: 4,
  layers: single.layers.map((layer, i) => ({ ...layer, units: K * layer.units, ...(i > 0 && { groups: K }) })),
};
const x = Float64Array.from({ length: 20 }, (_, i) => Math.sin(3 * i));
const alone = Array.from({ length: K }, (_, g) => {
  const drawn = initialParameters(single, g);
  return { ...drawn, b1: drawn.b1.map((_, i) => 0.1 * i + g), b3: drawn.b3.map((_, i) => 0.2 * i - g) };
});
/** Members' tensors one after another: that is how blocks lie. */
const joined = (parts: readonly Tensors[]): Record<string, Float64Array> =>
  Object.fromEntries(
    Object.keys(parts[0]).map((name) => [name, Float64Array.from(parts.flatMap((part) => Array.from(part[name])))]),
  );
const close = (actual: ArrayLike<number>, expected: ArrayLike<number>): void => {
  expect(actual.length).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) expect(actual[i]).toBeCloseTo(expected[i], 13);
};
const mean = (parts: readonly ArrayLike<number>[]): number[] =>
  Array.from(parts[0], (_, i) => parts.reduce((sum, part) => sum + part[i] / parts.length, 0));

const inner = (Object.keys(losses) as LossName[]).filter((name) => name !== "members");

describe.each(inner)("members of %s", (of) => {
  const [own, loss] = [losses[of](), losses.members({ members: K, of } as never)];
  const y = Float64Array.from({ length: own.target === "labels" ? 5 : 10 }, (_, i) => i % 2);
  const batch = { rows: 5, x, y, weight: undefined };

  test("costs the mean of what they cost alone, and each has its share of its own gradient", () => {
    const parts = alone.map((tensors) =>
      computeGradients({ network: single, objective: { loss: own } }, tensors, batch, referenceEngine, "f64"),
    );
    const all = computeGradients(
      { network: together, objective: { loss } },
      joined(alone),
      batch,
      referenceEngine,
      "f64",
    );
    expect(all.loss).toBeCloseTo(mean(parts.map(({ loss: cost }) => [cost]))[0], 13);
    for (const { name } of parametersOf(single)) {
      const expected = parts.flatMap(({ gradients }) => Array.from(gradients[name].values, (value) => value / K));
      close(all.gradients[name].values, expected);
    }
    close(all.gradients.x.values, mean(parts.map(({ gradients }) => gradients.x.values)));
  });

  test("predicts the mean of what they predict alone", () => {
    const predictions = alone.map(
      (tensors) =>
        predictorOf({ network: single, objective: { loss: own }, tensors }, referenceEngine).predict(x).predictions,
    );
    const model = { network: together, objective: { loss }, tensors: joined(alone) };
    const { outputs, predictions: all } = predictorOf(model, referenceEngine).predict(x);
    expect(outputs).toHaveLength(5 * K * OUTPUTS);
    close(all, mean(predictions));
    const judged = predictorOf(model, referenceEngine).judge({ x, y });
    close(judged.predictions, all);
  });

  test("is read again from plain data, and what its members refuse is refused", () => {
    const { name, options } = loss;
    expect(lossOf(JSON.parse(JSON.stringify({ name, options })))).toEqual(loss);
    expect(loss.domain?.(K * OUTPUTS, 0).text).toBe(own.domain?.(OUTPUTS, 0).text);
  });
});

test("it trains, and its validation rows are judged by the mean prediction", async () => {
  const y = Array.from({ length: 5 }, (_, i) => i % 2);
  const loss = losses.members({ members: K, of: "softmax-cross-entropy" });
  const told: (number | null | undefined)[] = [];
  const data = { train: { x, y }, validation: { x, y } };
  for await (const event of fit(together, data, { engine: referenceEngine, loss, epochs: 200, rate: 0.05 }))
    if (event.type === "epoch") told.push(event.validation?.metrics.accuracy);
  expect(told[told.length - 1]).toBe(1);
});

test.each([
  [{ members: 0 }, "members: members must be a whole number ≥ 1, got 0"],
  [{ members: 2, of: "members" as never }, "members: of 'members' is not known"],
  [{ members: 2, of: "huber", quantile: 0.5 }, "huber has no option 'quantile'"],
] as const)("%o is refused", (options, message) => {
  expect(() => losses.members(options)).toThrow(RangeError);
  expect(() => losses.members(options)).toThrow(message);
});

test("outputs that members cannot share are refused before training, and targets that are none of theirs", async () => {
  const loss = losses.members({ members: 4 });
  const run = fit(together, { train: { x, y: x } }, { engine: referenceEngine, loss });
  await expect(run.next()).rejects.toThrow("the loss 'members' of 4 needs 4 times as many outputs as one has, got 6");
  const labels = losses.members({ members: K, of: "softmax-cross-entropy" });
  const bad = fit(together, { train: { x, y: [0, 1, 2, 0, 1] } }, { engine: referenceEngine, loss: labels });
  await expect(bad.next()).rejects.toThrow(DataError);
});

describe("groups", () => {
  test.each([
    [{ units: 4, groups: 3 }, "layer 1 ('output'): 3 groups need inputs that they can share evenly, got 4"],
    [{ units: 5, groups: 2 }, "layer 1 ('output'): 2 groups need units that they can share evenly, got 5"],
    [{ units: 4, groups: 0 }, "layer 1 ('output'): groups must be a whole number ≥ 1, got 0"],
  ])("%o is refused", (layer, message) => {
    const wrong: NetworkSpec = { inputs: 4, layers: [{ ...layer, activation: "tanh" }] };
    expect(() => layersOf(wrong)).toThrow(RangeError);
    expect(() => layersOf(wrong)).toThrow(message);
  });

  test("each block starts as a W of its own size", () => {
    const network: NetworkSpec = {
      inputs: 8,
      layers: [{ units: 6, activation: "tanh", groups: 2, initialiser: "orthogonal" }],
    };
    const { W1 } = initialParameters(network, 1);
    const rows = Array.from({ length: 6 }, (_, i) => Array.from(W1.slice(4 * i, 4 * i + 4)));
    const dot = (a: number, b: number): number => rows[a].reduce((sum, value, i) => sum + value * rows[b][i], 0);
    for (const block of [0, 3])
      for (const [a, b] of [
        [0, 0],
        [0, 1],
        [1, 2],
      ])
        expect(dot(block + a, block + b)).toBeCloseTo(a === b ? 1 : 0, 14);
    expect(rows[0]).not.toEqual(rows[3]);
    const [{ fanIn, fanOut }] = parametersOf(network);
    expect({ fanIn, fanOut }).toEqual({ fanIn: 4, fanOut: 3 });
  });
});
