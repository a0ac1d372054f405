/** The Gauss-Newton matrix from sites against JᵀH_L J from every row's own Jacobian. */
import { expect, test } from "vitest";
import { rowJacobians } from "../../src/autodiff/curvature.ts";
import { gaussNewtonOfRows } from "../../src/autodiff/row-gauss-newton.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { losses } from "../../src/nn/losses.ts";
import { forward, type NetworkSpec, parametersOf } from "../../src/nn/network.ts";
import { mul } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { graphFunction } from "../support/graph-function.ts";
import { direction, expectNear } from "../support/numbers.ts";

const ROWS = 6;
type Layers = NetworkSpec["layers"];
const CASES: readonly (readonly [name: string, layers: Layers, loss: keyof typeof losses])[] = [
  ["a single linear unit", [{ units: 1, activation: "identity" }], "mean-squared-error"],
  [
    "one output",
    [
      { units: 5, activation: "tanh" },
      { units: 1, activation: "identity" },
    ],
    "mean-squared-error",
  ],
  [
    "a bent output",
    [
      { units: 2, activation: "tanh" },
      { units: 1, activation: "softplus" },
    ],
    "mean-squared-error",
  ],
  [
    "classes",
    [
      { units: 2, activation: "sigmoid" },
      { units: 4, activation: "identity" },
    ],
    "softmax-cross-entropy",
  ],
  [
    "three layers, one of which normalises its rows",
    [
      { units: 5, activation: "tanh" },
      { units: 3, activation: "softplus", normalisation: "layer" },
      { units: 2, activation: "identity" },
    ],
    "poisson",
  ],
];

test.each(CASES)("%s", (_, layers, lossName) => {
  const network: NetworkSpec = { inputs: 4, layers };
  const loss = losses[lossName]();
  const outputs = layers[layers.length - 1].units;
  const params = Object.fromEntries(parametersOf(network).map(({ name, shape }) => [name, input(name, shape, "f64")]));
  const wrt = Object.values(params);
  const target = (rows: number) =>
    loss.target === "labels" ? input("y", [rows], "i32") : input("y", [rows, outputs], "f64");
  const [one, many] = [1, ROWS].map((rows) => [input("x", [rows, 4], "f64"), target(rows), input("w", [rows], "f64")]);
  const [x, y, w] = one;
  const { output } = forward(network, params, x, { training: true, buffers: {} });
  const rowLoss = sum(mul(loss.perRow(output, y), w));
  const rows = new Map(one.map((node, i) => [node, many[i]]));
  const all = [...wrt, ...many];
  const values = all.map((node, i) =>
    node.type.dtype === "i32"
      ? Float64Array.from({ length: ROWS }, (_, k) => k % outputs)
      : direction(sizeOf(node.type.shape), 3 + i).map((value) => (node.label === "w" ? Math.abs(value) : value)),
  );
  const { jacobian, curved } = rowJacobians(output, rowLoss, wrt, rows);
  const [J, HJ] = graphFunction(all, [jacobian, curved])(values);
  const [matrix] = graphFunction(all, [gaussNewtonOfRows(rowLoss, output, wrt, rows).matrix()])(values);
  const n = J.length / ROWS / outputs;
  const expected = new Float64Array(n * n);
  for (let r = 0; r < ROWS * outputs; r++)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) expected[i * n + j] += J[r * n + i] * HJ[r * n + j];
  expectNear([matrix], [expected], 1e-13);
  // What is the same number stands there once.
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) expect(matrix[i * n + j]).toBe(matrix[j * n + i]);
});
