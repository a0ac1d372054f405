/** Each loss says which targets it is for and what it takes outputs for; all else is refused before training. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { DataError } from "../../src/given/numbers.ts";
import { type ActivationName, activations } from "../../src/nn/activations.ts";
import { lossOf } from "../../src/nn/loss-of.ts";
import { domainOf, type Loss, type LossName, losses } from "../../src/nn/losses.ts";
import { initialParameters, type NetworkSpec } from "../../src/nn/network.ts";
import { mean } from "../../src/ops/reduce.ts";
import { square, sub } from "../../src/ops/ring.ts";
import type { Dataset } from "../../src/train/dataset.ts";
import { fit } from "../../src/train/fit.ts";
import { Predictor } from "../../src/train/predictor.ts";

const network = (activation: NetworkSpec["layers"][number]["activation"] = "identity"): NetworkSpec => ({
  inputs: 1,
  layers: [{ units: 2, activation }],
});

async function train(loss: Loss | LossName, data: Dataset, net = network()): Promise<string> {
  let last = "";
  for await (const { type } of fit(net, { train: data }, { engine: referenceEngine, loss, epochs: 1 })) last = type;
  return last;
}

const rows = [0.1, 0.2, 0.3];
/** Two outputs in each of three rows; for labels a class of each. */
const targets: Record<LossName, { good: number[]; bad: [index: number, value: number][]; domain: string }> = {
  "mean-squared-error": { good: [-5, 1e9, 0, 1, 2, 3], bad: [[1, Number.NaN]], domain: "a finite number" },
  "mean-absolute-error": {
    good: [-5, 1e9, 0, 1, 2, 3],
    bad: [[0, Number.POSITIVE_INFINITY]],
    domain: "a finite number",
  },
  huber: { good: [-5, 1e9, 0, 1, 2, 3], bad: [[5, Number.NaN]], domain: "a finite number" },
  quantile: { good: [-5, 1e9, 0, 1, 2, 3], bad: [[2, Number.NEGATIVE_INFINITY]], domain: "a finite number" },
  "binary-cross-entropy": {
    good: [0, 1, 0.5, 1, 0, 0.25],
    bad: [[3, 255], [0, -1], [5, 1.0001], [2, Number.NaN]], // biome-ignore format: pairs
    domain: "a number from 0 to 1",
  },
  poisson: { good: [0, 1, 12, 0.5, 3, 0], bad: [[4, -1], [0, -1e-9], [1, Number.POSITIVE_INFINITY]], domain: "a number ≥ 0" }, // biome-ignore format: pairs
  // Of one member, by squares.
  members: { good: [-5, 1e9, 0, 1, 2, 3], bad: [[1, Number.NaN]], domain: "a finite number" },
  "softmax-cross-entropy": {
    good: [0, 1, 1],
    bad: [[1, 2], [0, -1], [2, 0.5], [0, Number.NaN]], // biome-ignore format: pairs
    domain: "a label from 0 to 1",
  },
};

describe.each(Object.entries(targets))("%s", (name, { good, bad, domain }) => {
  const loss = name as LossName;

  test("trains on targets in its domain", async () => {
    expect(domainOf(losses[loss](), 2).text).toBe(domain);
    expect(await train(loss, { x: rows, y: good })).toBe("end");
  });

  test.each(bad)("refuses target %i being %f", async (index, value) => {
    const y = good.with(index, value);
    const width = y.length / rows.length;
    const where = width > 1 ? `target ${index % 2} of row ${Math.floor(index / 2)}` : `the target of row ${index}`;
    const message = `${where} must be ${domain} for the loss '${name}', got ${value}`;
    await expect(train(loss, { x: rows, y })).rejects.toThrow(DataError);
    await expect(train(loss, { x: rows, y })).rejects.toThrow(`training rows: ${message}`);
    const predictor = new Predictor(referenceEngine, network(), loss);
    predictor.load(initialParameters(network(), 0));
    expect(() => predictor.judge({ x: rows, y })).toThrow(`judge: ${message}`);
  });

  test("refuses any target outside, wherever it stands", async () => {
    const outside = fc.double({ noNaN: false }).filter((value) => !domainOf(losses[loss](), 2).holds(value));
    const property = fc.asyncProperty(outside, fc.nat(good.length - 1), async (value, index) => {
      await expect(train(loss, { x: rows, y: good.with(index, value) })).rejects.toThrow(/must be/);
    });
    await fc.assert(property, { numRuns: 20 });
  });
});

