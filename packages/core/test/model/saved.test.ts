/** Files as they were written before `Model` stood in the middle (fixtures/saved-*): they load, predict and save the same. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { loadModel, saveModel } from "../../src/model/model.ts";
import { Predictor } from "../../src/train/predictor.ts";

const read = (name: string): Uint8Array =>
  readFileSync(resolve(import.meta.dirname, `../fixtures/saved-${name}.safetensors`));

function predicted(name: string): number[] {
  const { network, loss, tensors } = loadModel(read(name));
  const predictor = new Predictor(referenceEngine, network, loss);
  predictor.load(tensors);
  return [...predictor.predict([0.5, 0.25, -1, 2]).predictions];
}

test.each(["huber", "labels"])("'%s' comes back as the same bytes", (name) => {
  expect(saveModel(loadModel(read(name)))).toEqual(new Uint8Array(read(name)));
});

test("it predicts what it did", () => {
  expect(predicted("huber")).toMatchInlineSnapshot(`
    [
      0.8472725894060549,
      -0.9451641874243658,
    ]
  `);
  expect(predicted("labels")).toMatchInlineSnapshot(`
    [
      0.6334573535702983,
      0.3665426464297018,
      0.07058529497999565,
      0.9294147050200043,
    ]
  `);
});

test("its loss keeps its options", () => {
  const { loss, l1, l2 } = loadModel(read("huber"));
  expect({ ...loss, l1, l2 }).toEqual({ name: "huber", target: "values", options: { delta: 2 }, l1: 0.001, l2: 0.01 });
});
