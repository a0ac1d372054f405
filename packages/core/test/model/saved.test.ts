/** Files as they were written before `Model` stood in the middle (fixtures/saved-*): they load, predict and save the same. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { loadModel, predictorOf, saveModel } from "../../src/model/model.ts";

const read = (name: string): Uint8Array =>
  readFileSync(resolve(import.meta.dirname, `../fixtures/saved-${name}.safetensors`));

function predicted(name: string): number[] {
  return [...predictorOf(loadModel(read(name)), referenceEngine).predict([0.5, 0.25, -1, 2]).predictions];
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
  const { loss, ...penalties } = loadModel(read("huber")).objective;
  expect({ ...loss }).toEqual({ name: "huber", target: "values", options: { delta: 2 } });
  expect(penalties).toEqual({ l1: 0.001, l2: 0.01 });
});
