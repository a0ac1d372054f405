/** Outputs that belong together: quantiles in order, classes in order, several targets at once. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkLoss } from "../../src/check/check-loss.ts";
import { evaluate } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { program } from "../../src/graph/program.ts";
import { loadModel, predictorOf, saveModel } from "../../src/model/model.ts";
import { lossOf } from "../../src/nn/loss-of.ts";
import { domainOf, type Loss, losses, targetWidth } from "../../src/nn/losses.ts";
import { cumulativeLogits, heads, quantiles } from "../../src/nn/structured-losses.ts";
import { constant } from "../../src/ops/source.ts";
import { fit } from "../../src/train/fit.ts";
import type { Model } from "../../src/train/model.ts";

const value = (loss: Loss, outputs: number[], y: number[], rows = 1): number[] => {
  const o = constant(outputs, [rows, outputs.length / rows], "f64");
  const target = loss.target === "labels" ? constant(y, [rows], "i32") : constant(y, [rows, y.length / rows], "f64");
  return Array.from(evaluate(referenceEngine, program("loss", [], { of: loss.perRow(o, target) }), {}).of);
};
const predicted = (loss: Loss, outputs: number[]): number[] => {
  const o = constant(outputs, [1, outputs.length], "f64");
  return Array.from(evaluate(referenceEngine, program("p", [], { of: loss.predict?.(o) ?? o }), {}).of);
};
const numbers = (n: number) => fc.array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: n, maxLength: n });

describe("quantiles", () => {
  const loss = quantiles({ quantiles: [0.1, 0.4, 0.5, 0.9] });

  test("have right derivatives", () => {
    expect(checkLoss(loss, { outputs: 4 }).findings.filter(({ verdict }) => verdict === "mismatch")).toEqual([]);
    expect(targetWidth(loss, 4)).toBe(1);
  });

  test("never cross", () => {
    fc.assert(
      fc.property(numbers(4), (outputs) => {
        const found = predicted(loss, outputs);
        return found.every((q, i) => i === 0 || q > found[i - 1]) && found[1] === outputs[1];
      }),
    );
  });

  test("cost the mean of what each costs by itself", () => {
    const q = predicted(loss, [0.3, -0.2, 1, 0.4]);
    const each = [0.1, 0.4, 0.5, 0.9].map((tau, i) => value(losses.quantile({ quantile: tau }), [q[i]], [0.7])[0]);
    expect(value(loss, [0.3, -0.2, 1, 0.4], [0.7])[0]).toBeCloseTo(each.reduce((a, b) => a + b) / 4, 12);
  });

  test.each([
    [[], "expected a list of quantiles"],
    [[0.5, 0.5], "must ascend, got 0.5, 0.5"],
    [[0, 0.5], "each must be a number > 0 and < 1, got 0"],
  ])("%j are refused", (given, message) => {
    expect(() => quantiles({ quantiles: given })).toThrow(message);
  });
});

describe("cumulative logits", () => {
  const loss = cumulativeLogits();
  const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
  const softplus = (z: number): number => Math.log1p(Math.exp(z));

  test("have right derivatives, and are finite far out", () => {
    expect(checkLoss(loss).findings.filter(({ verdict }) => verdict === "mismatch")).toEqual([]);
  });

  test("are −ln of the class's probability, and all of these add up to 1", () => {
    fc.assert(
      fc.property(numbers(3), (o) => {
        const z = [o[0], o[0] - softplus(o[1]), o[0] - softplus(o[1]) - softplus(o[2])];
        const above = [1, ...z.map(sigmoid), 0];
        const costs = [0, 1, 2, 3].map((label) => value(loss, o, [label])[0]);
        costs.forEach((cost, label) => {
          expect(Math.exp(-cost)).toBeCloseTo(above[label] - above[label + 1], 9);
        });
        expect(costs.reduce((sum, cost) => sum + Math.exp(-cost), 0)).toBeCloseTo(1, 12);
      }),
    );
  });

  test("two classes are a logistic regression", () => {
    expect(value(loss, [0.7], [1])[0]).toBeCloseTo(value(losses["binary-cross-entropy"](), [0.7], [1])[0], 14);
    expect(domainOf(loss, 1).holds(1)).toBe(true);
    expect(domainOf(loss, 1).holds(2)).toBe(false);
  });
});

describe("heads", () => {
  const made = heads([
    { loss: losses["mean-squared-error"](), outputs: 1, weight: 2 },
    { loss: losses["softmax-cross-entropy"](), outputs: 3, weight: 0.5 },
    { loss: losses.poisson(), outputs: 1, offset: true },
  ]);
  const outputs = [0.4, 1, -1, 0.2, 0.3];
  const y = [0.1, 2, 3, 0.25];

  test("add up what each costs, times its weight", () => {
    const [squared, classes, counts] = [
      value(losses["mean-squared-error"](), [0.4], [0.1]),
      value(losses["softmax-cross-entropy"](), [1, -1, 0.2], [2]),
      value(losses.poisson(), [0.3 + 0.25], [3]),
    ].flat();
    expect(targetWidth(made, 5)).toBe(4);
    expect(value(made, outputs, y)[0]).toBeCloseTo(2 * squared + 0.5 * classes + counts, 12);
  });

  test("take of each value what its head takes", () => {
    expect(domainOf(made, 5, 0).text).toBe("a finite number");
    expect(domainOf(made, 5, 1).text).toBe("a label from 0 to 2");
    expect(domainOf(made, 5, 2).text).toBe("a number ≥ 0");
    expect(domainOf(made, 5, 3).text).toBe("a finite number");
  });

  test("come back from JSON", () => {
    const copy = lossOf(JSON.parse(JSON.stringify(made)));
    expect(value(copy, outputs, y)).toEqual(value(made, outputs, y));
    expect({ ...copy }).toEqual({ ...made });
  });

  test("that are wrong are refused", () => {
    expect(() => heads([])).toThrow("expected a list of heads");
    expect(() => heads([{ loss: losses.huber(), outputs: 0 }])).toThrow(
      "outputs of 1 must be a whole number ≥ 1, got 0",
    );
    expect(() => heads([{ loss: losses.huber(), outputs: 1, weight: 0 }])).toThrow("weight of 1 must be a number > 0");
  });

  test("are trained, saved and loaded, on either engine alike", async () => {
    const network = { inputs: 2, layers: [{ units: 5, activation: "identity" as const }] };
    const data = { x: [1, 0.5, -1, 0.2, 0.3, 0.9], y: [0.1, 2, 3, 0.2, 0.4, 0, 1, 0.1, -1, 1, 0, 0] };
    let model: Model | undefined;
    const engine = await wasmEngine();
    for await (const event of fit(network, { train: data, validation: data }, { engine, loss: made, epochs: 3 }))
      if (event.type === "end") model = event.model;
    const read = loadModel(saveModel(model as Model));
    const here = predictorOf(read, engine).judge(data);
    const there = predictorOf(read, referenceEngine, 3, "f64").judge(data);
    expect(here.loss).toBeCloseTo(there.loss, 5);
    expect(here.predictions.length).toBe(15);
    const label = { ...data, y: data.y.with(1, 1.5) };
    expect(() => predictorOf(read, engine).judge(label)).toThrow("target 1 of row 0 must be a label from 0 to 2");
  });
});