test("one-hot rows are told from labels", async () => {
  const one = { x: rows, y: [1, 0, 0, 1, 0, 1] };
  await expect(train("softmax-cross-entropy", one)).rejects.toThrow(
    "3 rows need 3 targets, got 6 (the loss 'softmax-cross-entropy' takes the label of each row's class)",
  );
});

test("a loss of one's own may say its domain; else its targets are finite numbers, or labels", async () => {
  const perRow: Loss["perRow"] = (z, y) => mean(square(sub(z, y)), [1]);
  const own: Loss = { name: "mine", target: "values", perRow };
  expect(await train(own, { x: rows, y: [-1, 2, 3, 4, 5, 6] })).toBe("end");
  const even = { ...own, domain: () => ({ text: "an even number", holds: (y: number) => y % 2 === 0 }) };
  await expect(train(even, { x: rows, y: [2, 4, 6, 7, 8, 0] })).rejects.toThrow(
    "target 1 of row 1 must be an even number for the loss 'mine', got 7",
  );
  expect(domainOf({ ...own, target: "labels" }, 3).text).toBe("a label from 0 to 2");
});

describe("an output that has done what the loss does", () => {
  const twice: [LossName, ActivationName][] = [
    ["softmax-cross-entropy", "softmax"],
    ["softmax-cross-entropy", "sigmoid"],
    ["binary-cross-entropy", "sigmoid"],
    ["binary-cross-entropy", "softmax"],
    ["poisson", "exp"],
    ["poisson", "softplus"],
  ];
  test.each(twice)("%s after %s is refused, by name and as a function", async (loss, activation) => {
    const data = { x: rows, y: targets[loss].good };
    const message = `the last layer's '${activation}' has already made of them what it makes itself: use 'identity' there`;
    await expect(train(loss, data, network(activation))).rejects.toThrow(message);
    await expect(train(loss, data, network(activations[activation]))).rejects.toThrow(message);
  });

  test.each<[LossName, ActivationName]>([
    ["mean-squared-error", "sigmoid"],
    ["mean-squared-error", "softmax"],
    ["huber", "exp"],
    ["binary-cross-entropy", "relu"],
    ["poisson", "tanh"],
  ])("%s after %s trains", async (loss, activation) => {
    expect(await train(loss, { x: rows, y: targets[loss].good }, network(activation))).toBe("end");
  });
});

describe("a loss is known", () => {
  test.each(Object.keys(losses) as LossName[])("by the name %s, and by what is left of it in JSON", (name) => {
    const made = losses[name](name === "huber" ? { delta: 3 } : {});
    expect(lossOf(made)).toBe(made);
    for (const copy of [structuredClone(made), JSON.parse(JSON.stringify(made))]) {
      expect(copy).not.toHaveProperty("perRow");
      expect({ ...lossOf(copy) }).toEqual({ ...made });
      expect(lossOf(copy).perRow).toBeTypeOf("function");
    }
    expect(lossOf(name).name).toBe(name);
  });

  test.each<[unknown, string]>([
    ["mse", "loss 'mse' is not known; it can be mean-squared-error"],
    ["hubber", "loss 'hubber' is not known; did you mean 'huber'?"],
    [undefined, "loss 'undefined' is not known"],
    [null, "loss 'null' is not known"],
    [losses.huber, "loss is a function: call it, or give its name"],
    [{ name: "mine" }, "loss 'mine' is not known"],
    [{ name: "huber", options: { detla: 2 } }, "huber has no option 'detla'; did you mean 'delta'?"],
    [{ name: "mine", target: "label", perRow: () => 0 }, "loss: target 'label' is not known; did you mean 'labels'?"],
  ])("%j is none", async (given, message) => {
    await expect(train(given as Loss, { x: rows, y: [1, 1, 1] })).rejects.toThrow(message);
  });
});
