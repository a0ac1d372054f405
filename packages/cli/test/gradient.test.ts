/** `gradient` against PyTorch on both engines, and everything that it refuses. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Engine, type FloatType, referenceEngine, wasmEngine } from "@chaingrad/core";
import { beforeAll, describe, expect, test } from "vitest";
import { summary, toDocument } from "../src/commands/gradient.ts";
import { parseBatch } from "../src/net/batch.ts";
import { computeGradients } from "../src/net/gradients.ts";
import { parseJson } from "../src/net/json.ts";
import { ACTIVATIONS, LOSSES, parseNet } from "../src/net/net-document.ts";
import { UserError } from "../src/table/errors.ts";
import { emptyFolder, runCli } from "./support/run-cli.ts";

type Nested = number | readonly Nested[];
type Expected = Readonly<Record<string, Nested>>;
interface Fixture {
  readonly name: string;
  readonly net: Readonly<Record<string, unknown>>;
  readonly batch: Readonly<Record<string, unknown>>;
  readonly expected: { readonly loss: number; readonly outputs: Nested; readonly gradients: Expected };
}

const FIXTURES = new URL("../../core/test/fixtures/gradients.json", import.meta.url);
const fixtures: readonly Fixture[] = JSON.parse(readFileSync(FIXTURES, "utf8"));

const flatten = (values: Nested): number[] => (typeof values === "number" ? [values] : values.flatMap(flatten));
const norm = (values: readonly number[]): number => Math.hypot(...values);

function run({ net, batch }: Pick<Fixture, "net" | "batch">, engine: Engine, dtype: FloatType): Fixture["expected"] {
  const parsed = parseNet(net, "net");
  const result = computeGradients(parsed, parsed.weights!, parseBatch(batch, "batch", parsed), engine, dtype);
  return toDocument(result) as unknown as Fixture["expected"];
}

/** Loss, outputs and each gradient by name, flat. */
const parts = ({ loss, outputs, gradients }: Fixture["expected"]): Record<string, number[]> =>
  Object.fromEntries(Object.entries({ loss, outputs, ...gradients }).map(([name, value]) => [name, flatten(value)]));

describe("against PyTorch", () => {
  let wasm: Engine;
  beforeAll(async () => {
    wasm = await wasmEngine();
  });

  test("the cases cover every loss", () => {
    expect(fixtures.length).toBeGreaterThan(100);
    expect(new Set(fixtures.map(({ net }) => net.loss))).toEqual(new Set(LOSSES));
  });

  test.each(fixtures)("$name", (fixture) => {
    const expected = parts(fixture.expected);
    const runs = [
      [referenceEngine, "f64", 1e-12],
      [wasm, "f64", 1e-12],
      [wasm, "f32", 1e-5],
    ] as const;
    for (const [engine, dtype, tolerance] of runs) {
      const actual = parts(run(fixture, engine, dtype));
      expect(Object.keys(actual)).toEqual(Object.keys(expected));
      for (const [name, values] of Object.entries(expected)) {
        const distance = norm(values.map((value, i) => value - actual[name][i]));
        expect(actual[name]).toHaveLength(values.length);
        expect(distance, `${name} by ${engine.name} in ${dtype}`).toBeLessThanOrEqual(tolerance * norm(values));
      }
    }
  });
});

/** 3-5-2 with a hidden layer without bias. */
const NET = {
  inputs: 3,
  layers: [
    { units: 5, activation: "tanh", bias: false },
    { units: 2, activation: "identity" },
  ],
  loss: "softmax-cross-entropy",
  weights: {
    W1: Array.from({ length: 5 }, (_, i) => [i / 10, -0.3, 0.2]),
    W2: [
      [1, 0, -1, 0.5, 2],
      [0, 1, 0.3, -1, 1],
    ],
    b2: [0.1, 0],
  },
};
const BATCH = { x: [[1, 2, 3]], y: [1] };

