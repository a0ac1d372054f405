/** An engine that answers in promises trains to the bits of one that answers at once; what cannot wait says so. */
import { describe, expect, expectTypeOf, test } from "vitest";
import { type Engine, evaluate, type SyncEngine, type TypedValues } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { program } from "../../src/graph/program.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { tanh } from "../../src/ops/elementary.ts";
import { square } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { minimizers } from "../../src/optim/minimizers.ts";
import { minimize } from "../../src/second-order/minimize.ts";
import type { FitEvent } from "../../src/train/events.ts";
import { type FitData, fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { Predictor } from "../../src/train/predictor.ts";
import { promisingEngine } from "../support/promising-engine.ts";

const network: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 5, activation: "tanh", dropout: 0.2 },
    { units: 2, activation: "identity" },
  ],
};
const rows = (count: number, phase: number) => ({
  x: Float64Array.from({ length: 3 * count }, (_, i) => Math.sin(1.3 * i + phase)),
  y: Float64Array.from({ length: 2 * count }, (_, i) => Math.cos(2.6 * i + phase)),
});
const data: FitData = { train: rows(23, 0), validation: rows(7, 1) };

/** All that is told but times and names, in order. */
async function told(engine: Engine, options: Partial<Omit<FitOptions, "engine" | "optimizer">> = {}) {
  const events: Partial<FitEvent>[] = [];
  for await (const event of fit(network, data, { engine, loss: "mean-squared-error", batch: 8, seed: 4, ...options })) {
    const { seconds, engine: _, describePlan, ...rest } = event as FitEvent & Record<string, unknown>;
    events.push(rest as Partial<FitEvent>);
  }
  return events;
}

describe("training", () => {
  test("has the same bits, validation and flow included", async () => {
    const options = { epochs: 9, flow: { every: 2 }, clip: { norm: 1 } };
    expect(await told(promisingEngine(3, 4), options)).toEqual(await told(referenceEngine, options));
  });

  test("leads NaN back to the same step", async () => {
    const options = { epochs: 9, rate: 1e200, clip: {} };
    const [actual, expected] = [await told(promisingEngine(5), options), await told(referenceEngine, options)];
    expect(expected.at(-1)).toMatchObject({ stopped: "diverged" });
    expect(expected.at(-1)).toHaveProperty("fault");
    expect(actual).toEqual(expected);
  });
});

describe("prediction", () => {
  const tensors = {
    W1: new Float64Array(15).fill(0.1),
    b1: new Float64Array(5),
    W2: new Float64Array(10).fill(1),
    b2: [0, 1],
  };
  const { x } = rows(21, 2);

  test("is a promise of the same numbers", async () => {
    const [sync, promised] = [referenceEngine, promisingEngine(6)].map(
      (engine: Engine) => new Predictor<Engine>(engine, network, "mean-squared-error"),
    );
    for (const predictor of [sync, promised]) predictor.load(tensors);
    const expected = (sync as Predictor).predict(x);
    expect(await promised.predictAsync(x)).toEqual(expected);
    const judged = { x, y: expected.outputs };
    expect(await promised.judgeAsync(judged)).toEqual((sync as Predictor).judge(judged));
    await expect(promised.predictAsync([1])).rejects.toThrow("no whole number of rows");
  });

  test("at once is refused in a sentence, and by its type", () => {
    const promised = new Predictor<Engine>(promisingEngine(7), network, "mean-squared-error");
    promised.load(tensors);
    const sentence =
      "predict needs an engine that answers at once (a SyncEngine: referenceEngine, or what wasmEngine() gives); 'promising' answers in promises";
    // @ts-expect-error its engine may answer in promises
    expect(() => promised.predict(x)).toThrow(sentence);
    expectTypeOf(new Predictor(referenceEngine, network, "huber").predict).toBeCallableWith(x);
  });
});

test("evaluate gives numbers on the one, a promise of them on the other", async () => {
  const x = input("x", [2, 3], "f64");
  const closed = program("p", [x], { y: sum(tanh(x)) });
  const given = { x: [1, 2, 3, 4, 5, 6] };
  const now = evaluate(referenceEngine, closed, given);
  expectTypeOf(now).toEqualTypeOf<Record<"y", TypedValues>>();
  expect(await evaluate(promisingEngine(8), closed, given)).toEqual(now);
  await expect(evaluate(promisingEngine(8), closed, {})).rejects.toThrow("the input 'x'");
});

describe("what searches needs an engine that answers at once", () => {
  test("by its type", () => {
    expectTypeOf<{
      engine: SyncEngine;
      loss: "huber";
      optimizer: ReturnType<typeof minimizers.bfgs>;
    }>().toExtend<FitOptions>();
    expectTypeOf<{ engine: Engine; loss: "huber"; optimizer: "adam" }>().toExtend<FitOptions>();
    expectTypeOf<{
      engine: Engine;
      loss: "huber";
      optimizer: ReturnType<typeof minimizers.bfgs>;
    }>().not.toExtend<FitOptions>();
  });

  test("and in a sentence", async () => {
    const engine = promisingEngine(9) as SyncEngine;
    const training = fit(network, data, { engine, loss: "huber", optimizer: minimizers.bfgs() });
    await expect(training.next()).rejects.toThrow("the optimizer 'bfgs' needs an engine that answers at once");
    const x = input("x", [2], "f64");
    await expect(
      (async () => {
        for await (const _ of minimize(sum(square(x)), { x: [1, 2] }, { engine })) break;
      })(),
    ).rejects.toThrow("minimizing needs an engine that answers at once");
  });
});
