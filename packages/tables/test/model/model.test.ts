/** Model files: what is saved comes back, the same model gives the same bytes, and damaged files are refused. */
import {
  decodeSafetensors,
  encodeSafetensors,
  FormatError,
  initialParameters,
  type Loss,
  losses,
  mean,
  type NetworkSpec,
  type SyncEngine,
  square,
  sub,
  wasmEngine,
} from "@chaingrad/core";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { evaluateModel } from "../../src/judging/evaluate.ts";
import { readModel as loadModel, writeModel as saveModel, type TableModelData } from "../../src/model/model-file.ts";
import { predictTable } from "../../src/model/predict-table.ts";
import { encode } from "../../src/table/encoder.ts";
import { EncodingError, type Table } from "../../src/table/table.ts";

const network: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 5, activation: "tanh", normalisation: "batch" },
    { units: 2, activation: "identity" },
  ],
};
const float32 = (values: Record<string, Float64Array>): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(values).map(([name, v]) => [name, v.map(Math.fround)]));
const model: TableModelData = {
  network,
  objective: { loss: losses["softmax-cross-entropy"]({ labelSmoothing: 0.1 }) },
  encoder: {
    features: ["a", "colour=red", "colour=blue"],
    numbers: 1,
    embedded: [],
    columns: [
      { kind: "number", name: "a", centre: 2, scale: 3, missing: false },
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
let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine();
});

const bytes = saveModel(model);

const regression: TableModelData = {
  ...model,
  network: { inputs: 3, layers: [{ units: 1, activation: "identity" }] },
  objective: { loss: losses.huber({ delta: 2 }) },
  target: { task: "regression", name: "price", mean: 100, scale: 15, why: "numbers" },
  tensors: { W1: Float64Array.of(0.5, -0.25, 2), b1: Float64Array.of(0.125) },
};

/** The file of a model whose document is changed, by path: { "encoder.columns.0.centre": 5 }. */
function edited(changes: Readonly<Record<string, unknown>>, of: TableModelData = model): Uint8Array {
  const file = decodeSafetensors(saveModel(of));
  let document: unknown = JSON.parse(file.metadata.chaingrad);
  for (const [path, value] of Object.entries(changes))
    document = withPart(document, path ? path.split(".") : [], value);
  return encodeSafetensors({ ...file, metadata: { chaingrad: JSON.stringify(document) } });
}

/** A copy with the part at a path replaced; undefined takes it out. */
function withPart(whole: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  const parts = Object.entries(whole as object);
  const changed = parts.map(([name, part]) => [name, name === first ? withPart(part, rest, value) : part] as const);
  if (!parts.some(([name]) => name === first)) changed.push([first, value]);
  return Array.isArray(whole) ? changed.map(([, part]) => part) : Object.fromEntries(changed);
}

test("a model comes back as it was, and saves to the same bytes", () => {
  const { objective, ...rest } = loadModel(bytes);
  expect({ ...rest, objective: undefined }).toEqual({ ...model, objective: undefined });
  expect({ ...objective.loss }).toEqual({ ...model.objective.loss });
  expect(objective.loss.name).toBe("softmax-cross-entropy");
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

test("classes that cannot be told are not: the row is named, and no score counts them", () => {
  const huge = { ...model, tensors: { ...model.tensors, W2: new Float64Array(10).fill(3e38) } };
  expect(() => predictTable(huge, engine, table)).toThrow(EncodingError);
  expect(() => predictTable(huge, engine, table)).toThrow(
    "row 3 has no class: the model's weights are too large for its values, so that its probabilities are NaN",
  );
  expect(() => predictTable(huge, engine, table, [0, 2])).toThrow("row 3 has no class");
  const data = { x: encode(model.encoder, table), y: [0, 1, 1] };
  const { scores, confusion } = evaluateModel(huge, engine, data);
  expect([scores.accuracy, scores.f1, scores.auc, confusion]).toEqual([null, null, null, undefined]);
});

test("a network with a function of one's own cannot be saved", () => {
  const own: NetworkSpec = { ...network, layers: [{ units: 5, activation: (z) => z }, network.layers[1]] };
  expect(() => saveModel({ ...model, network: own })).toThrow(/layer 1 is made with a function of your own/);
});

test.each(["mine", "huber"])("a loss of one's own cannot be saved, not even as '%s'", (name) => {
  const own: Loss = { name, target: "values", perRow: (z, y) => mean(square(sub(z, y)), [1]) };
  expect(() => saveModel({ ...regression, objective: { loss: own } })).toThrow(
    `the loss '${name}' is made with a function of your own`,
  );
  expect(() => saveModel({ ...regression, objective: { loss: { ...own, options: { delta: 2 } } } })).toThrow(
    /a file cannot hold/,
  );
});

test.each(Object.values(losses).map((make) => make()))("the library's own $name can be saved", (loss) => {
  const suited = loss.target === "labels" ? model : regression;
  expect(loadModel(saveModel({ ...suited, objective: { loss } })).objective.loss.name).toBe(loss.name);
});

test("what could not be loaded is not saved", () => {
  const wild = { ...model, tensors: { ...model.tensors, b2: Float64Array.of(0, Number.POSITIVE_INFINITY) } };
  expect(() => saveModel(wild)).toThrow(/'b2' holds a number that is not finite/);
  const data = { name: "softmax-cross-entropy", target: "labels", options: { delta: 2 } } as unknown as Loss;
  expect(() => saveModel({ ...model, objective: { loss: data } })).toThrow(/has no option 'delta'/);
});

test("a regression comes back as it was", () => {
  const { objective, ...rest } = loadModel(saveModel(regression));
  expect({ ...rest, objective: undefined }).toEqual({ ...regression, objective: undefined });
  expect({ ...objective.loss }).toEqual({ name: "huber", target: "values", options: { delta: 2 } });
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
    ["a document that is not JSON", encodeSafetensors({ tensors: {}, metadata: { chaingrad: "{" } }), /JSON/],
  ])("%s", (_, file, message) => refused(file, message));

  /** Changes to the document of the classifier, and what is said of them. */
  const classifier: [Readonly<Record<string, unknown>>, string | RegExp][] = [
    [{ "": null }, "version must be a whole number ≥ 1, got undefined"],
    [{ "": 5 }, "version must be a whole number ≥ 1, got undefined"],
    [{ version: undefined }, "version must be a whole number ≥ 1, got undefined"],
    [{ version: 0.5 }, "version must be a whole number ≥ 1, got 0.5"],
    [{ version: 0 }, "version must be a whole number ≥ 1, got 0"],
    [{ version: 2 }, /written by a newer chaingrad \(version 2 .* this one reads 1\): update/],
    [{ arithmetic: 5 }, "arithmetic: expected string, got number"],
    [{ seed: 0.5 }, "seed must be a whole number, got 0.5"],
    [{ seed: "5" }, "seed must be a whole number, got 5"],
    [{ metrics: null }, "model.metrics: expected object, got null"],

    [{ loss: { name: "hinge", options: {} } }, /loss 'hinge' is not known; it can be mean-squared-error, /],
    [{ "loss.name": "constructor" }, "loss 'constructor' is not known"],
    [{ "loss.name": ["huber"] }, "loss 'huber' is not known"],
    [{ "loss.options": null }, "model.loss.options: expected object, got null"],
    [{ "loss.options": [] }, "model.loss.options: expected object, got list"],
    [{ "loss.options": undefined }, "model.loss.options: expected object, got undefined"],
    [{ "loss.options": { labelSmoothing: 2 } }, "labelSmoothing must be a number ≥ 0 and < 1, got 2"],
    [{ "loss.options": { delta: 2 } }, "softmax-cross-entropy has no option 'delta'"],
    [
      { loss: { name: "mean-squared-error", options: {} } },
      "the loss 'mean-squared-error' takes values, the target is a classification",
    ],

    [{ network: "x" }, "model.network: expected object, got string"],
    [{ "network.layers": [] }, "at least one layer is needed, got none"],
    [{ "network.layers.1": null }, "model.network.layers.1: expected object, got null"],
    [{ "network.layers.0.units": 4 }, "'W1' must be [4,3], the file holds [5,3]"],
    [{ "network.layers.0.activation": "toString" }, "activation 'toString' is not known"],
    [{ "network.layers.0.normalisation": null }, "normalisation 'null' is not known"],
    [{ "network.layers.0.normalisation": undefined }, "the file holds 8 tensors, the network has 4"],
    [{ "network.layers.1.bias": false }, "the file holds 8 tensors, the network has 7"],
    [{ "network.inputs": 4 }, "'W1' must be [5,4], the file holds [5,3]"],

    [{ encoder: null }, "model.encoder: expected object, got null"],
    [{ "encoder.columns": "x" }, "model.encoder.columns: expected list, got string"],
    [{ "encoder.columns": [] }, "encoder.features are not what its columns make"],
    [
      { "encoder.columns": [], "encoder.features": [], "encoder.numbers": 0 },
      "the network takes 3 inputs, the encoder makes 0",
    ],
    [{ "encoder.columns.1": null }, "model.encoder.columns.1: expected object, got null"],
    [{ "encoder.columns.0.kind": "text" }, "encoder.columns.0.tokens 'undefined' is not known"],
    [{ "encoder.columns.0.kind": "colour" }, "encoder.columns.0 'colour' is not known; it can be number, date,"],
    [{ "encoder.columns.0.name": 5 }, "model.encoder.columns.0.name: expected string, got number"],
    [{ "encoder.columns.0.name": "b" }, "encoder.features are not what its columns make"],
    [{ "encoder.columns.0.centre": "a" }, "encoder.columns.0.centre must be a finite number, got a"],
    [{ "encoder.columns.0.centre": null }, "encoder.columns.0.centre must be a finite number, got null"],
    [{ "encoder.columns.0.scale": 0 }, "encoder.columns.0.scale must be a number > 0, got 0"],
    [{ "encoder.columns.0.scale": -3 }, "encoder.columns.0.scale must be a number > 0, got -3"],
    [{ "encoder.columns.0.mean": 2 }, "encoder.columns.0: an earlier version wrote this model"],
    [{ "encoder.columns.0.log": "long" }, "encoder.columns.0.log: expected object, got string"],
    [{ "encoder.columns.0.log": { origin: 0, unit: 0, decades: 2 } }, "columns.0.log.unit must be a number > 0, got 0"],
    [{ "encoder.numbers": 2 }, "encoder.features are not what its columns make"],
    [
      { "encoder.columns.1": { kind: "text", name: "colour", tokens: "words", buckets: 1e12, missing: false } },
      "encoder.columns.1.buckets must be",
    ],
    [
      {
        "encoder.columns.1": {
          ...{ kind: "duration", name: "b − a (days)", from: "a", to: "b", unit: "days", centre: 0, scale: 1 },
        },
      },
      "encoder.columns.1: 'a' is no column of dates",
    ],
    [{ "encoder.columns.0.missing": "no" }, "encoder.columns.0.missing: expected boolean, got string"],
    [{ "encoder.columns.0.missing": true }, "encoder.features are not what its columns make"],
    [{ "encoder.columns.1.other": 0 }, "encoder.columns.1.other: expected boolean, got number"],
    [{ "encoder.columns.1.categories": "red" }, "encoder.columns.1.categories: expected list, got string"],
    [{ "encoder.columns.1.categories": ["red", 5] }, "encoder.columns.1.categories.1: expected string, got number"],
    [{ "encoder.columns.1.categories": ["blue", "red"] }, "encoder.features are not what its columns make"],
    [
      { "encoder.columns.0": { kind: "category", name: "a", categories: ["x"], other: false, missing: false } },
      "encoder.features are not what its columns make",
    ],
    [{ "encoder.features": undefined }, "encoder.features are not what its columns make"],

    [{ "encoder.columns.1.name": "a", "encoder.features": ["a", "a=red", "a=blue"] }, "'a' stands there twice"],
    [{ "encoder.columns.1.categories": ["red", "red"] }, "encoder.columns.1.categories: 'red' stands there twice"],
    [{ ll2: 0.1 }, "the model has no part 'll2'; did you mean 'l2'?"],
    [{ l2: null }, "l2 must be a number ≥ 0, got null"],
    [{ l1: "0" }, "l1 must be a number ≥ 0, got 0"],
    [{ encoder: undefined }, "model.encoder: expected object, got undefined"],
    [{ "metrics.test": 0.7 }, "metrics.test: expected object, got number"],
    [{ "metrics.test.accuracy": "0.7" }, "metrics.test.accuracy must be a finite number, got 0.7"],
    [{ "network.layers.0.bias": "no" }, "layer 1 ('hidden1'): bias must be a boolean, got no"],
    [{ "network.layers.0.name": 5 }, "layer 1 ('5'): name must be a string, got 5"],
    [{ "network.layers.0.unit": 5 }, "layer 1 has no part 'unit'; did you mean 'units'?"],
    [{ "network.layer": [] }, "network has no part 'layer'; did you mean 'layers'?"],

    [{ target: null }, "model.target: expected object, got null"],
    [{ "target.classes": ["no", "no"] }, "target.classes: 'no' stands there twice"],
    [{ "target.name": "colour" }, "the columns and the target: 'colour' stands there twice"],
    [{ "target.counts": [3] }, "target.counts holds 1 counts of 2 classes"],
    [{ "target.counts": [3, 4, 5] }, "target.counts holds 3 counts of 2 classes"],
    [{ "target.counts": [3, -4] }, "target.counts.1 must be a whole number ≥ 0, got -4"],
    [{ "target.counts": [3, 0.5] }, "target.counts.1 must be a whole number ≥ 0, got 0.5"],
    [{ "target.task": "ranking" }, "target 'ranking' is not known; it can be classification, regression"],
    [{ "target.task": "regression" }, "target: mean must be a finite number, got undefined"],
    [{ "target.name": undefined }, "model.target.name: expected string, got undefined"],
    [{ "target.classes": ["a"], "target.counts": [3] }, "the network gives 2 outputs, the target needs 1"],
    [{ "target.classes": [0, 1] }, "target.classes.0: expected string, got number"],
    [{ "target.classes": "no" }, "target.classes: expected list, got string"],
    [{ "target.counts": undefined }, "target.counts: expected list, got undefined"],
  ];
  test.each(classifier)("a classifier with %j", (changes, message) => refused(edited(changes), message));

  const regressor: [Readonly<Record<string, unknown>>, string][] = [
    [{ "target.scale": 0 }, "target: scale must be a number > 0, got 0"],
    [{ "target.scale": undefined }, "target: scale must be a number > 0, got undefined"],
    [{ "target.mean": "100" }, "target: mean must be a finite number, got 100"],
    [{ "target.name": undefined }, "model.target.name: expected string, got undefined"],
    [
      { loss: { name: "softmax-cross-entropy", options: {} } },
      "the loss 'softmax-cross-entropy' takes labels, the target is a regression",
    ],
  ];
  test.each(regressor)("a regression with %j", (changes, message) => refused(edited(changes, regression), message));

  test.each<[string, RegExp | string, string, string]>([
    [
      "a tensor that stands twice",
      "the header: its header holds 'b1' twice",
      '"b1":',
      '"b1":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"b1":',
    ],
    ["metadata that stand twice", "holds '__metadata__' twice", '"__metadata__":', '"__metadata__":{},"__metadata__":'],
    ["a name that is spelt in two ways", "holds 'shape' twice", '"shape":', '"\\u0073hape":[1],"shape":'],
  ])("%s", (_, message, from, to) => {
    const text = new TextDecoder().decode(bytes.subarray(8, 8 + header)).replace(from, to);
    refused(withText(text), typeof message === "string" ? message.replace("the header: ", "") : message);
  });

  test.each([
    ['"seed":5', '"seed":5,"seed":6', "the model holds 'seed' twice"],
    ['"units":5', '"units":5,"units":5', "the model holds 'units' twice"],
    ['"classes":', '"classes":["x"],"classes":', "the model holds 'classes' twice"],
  ])("a document with %s as %s", (from, to, message) => {
    const file = decodeSafetensors(bytes);
    const chaingrad = file.metadata.chaingrad.replace(from, to);
    refused(encodeSafetensors({ ...file, metadata: { chaingrad } }), message);
  });

  test("a text that looks like two names of one is none", () => {
    const named: TableModelData["target"] = { ...model.target, name: '"a":1,"a":2 {[[[[' };
    expect((loadModel(saveModel({ ...model, target: named })) as TableModelData).target.name).toBe(named.name);
  });

  test.each([
    ["deep lists", "[", "no safetensors file: its header has more brackets than any model file (at character 16)"],
    ["deep objects", '{"a":', "has more brackets than any model file (at character 80)"],
    ["many lists", "[],", "has more brackets than any model file"],
    ["many objects in a list", "{},", "has more brackets than any model file"],
  ])("a header of nothing but %s, before it is read", (_, part, message) => {
    const parse = vi.spyOn(JSON, "parse");
    refused(withText((part.length === 3 ? "[" : "") + part.repeat(1_000_000)), message);
    expect(parse.mock.calls.filter(([text]) => text.length > 100)).toEqual([]);
    parse.mockRestore();
  });

  test("a document of brackets, and a header too long to be one", () => {
    const chaingrad = `{"version":1,"network":${"[".repeat(1e6)}`;
    refused(
      encodeSafetensors({ tensors: {}, metadata: { chaingrad } }),
      "the model has more brackets than any model file",
    );
    const long = new Uint8Array(8 + 40_000_000);
    new DataView(long.buffer).setBigUint64(0, 40_000_000n, true);
    refused(long, "it claims a header of 40000000 bytes, and 32000000 are the most");
  });

  /** A file with another header before the same tensors. */
  function withText(header_: string): Uint8Array {
    const text = new TextEncoder().encode(header_);
    const tensors = bytes.subarray(8 + header);
    const result = new Uint8Array(8 + text.length + tensors.length);
    new DataView(result.buffer).setBigUint64(0, BigInt(text.length), true);
    result.set(text, 8);
    result.set(tensors, 8 + text.length);
    return result;
  }

  test("a number too large for any computer", () => {
    const file = decodeSafetensors(bytes);
    const chaingrad = file.metadata.chaingrad.replace('"centre":2', '"centre":1e999');
    refused(encodeSafetensors({ ...file, metadata: { chaingrad } }), "centre must be a finite number, got Infinity");
  });

  function refused(file: Uint8Array, message: string | RegExp): void {
    expect(() => loadModel(file)).toThrow(FormatError);
    expect(() => loadModel(file)).toThrow(message);
  }
});
