/** Models of tables as earlier versions wrote them (fixtures/saved-*). */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { referenceEngine as engine, FormatError } from "@chaingrad/core";
import { expect, test } from "vitest";
import { TableModel } from "../../src/model/table-model.ts";

const read = (name: string): Uint8Array =>
  readFileSync(resolve(import.meta.dirname, `../fixtures/saved-${name}.safetensors`));

test("one with numbers, a date and categories comes back as the same bytes, and predicts what it did", async () => {
  const model = await TableModel.load(read("price"), { engine });
  expect(model.save()).toEqual(new Uint8Array(read("price")));
  const row = { size: 77, district: "south", built: "2015-03-12", lot: 1000, garden: "no" };
  expect(model.predict(row).price).toBeCloseTo(178.14848931545322, 9);
});

test("one that took numbers by mean and standard deviation is refused, and what to do is said", async () => {
  const opening = TableModel.load(read("standardised"), { engine });
  await expect(opening).rejects.toThrow(FormatError);
  await expect(opening).rejects.toThrow(
    "an earlier version wrote this model, which took numbers by mean and standard deviation: train it again",
  );
});