describe("refuses NET.json where", () => {
  const [hidden, output] = NET.layers;
  const { W1, W2, b2 } = NET.weights;
  test.each<[string, object, ...string[]]>([
    ["the document is a list", [NET], "the document", "an object", "a list of 1"],
    ["inputs are missing", { ...NET, inputs: undefined }, "inputs", "a whole number ≥ 1", "nothing"],
    ["inputs are no whole number", { ...NET, inputs: 2.5 }, "inputs", "a whole number ≥ 1", "2.5"],
    ["there is no layer", { ...NET, layers: [] }, "layers", "a list of layers", "an empty list"],
    ["a layer has 0 units", { ...NET, layers: [hidden, { ...output, units: 0 }] }, "layers[1].units", "≥ 1, got 0"],
    ["an activation is unknown", { ...NET, layers: [{ ...hidden, activation: "gelo" }] }, "'gelo'", ...ACTIVATIONS],
    ["an activation is mistyped", { ...NET, layers: [{ ...hidden, activation: "leaky_relu" }] }, "mean 'leaky-relu'?"],
    [
      "a bias is no boolean",
      { ...NET, layers: [{ ...hidden, bias: "no" }] },
      "layers[0].bias",
      "true or false",
      '"no"',
    ],
    ["a layer has an unknown field", { ...NET, layers: [{ ...hidden, unit: 3 }] }, "layers[0].unit", "mean 'units'?"],
    ["a field is unknown", { ...NET, weight: {} }, "weight is no field", "Did you mean 'weights'?"],
    ["a loss is unknown", { ...NET, loss: "hubert" }, "'hubert'", "Did you mean 'huber'?", ...LOSSES],
    ["the reduction is unknown", { ...NET, reduction: "max" }, "reduction 'max'", "mean, sum"],
    ["l2 is negative", { ...NET, l2: -1 }, "l2", "a number ≥ 0", "-1"],
    ["an option is out of range", { ...NET, labelSmoothing: 1 }, "labelSmoothing", "< 1, got 1"],
    ["an option is of another loss", { ...NET, huberDelta: 2 }, "huberDelta", "'huber'", "'softmax-cross-entropy'"],
    ["weights are no object", { ...NET, weights: [] }, "weights", "an object", "an empty list"],
    ["a weight is missing", { ...NET, weights: { W1, b2 } }, "no W2", "layer 2 ('output')", "[2, 5]"],
    [
      "a bias is given that is not there",
      { ...NET, weights: { ...NET.weights, b1: [] } },
      "layer 1 ('hidden1')",
      '"bias": false',
    ],
    ["a weight is unknown", { ...NET, weights: { ...NET.weights, V1: [] } }, "weights.V1", "W1, W2, b2"],
    [
      "W has too few columns",
      { ...NET, weights: { W1, W2: W2.map((row) => row.slice(1)), b2 } },
      "W2 of layer 2 ('output') must be [2, 5], got [2, 4]",
    ],
    [
      "W has too many rows",
      { ...NET, weights: { W1: [...W1, W1[0]], W2, b2 } },
      "W1 of layer 1 ('hidden1') must be [5, 3], got [6, 3]",
    ],
    ["W is flat", { ...NET, weights: { W1, W2: W2.flat(), b2 } }, "W2 of layer 2 ('output') must be [2, 5], got [10]"],
    [
      "b has the wrong length",
      { ...NET, weights: { W1, W2, b2: [1] } },
      "b2 of layer 2 ('output') must be [2], got [1]",
    ],
    ["W is ragged", { ...NET, weights: { W1, W2: [W2[0], [1]], b2 } }, "weights.W2[1]", "5 numbers", "got 1"],
    ["a number is text", { ...NET, weights: { W1, W2, b2: [1, "0.5"] } }, "weights.b2[1]", "a finite number", '"0.5"'],
  ])("%s", (_, net, ...mentions) => {
    expectRefusal(() => parseNet(JSON.parse(JSON.stringify(net)), "'net.json'"), "'net.json'", ...mentions);
  });

  test("a number is too large for a float64", () => {
    const text = JSON.stringify({ ...NET, weights: { W1, W2, b2: [1, "huge"] } }).replace('"huge"', "1e999");
    expectRefusal(() => parseNet(parseJson(text, "'net.json'"), "'net.json'"), "weights.b2[1]", "finite", "Infinity");
  });
});

