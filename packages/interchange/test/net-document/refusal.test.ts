/** NET.json and BATCH.json: whatever is wrong in them is refused by file and place, with what was expected and given. */
import { UserError } from "@chaingrad/core/user-error";
import { describe, expect, test } from "vitest";
import { NET_ACTIVATIONS, NET_LOSSES, parseBatch, parseJson, parseNet } from "../../src/net-document.ts";
import { BATCH, NET } from "../support/documents.ts";

describe("refuses NET.json where", () => {
  const [hidden, output] = NET.layers;
  const { W1, W2, b2 } = NET.weights;
  test.each<[string, object, ...string[]]>([
    ["the document is a list", [NET], "the document", "an object", "a list of 1"],
    ["inputs are missing", { ...NET, inputs: undefined }, "inputs", "a whole number ≥ 1", "nothing"],
    ["inputs are no whole number", { ...NET, inputs: 2.5 }, "inputs", "a whole number ≥ 1", "2.5"],
    ["there is no layer", { ...NET, layers: [] }, "layers", "a list of layers", "an empty list"],
    ["a layer has 0 units", { ...NET, layers: [hidden, { ...output, units: 0 }] }, "layers[1].units", "≥ 1, got 0"],
    ["an activation is unknown", { ...NET, layers: [{ ...hidden, activation: "gelo" }] }, "'gelo'", ...NET_ACTIVATIONS],
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
    ["a loss is unknown", { ...NET, loss: "hubert" }, "'hubert'", "Did you mean 'huber'?", ...NET_LOSSES],
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
    ["\u0000\u0001", "line 1, column 1: expected a value, found '\u0000'"],
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
