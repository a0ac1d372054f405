/** Model files: what is saved comes back, the same model gives the same bytes, and damaged files are refused. */
import { beforeAll, describe, expect, test } from "vitest";
import type { Table } from "../../src/data/table.ts";
import type { Engine } from "../../src/engines/engine.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { losses } from "../../src/nn/losses.ts";
import { initialParameters, type NetworkSpec } from "../../src/nn/network.ts";
import { loadModel, type Model, predictTable, saveModel } from "../../src/train/model.ts";
import { decodeSafetensors, encodeSafetensors, FormatError } from "../../src/train/safetensors.ts";

const network: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 5, activation: "tanh", normalisation: "batch" },
    { units: 2, activation: "identity" },
  ],
};
const float32 = (values: Record<string, Float64Array>): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(values).map(([name, v]) => [name, v.map(Math.fround)]));
const model: Model = {
  network,
  loss: losses["softmax-cross-entropy"]({ labelSmoothing: 0.1 }),
  lossOptions: { labelSmoothing: 0.1 },
  encoder: {
    features: ["a", "colour=red", "colour=blue"],
    columns: [
      { kind: "number", name: "a", mean: 2, scale: 3, missing: false },
      { kind: "category", name: "colour", categories: ["red", "blue"], other: false, missing: false },
    ],
  },
  target: { task: "classification", name: "kind", classes: ["no", "yes"], counts: [3, 4], why: "text" },
  seed: 5,
  metrics: { test: { accuracy: 0.75, auc: null } },
  tensors: {
    ...float32(initialParameters(network, 5)),
    mean1: new Float64Array(5).fill(0.25),
    variance1: new Float64Array(5).fill(0.5),
  },
};
const table: Table = {
  rows: 3,
  columns: [
    { name: "colour", type: "text", values: ["blue", "red", "green"] },
    { name: "a", type: "number", values: Float64Array.of(1, Number.NaN, 9) },
  ],
};
let engine: Engine;
beforeAll(async () => {
  engine = await wasmEngine();
});

const bytes = saveModel(model);
/** The same file with its document changed. */
function edited(change: (document: Record<string, unknown>) => void): Uint8Array {
  const file = decodeSafetensors(bytes);
  const document = JSON.parse(file.metadata.chaingrad);
  change(document);
  return encodeSafetensors({ ...file, metadata: { chaingrad: JSON.stringify(document) } });
}

test("a model comes back as it was, and saves to the same bytes", () => {
  const { loss, ...rest } = loadModel(bytes);
  expect(rest).toEqual({ ...model, loss: undefined });
  expect(loss.name).toBe("softmax-cross-entropy");
  expect(saveModel(loadModel(bytes))).toEqual(bytes);
});

test("what was trained in f64 keeps every digit", () => {
  const exact = { ...model, tensors: { ...model.tensors, b2: Float64Array.of(0.1, 1 / 3) } };
  expect([...loadModel(saveModel(exact)).tensors.b2]).toEqual([0.1, 1 / 3]);
});

test("a loaded model predicts raw rows as the one that was saved", () => {
  const [before, after] = [model, loadModel(bytes)].map((m) => predictTable(m, engine, table));
  expect(after).toEqual(before);
  if (after.task !== "classification") throw new Error("a classifier was saved");
  expect(after.names).toHaveLength(3);
  for (let row = 0; row < 3; row++) {
    expect(after.probabilities[2 * row] + after.probabilities[2 * row + 1]).toBeCloseTo(1, 6);
  }
});

test("bytes inside a larger buffer are read where they are", () => {
  const large = new Uint8Array(bytes.length + 13);
  large.set(bytes, 5);
  expect(saveModel(loadModel(large.subarray(5, 5 + bytes.length)))).toEqual(bytes);
});

test("a network with a function of one's own cannot be saved", () => {
  const own = { ...network, layers: [{ units: 5, activation: (z: never) => z }, network.layers[1]] };
  expect(() => saveModel({ ...model, network: own })).toThrow(/layer 1 is made with a function of your own/);
});

describe("refuses", () => {
  const header = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const withHeader = (
    change: (header: Record<string, { shape: number[]; data_offsets: number[]; dtype: string }>) => void,
  ) => {
    const parsed = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + header)));
    change(parsed);
    const text = new TextEncoder().encode(JSON.stringify(parsed));
    const result = new Uint8Array(8 + text.length + bytes.length - 8 - header);
    new DataView(result.buffer).setBigUint64(0, BigInt(text.length), true);
    result.set(text, 8);
    result.set(bytes.subarray(8 + header), 8 + text.length);
    return result;
  };
  test.each([
    ["an empty file", new Uint8Array(), /at least 8 bytes/],
    ["a file cut in the header", bytes.subarray(0, 100), /cut short: its header should end at byte/],
    ["a file cut in the tensors", bytes.subarray(0, bytes.length - 4), /cut short: '\w+' ends at byte/],
    ["bytes behind the tensors", new Uint8Array([...bytes, 0]), /it describes \d+ bytes of a file of/],
    ["some other file", new TextEncoder().encode("a,b,c\n1,2,3\n4,5,6\n"), /claims a header of/],
    ["a header that is not JSON", new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0x41, 0x42]), /header is not JSON/],
    ["a header that lies about a shape", withHeader((h) => h.W1.shape.push(7)), /'W1' of 420 bytes has the offsets/],
    [
      "overlapping tensors",
      withHeader((h) => {
        h.b1.data_offsets = [0, 20];
      }),
      /starts at byte 0, not 60|starts at byte/,
    ],
    [
      "an element type that is not read",
      withHeader((h) => {
        h.W1.dtype = "BF16";
      }),
      /element type "BF16"/,
    ],
    [
      "a negative offset",
      withHeader((h) => {
        h.W1.data_offsets = [-60, 0];
      }),
      /no proper shape or offsets/,
    ],
    ["no document", encodeSafetensors({ tensors: {}, metadata: {} }), /none that chaingrad wrote/],
    [
      "a newer version",
      edited((d) => {
        d.version = 2;
      }),
      /written by a newer chaingrad \(version 2 .* this one reads 1\): update/,
    ],
    [
      "an unknown loss",
      edited((d) => {
        d.loss = { name: "hinge" };
      }),
      /loss 'hinge' is not known/,
    ],
    [
      "a network that cannot be",
      edited((d) => {
        d.network = { ...network, layers: [] };
      }),
      /cannot be built: .*at least one layer/,
    ],
    [
      "tensors that do not fit",
      edited((d) => {
        d.network = { ...network, layers: [{ ...network.layers[0], units: 4 }, network.layers[1]] };
      }),
      /'W1' must be \[4,3\], the file holds \[5,3\]/,
    ],
    [
      "an encoder of another width",
      edited((d) => {
        d.network = { ...network, inputs: 4 };
      }),
      /takes 4 inputs, the encoder makes 3/,
    ],
    [
      "outputs that are no classes",
      edited((d) => {
        d.target = { ...model.target, classes: ["a"] };
      }),
      /gives 2 outputs, the target needs 1/,
    ],
  ])("%s", (_, file, message) => {
    expect(() => loadModel(file)).toThrow(FormatError);
    expect(() => loadModel(file)).toThrow(message);
  });
});