describe("refuses BATCH.json where", () => {
  const values = { ...NET, loss: "mean-squared-error" };
  test.each<[string, object, object, ...string[]]>([
    ["x is missing", NET, { y: [1] }, "x must be a list of rows", "nothing"],
    ["there is no row", NET, { x: [], y: [] }, "x must be a list of rows", "an empty list"],
    [
      "a row of x is ragged",
      NET,
      {
        x: [
          [1, 2, 3],
          [1, 2],
        ],
        y: [0, 1],
      },
      "x[1]",
      "3 numbers",
      "got 2",
    ],
    ["x has too few columns", NET, { x: [[1, 2]], y: [0] }, "[rows, 3]", "3 inputs", "got [1, 2]"],
    ["x holds null", NET, { x: [[1, null, 3]], y: [0] }, "x[0][1]", "a finite number", "null"],
    ["y is missing", NET, { x: BATCH.x }, "y must be a list of 1 labels", "nothing"],
    ["there are too many labels", NET, { x: BATCH.x, y: [0, 1] }, "a list of 1 labels", "a list of 2"],
    ["a label is out of range", NET, { x: BATCH.x, y: [2] }, "y[0]", "a class from 0 to 1", "got 2"],
    ["a label is no whole number", NET, { x: BATCH.x, y: [0.5] }, "y[0]", "a class from 0 to 1", "0.5"],
    ["targets are flat", values, { x: BATCH.x, y: [1, 2] }, "y must be numbers of shape [1, 2], got a list of 2"],
    ["targets have the wrong shape", values, { x: BATCH.x, y: [[1, 2, 3]] }, "[1, 2]", "got [1, 3]"],
    ["a weight is negative", NET, { ...BATCH, weight: [-1] }, "weight[0]", "a number ≥ 0", "-1"],
    ["a weight is missing", NET, { ...BATCH, weight: [] }, "weight", "1 numbers ≥ 0", "an empty list"],
    ["a field is unknown", NET, { ...BATCH, weights: [1] }, "weights is no field", "Did you mean 'weight'?"],
  ])("%s", (_, net, batch, ...mentions) => {
    const parsed = parseNet(net, "'net.json'");
    expectRefusal(() => parseBatch(batch, "'batch.json'", parsed), "'batch.json'", ...mentions);
  });

  test("targets of one output may be flat or in rows", () => {
    const net = parseNet({ inputs: 3, layers: [{ units: 1, activation: "tanh" }], loss: "huber" }, "net");
    expect(parseBatch({ x: BATCH.x, y: [[4]] }, "batch", net)).toEqual(
      parseBatch({ x: BATCH.x, y: [4] }, "batch", net),
    );
  });
});

describe("broken JSON is located", () => {
  test.each([
    ['{"a": NaN}', "line 1, column 7: expected a value, found 'NaN'"],
    ['{"a": 1,}', "line 1, column 9: expected a name in quotes, found '}'"],
    ["[1,\n 2 3]", "line 2, column 4: expected ',' or ']', found '3'"],
    ['{"a": [1, 2}', "line 1, column 12: expected ',' or ']', found '}'"],
    ['{"a": 01}', "line 1, column 8: expected ',' or '}', found '1'"],
    ["{a: 1}", "line 1, column 2: expected a name in quotes or '}', found 'a'"],
    ['{"a" 1}', "line 1, column 6: expected ':', found '1'"],
    ['{"x": [1, 2', "line 1, column 12: expected ',' or ']', found the end of the file"],
    ['[{"a": "\\u00e9"}, {}, []]]', "line 1, column 26: expected nothing more, found ']'"],
    ["<html>", "line 1, column 1: expected a value, found '<'"],
    ["\u0000\u0001", "line 1, column 1: expected a value, found '\\u0000'"],
    ["  \n", "is empty"],
  ])("%j", (text, mention) => {
    expectRefusal(() => parseJson(text, "'net.json'"), "'net.json'", mention);
  });

  test("at the bottom of deep nesting", () => {
    expectRefusal(() => parseJson("[".repeat(100_000), "'f'"), "column 100001");
  });
});

