/** What `fit` returns saves, clones, goes to a worker and loads as it is. */
import { Worker } from "node:worker_threads";
import { beforeAll, describe, expect, test } from "vitest";
import type { SyncEngine } from "../../src/engines/engine.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { loadModel, predictorOf, saveModel } from "../../src/model/model.ts";
import { type Loss, losses } from "../../src/nn/losses.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { fit } from "../../src/train/fit.ts";
import type { Model } from "../../src/train/model.ts";

let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine();
});

const layers = (units: number): NetworkSpec["layers"] => [
  { units: 3, activation: "tanh", normalisation: "batch" },
  { units, activation: "identity" },
];
const x = [0, 0, 0, 1, 1, 0, 1, 1];
const cases: [string, Loss, number[], NetworkSpec][] = [
  ["labels", losses["softmax-cross-entropy"]({ labelSmoothing: 0.1 }), [0, 1, 1, 0], { inputs: 2, layers: layers(2) }],
  ["shares", losses["binary-cross-entropy"](), [0, 1, 1, 0], { inputs: 2, layers: layers(1) }],
  ["amounts", losses.huber({ delta: 2 }), [0, 5, -3, 0], { inputs: 2, layers: layers(1) }],
  ["counts", losses.poisson(), [0, 5, 3, 0], { inputs: 2, layers: layers(1) }],
];

async function trained(loss: Loss, y: number[], network: NetworkSpec): Promise<Model> {
  for await (const event of fit(network, { train: { x, y } }, { engine, loss, epochs: 4, l2: 0.01 })) {
    if (event.type === "end") return event.model;
  }
  throw new Error("fit ends with a model");
}

const predictions = (model: Model): number[] => [...predictorOf(model, engine).predict(x).predictions];

describe.each(cases)("a model of %s", (_, loss, y, network) => {
  test("comes back from a file, a clone and JSON", async () => {
    const model = await trained(loss, y, network);
    const expected = predictions(model);
    const file = saveModel(model);
    const { parts, ...loaded } = loadModel(file);
    expect(parts).toEqual({});
    const { objective } = loaded;
    const plain = { ...objective, loss: { ...objective.loss } };
    expect({ ...loaded, objective: plain }).toEqual({ ...model, objective: { ...model.objective, loss: { ...loss } } });
    const json = JSON.parse(JSON.stringify(model)) as Model;
    for (const copy of [loaded, structuredClone(model), structuredClone(loaded), json]) {
      expect(predictions(copy)).toEqual(expected);
      expect(saveModel(copy)).toEqual(file);
    }
  });
});

test("a model goes to a worker and back", async () => {
  const model = await trained(...(cases[0].slice(1) as [Loss, number[], NetworkSpec]));
  const echo = new Worker(
    "const { parentPort } = require('node:worker_threads'); parentPort.once('message', (m) => parentPort.postMessage(m))",
    { eval: true },
  );
  const back = await new Promise<Model>((done) => {
    echo.once("message", done);
    echo.postMessage(model);
  });
  await echo.terminate();
  expect(predictions(back)).toEqual(predictions(model));
});

test("what is missing or wrong in a model is named", async () => {
  const model = await trained(...(cases[2].slice(1) as [Loss, number[], NetworkSpec]));
  const { W1: _, ...less } = model.tensors;
  expect(() => saveModel({ ...model, tensors: less })).toThrow("saveModel: the tensor 'W1' [3, 2] is missing");
  const wrong = { ...model.tensors, b2: "5" as unknown as Float64Array };
  expect(() => saveModel({ ...model, tensors: wrong })).toThrow("saveModel: 'b2': expected a list of numbers");
});

test("parts that others add are kept as they are", async () => {
  const model = await trained(...(cases[2].slice(1) as [Loss, number[], NetworkSpec]));
  const parts = { encoder: { columns: [1, "two"] }, none: null };
  expect(loadModel(saveModel(model, parts)).parts).toEqual(parts);
});
