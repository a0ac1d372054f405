/** Options and models that make no sense are refused by name. */
import { losses, type Model, wasmEngine } from "@chaingrad/core";
import { expect, test } from "vitest";
import { evaluateModel } from "../src/judging/evaluate.ts";
import { readModel, takesTables, writeModel } from "../src/model/model-file.ts";
import { predictTable } from "../src/model/predict-table.ts";
import { prepareTable } from "../src/table/prepare.ts";

const plain = {
  inputs: 2,
  layers: [
    { units: 3, activation: "tanh" },
    { units: 1, activation: "identity" },
  ],
} as const;

test("prepareTable and evaluateModel", async () => {
  const engine = await wasmEngine();
  const table = { rows: 0, columns: [] };
  expect(() => prepareTable(table, { target: "a", tset: 0.1 } as { target: string })).toThrow("did you mean 'test'?");
  expect(() => prepareTable(table, { target: "a", task: "regresion" as "regression" })).toThrow(
    "did you mean 'regression'?",
  );
  const target = { task: "regression", name: "y", mean: 0, scale: 1, why: "" } as const;
  const model = { network: plain, objective: { loss: "huber" }, target, tensors: {} };
  expect(() => evaluateModel(model as never, engine, { x: [1, 2], y: [1] })).toThrow("'W1' [3, 2] is missing");
});

test("a network that was not trained on a table is read as such, and predicts none", async () => {
  const tensors = {
    W1: new Float64Array(6),
    b1: new Float64Array(3),
    W2: new Float64Array(3),
    b2: new Float64Array(1),
  };
  const model: Model = { network: plain, objective: { loss: losses.huber() }, tensors };
  const read = readModel(writeModel(model));
  expect(takesTables(read)).toBe(false);
  expect(() => writeModel({ ...model, seed: 3 } as Model)).toThrow("model.encoder: expected object, got undefined");
  const engine = await wasmEngine();
  expect(() => predictTable(read, engine, { rows: 0, columns: [] })).toThrow(
    "this model was not trained on a table: give its inputs to a Predictor",
  );
});
