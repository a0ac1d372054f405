/** A step in two halves is the step in one piece; the gradients of two halves of a batch, averaged, are that of the batch. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Engine } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { type OptimizerName, optimizers } from "../../src/optim/optimizers.ts";
import { type BatchTrainer, openTrainer } from "../../src/train/batch-trainer.ts";
import type { TrainerOptions } from "../../src/train/trainer-options.ts";
import { promisingEngine } from "../support/promising-engine.ts";

const network: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 6, activation: "tanh", normalisation: "batch" },
    { units: 5, activation: "relu", dropout: 0.3 },
    { units: 2, activation: "identity" },
  ],
};
/** Without what makes rows see each other, or chance. */
const plain: NetworkSpec = {
  ...network,
  layers: network.layers.map(({ units, activation }) => ({ units, activation })),
};
const rows = (count: number, phase = 0) => ({
  x: Float64Array.from({ length: 3 * count }, (_, i) => Math.sin(1.3 * i + phase)),
  y: Float64Array.from({ length: 2 * count }, (_, i) => Math.cos(2.6 * i + phase)),
  weight: Float64Array.from({ length: count }, (_, i) => 1 + (i % 3)),
});

const engines: Record<string, Engine> = { reference: referenceEngine, promising: promisingEngine(2) };
beforeAll(async () => {
  engines.wasm = await wasmEngine({ threads: 1 });
  engines["2 threads"] = await wasmEngine({ threads: 2 });
});
const open = (of: NetworkSpec, engine: Engine, options: Partial<TrainerOptions> = {}): BatchTrainer =>
  openTrainer(of, {
    loss: "mean-squared-error",
    batch: 12,
    seed: 7,
    clip: { norm: 0.5 },
    l2: 0.01,
    engine,
    ...options,
  });

describe.each(["reference", "promising", "wasm", "2 threads"])("on %s", (name) => {
  test.each(Object.keys(optimizers) as OptimizerName[])(
    "%s: gradient, then apply, has the bits of the step",
    async (optimizer) => {
      const [halves, whole] = [1, 2].map(() => open(network, engines[name], { optimizer }));
      for (let step = 0; step < 4; step++) {
        const batch = rows(step === 2 ? 7 : 12, step);
        const gradient = await halves.gradient(batch);
        await halves.apply(gradient);
        expect(await whole.step(batch)).toBe(gradient.loss);
        expect(await halves.tensors()).toEqual(await whole.tensors());
      }
      // And each goes on where the other stopped.
      for (const [i, trainer] of [halves, whole].entries()) {
        if (i === 1) await trainer.apply(await trainer.gradient(rows(12, 9)));
        else await trainer.step(rows(12, 9));
      }
      expect(halves.steps).toBe(5);
      expect(await halves.tensors()).toEqual(await whole.tensors());
    },
  );

  test.each(["f32", "f64"] as const)("two halves of a batch, averaged, in %s", async (dtype) => {
    const [halves, whole] = [1, 2].map(() => open(plain, engines[name], { dtype }));
    const [all, cut] = [rows(12), 5];
    const part = (from: number, to: number) => ({
      x: all.x.slice(3 * from, 3 * to),
      y: all.y.slice(2 * from, 2 * to),
      weight: all.weight.slice(from, to),
    });
    for (let step = 0; step < 3; step++) {
      const parts = [await halves.gradient(part(0, cut)), await halves.gradient(part(cut, 12), 1)];
      await halves.apply(parts);
      await whole.step(all);
    }
    const [actual, expected] = [await halves.tensors(), await whole.tensors()];
    for (const tensor of Object.keys(expected))
      for (const [i, value] of expected[tensor].entries())
        expect(Math.abs(actual[tensor][i] - value), tensor).toBeLessThan(
          dtype === "f32" && name !== "reference" ? 2e-5 : 1e-9,
        );
  });
});

test("the loss falls", async () => {
  const trainer = open(plain, engines.wasm, { rate: 0.01, clip: {} });
  const first = await trainer.step(rows(12));
  for (let i = 0; i < 200; i++) await trainer.apply(await trainer.gradient(rows(12)));
  expect(await trainer.step(rows(12))).toBeLessThan(0.2 * first);
});

test("what does not fit is refused, and changes nothing", async () => {
  const trainer = open(plain, engines.wasm);
  const before = await trainer.tensors();
  await expect(trainer.gradient(rows(13))).rejects.toThrow("batch: the trainer was opened for 12 rows at most, got 13");
  await expect(trainer.gradient({ x: [1, 2], y: [] })).rejects.toThrow("no whole number of rows");
  const gradient = await trainer.gradient(rows(3));
  await expect(trainer.apply({ ...gradient, gradients: { ...gradient.gradients, W1: [1] } })).rejects.toThrow(
    "apply: 'W1'",
  );
  await expect(trainer.apply({ ...gradient, gradients: { W9: [1] } })).rejects.toThrow("no gradient 'W9'");
  await expect(trainer.apply(gradient, { rate: -1 })).rejects.toThrow("rate");
  expect(await trainer.tensors()).toEqual(before);
  await expect(trainer.apply([])).rejects.toThrow("no gradient of rows");
  expect(() => open(plain, engines.wasm, { batch: 0 })).toThrow("batch");
  expect(() => open(plain, engines.wasm, { optimizer: "sdg" as never })).toThrow("did you mean 'sgd'");
});
