/** Models of tables as they were written before core's `Model` stood in the middle (fixtures/saved-*). */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { referenceEngine as engine } from "@chaingrad/core";
import { expect, test } from "vitest";
import { TableModel } from "../../src/model/table-model.ts";

const read = (name: string): Uint8Array =>
  readFileSync(resolve(import.meta.dirname, `../fixtures/saved-${name}.safetensors`));
const row = { size: 77, district: "south", built: "2015-03-12" };

test.each(["price", "sold"])("that of '%s' comes back as the same bytes", async (name) => {
  const model = await TableModel.load(read(name), { engine });
  expect(model.save()).toEqual(new Uint8Array(read(name)));
});

test("they predict what they did", async () => {
  const [price, sold] = await Promise.all(["price", "sold"].map((name) => TableModel.load(read(name), { engine })));
  expect(price.predict(row)).toEqual({ price: 172.35879742426602 });
  expect(sold.predict(row)).toEqual({
    sold: false,
    label: "false",
    probabilities: { false: 0.6410688654540669, true: 0.35893113454593306 },
  });
});