function expectRefusal(work: () => unknown, ...mentions: readonly string[]): void {
  let refusal: unknown;
  try {
    work();
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(UserError);
  const { message, hint } = refusal as UserError;
  for (const mention of mentions) expect(`${message}\n${hint}`).toContain(mention);
}

describe("the command", () => {
  const folder = emptyFolder();
  const write = (name: string, content: unknown): void => {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  };
  write("net.json", NET);
  write("batch.json", BATCH);
  const gradient = (args: readonly string[], stdin?: string) =>
    runCli(["gradient", ...args], { cwd: folder, ...(stdin === undefined ? {} : { stdin }) });

  test("prints one JSON document in full precision", async () => {
    const { status, stdout, stderr } = await gradient(["net.json", "batch.json", "--json"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual(run({ net: NET, batch: BATCH }, referenceEngine, "f64"));
    expect(Object.keys(JSON.parse(stdout).gradients)).toEqual(["W1", "W2", "b2", "x"]);
  });

  test("computes on the wasm engine in f32, and writes a file", async () => {
    const wide = JSON.parse((await gradient(["net.json", "batch.json", "--json"])).stdout);
    const args = ["net.json", "batch.json", "--engine", "wasm", "--dtype", "f32", "--out", "out.json", "--quiet"];
    expect(await gradient(args)).toEqual({ status: 0, stdout: "", stderr: "" });
    const narrow = JSON.parse(readFileSync(join(folder, "out.json"), "utf8"));
    expect(narrow.loss).toBe(Math.fround(narrow.loss));
    expect(narrow.loss).not.toBe(wide.loss);
    expect(narrow.loss).toBeCloseTo(wide.loss, 5);
  });

  test("reads the network from standard input", async () => {
    const { status, stdout } = await gradient(["-", "batch.json", "--json"], JSON.stringify(NET));
    expect(status).toBe(0);
    expect(JSON.parse(stdout).loss).toBeGreaterThan(0);
  });

  test("writes null for what overflows, and says so", async () => {
    const layers = [{ units: 1, activation: "exp" }];
    write("hot.json", { inputs: 1, layers, loss: "mean-squared-error", weights: { W1: [[1000]], b1: [0] } });
    write("one.json", { x: [[1]], y: [0] });
    const { status, stdout, stderr } = await gradient(["hot.json", "one.json", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).loss).toBe(null);
    expect(stderr).toContain("overflowed");
  });

  test.each<[string, readonly string[], ...string[]]>([
    ["no such file", ["nope.json", "batch.json"], "'nope.json'", "no such file"],
    ["a folder", [".", "batch.json"], "'.'", "it is a folder"],
    ["an empty file", ["empty.json", "batch.json"], "'empty.json' is empty"],
    ["a network without weights", ["bare.json", "batch.json"], "'bare.json'", "weights are missing"],
    ["f32 on the reference engine", ["net.json", "batch.json", "--dtype", "f32"], "f64 only", "--engine wasm"],
    ["an unknown engine", ["net.json", "batch.json", "--engine", "gpu"], "'gpu'", "reference, wasm"],
    ["two files from one standard input", ["-", "-"], "only one"],
    [
      "a place that is not there",
      ["net.json", "batch.json", "--out", "no/out.json"],
      "'no/out.json'",
      "does not exist",
    ],
  ])("refuses %s with status 2", async (_, args, ...mentions) => {
    write("empty.json", "");
    write("bare.json", { ...NET, weights: undefined });
    const { status, stdout, stderr } = await gradient(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    for (const mention of ["chaingrad: ", ...mentions]) expect(stderr).toContain(mention);
    expect(stderr).not.toContain("    at ");
    expect(existsSync(join(folder, "no"))).toBe(false);
  });

  test("lists every activation and loss in its help", async () => {
    const { status, stdout } = await gradient(["--help"]);
    expect(status).toBe(0);
    for (const name of [...ACTIVATIONS, ...LOSSES]) expect(stdout).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

test("the summary fits its width", () => {
  const parsed = parseNet(NET, "net");
  const result = computeGradients(parsed, parsed.weights!, parseBatch(BATCH, "batch", parsed), referenceEngine, "f64");
  for (const width of [40, 80]) {
    for (const line of summary(result, width).split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  }
  expect(summary(result, 80)).toMatchInlineSnapshot(`
    "loss  1.01226679054

    gradient  shape   norm     largest entry
    ∂L/∂W1    [5, 3]  5.9107   2.6216 at W1[3][2]
    ∂L/∂W2    [2, 5]  0.47479  0.24188 at W2[0][4]
    ∂L/∂b2    [2]     0.9003   0.63661 at b2[0]
    ∂L/∂x     [1, 3]  0.3436   0.25795 at x[0][0]"
  `);
});
