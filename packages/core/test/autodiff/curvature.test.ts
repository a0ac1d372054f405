/** Second derivatives against differences of exact gradients, against each other, and against plain formulas. */
import { describe, expect, test } from "vitest";
import {
  directionalDerivative,
  empiricalFisherProduct,
  gaussNewtonProduct,
  hessian,
  hvp,
  jacobian,
  perExampleGradients,
  perExampleSquaredNorms,
  rowJacobians,
} from "../../src/autodiff/curvature.ts";
import { gradients } from "../../src/autodiff/reverse.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { nodesOf, program } from "../../src/graph/program.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { activations } from "../../src/nn/activations.ts";
import { losses, reduceRows } from "../../src/nn/losses.ts";
import { forward, type NetworkSpec, parametersOf } from "../../src/nn/network.ts";
import { exp, sin } from "../../src/ops/elementary.ts";
import { add, mul, square } from "../../src/ops/ring.ts";
import { slice } from "../../src/ops/shape.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { directionalDerivative as difference, graphFunction } from "../support/graph-function.ts";
import { direction, expectNear } from "../support/numbers.ts";

const ROWS = 7;
const NETWORK: NetworkSpec = {
  inputs: 4,
  layers: [
    { units: 5, activation: "tanh" },
    { units: 3, activation: "softplus", normalisation: "layer" },
    { units: 2, activation: "identity" },
  ],
};
const LOSSES = ["mean-squared-error", "softmax-cross-entropy", "poisson", "binary-cross-entropy"] as const;

function build(network: NetworkSpec, lossName: (typeof LOSSES)[number], rows: number) {
  const loss = losses[lossName]();
  const outputs = network.layers[network.layers.length - 1].units;
  const params = Object.fromEntries(parametersOf(network).map(({ name, shape }) => [name, input(name, shape, "f64")]));
  const wrt = Object.values(params);
  const x = input("x", [rows, network.inputs], "f64");
  const y = loss.target === "labels" ? input("y", [rows], "i32") : input("y", [rows, outputs], "f64");
  const { output } = forward(network, params, x, { training: true, buffers: {} });
  const perRow = loss.perRow(output, y);
  return { params, wrt, x, y, output, perRow, f: reduceRows(perRow, undefined, "mean"), loss };
}

const numbers = (nodes: readonly Expr[], seed: number): Float64Array[] =>
  nodes.map((node, i) =>
    node.type.dtype === "i32"
      ? Float64Array.from({ length: sizeOf(node.type.shape) }, (_, k) => k % 2)
      : direction(sizeOf(node.type.shape), seed + i),
  );
const like = (nodes: readonly Expr[], name: string): Expr[] =>
  nodes.map((node, i) => input(`${name}${i}`, node.type.shape, "f64"));
const flat = (tensors: readonly ArrayLike<number>[]): number[] => tensors.flatMap((tensor) => Array.from(tensor));
const times = (matrix: ArrayLike<number>, v: readonly number[]): number[] =>
  Array.from({ length: matrix.length / v.length }, (_, i) =>
    v.reduce((total, value, j) => total + matrix[i * v.length + j] * value, 0),
  );
const transposed = (matrix: ArrayLike<number>, rows: number): number[] => {
  const columns = matrix.length / rows;
  return Array.from(matrix, (_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]);
};

describe.each(LOSSES)("%s", (lossName) => {
  const { wrt, x, y, f, output, perRow } = build(NETWORK, lossName, ROWS);
  const vectors = like(wrt, "v");
  const given = [...wrt, x, y, ...vectors];
  const values = [...numbers([...wrt, x, y], 3), ...numbers(vectors, 90)];
  const v = flat(values.slice(wrt.length + 2));
  const run = (outputs: readonly Expr[]): Float64Array[] => graphFunction(given, outputs)(values);
  const [matrix] = run([hessian(f, wrt)]);

  test("H v is the difference of exact gradients along v", () => {
    const move = [...values.slice(wrt.length + 2), ...values.slice(wrt.length).map((own) => own.map(() => 0))];
    const gradient = graphFunction(given, gradients(f, wrt));
    expectNear([flat(run(hvp(f, wrt, vectors)))], [flat(difference(gradient, values, move))], 1e-8);
  });

  test("the Hessian times v is H v, and it is symmetric", () => {
    expectNear([times(matrix, v)], [flat(run(hvp(f, wrt, vectors)))], 1e-13);
    expectNear([transposed(matrix, v.length)], [matrix], 1e-14);
  });

  test("each column of the Hessian is a difference of exact gradients", () => {
    const gradient = graphFunction(given, gradients(f, wrt));
    const still = values.map((own) => own.map(() => 0));
    let column = 0;
    for (const [k, own] of values.slice(0, wrt.length).entries()) {
      for (const element of own.keys()) {
        const unit = still.with(k, still[k].with(element, 1));
        const expected = flat(difference(gradient, values, unit));
        expectNear([matrix.slice(column * v.length, (column + 1) * v.length)], [expected], 1e-7);
        column++;
      }
    }
  });

  test("the Jacobian by forward and by reverse mode is the same, and J v a difference", () => {
    const [forwardMode, reverseMode] = run([jacobian(output, wrt, "forward"), jacobian(output, wrt, "reverse")]);
    expectNear([forwardMode], [reverseMode], 1e-13);
    const move = [...values.slice(wrt.length + 2), ...values.slice(wrt.length).map((own) => own.map(() => 0))];
    expectNear([times(forwardMode, v)], difference(graphFunction(given, [output]), values, move), 1e-8);
  });

  test("G v is Jᵀ H_L J v, with H_L a Hessian by the outputs", () => {
    const [product, J] = [flat(run(gaussNewtonProduct(f, output, wrt, vectors))), run([jacobian(output, wrt)])[0]];
    const z = input("z", output.type.shape, "f64");
    const outer = reduceRows(losses[lossName]().perRow(z, y), undefined, "mean");
    const [outputs] = run([output]);
    const [curvature] = graphFunction([z, y], [hessian(outer, [z])])([outputs, values[wrt.length + 1]]);
    expectNear([product], [times(transposed(J, outputs.length), times(curvature, times(J, v)))], 1e-13);
  });

  test("F v is Σ gᵣ gᵣᵀ v", () => {
    const [J] = run([jacobian(perRow, wrt, "reverse")]);
    const product = flat(run(empiricalFisherProduct(perRow, wrt, vectors)));
    expectNear([product], [times(transposed(J, ROWS), times(J, v))], 1e-13);
  });

  test("row by row: gradients, their norms, Jacobians and curvature are those of the whole batch", () => {
    const one = build(NETWORK, lossName, 1);
    const rows = new Map([
      [one.x, x],
      [one.y, y],
    ]);
    const rowLoss = sum(one.perRow);
    const all = [...one.wrt, x, y];
    const own = graphFunction(all, perExampleGradients(rowLoss, one.wrt, rows))(values.slice(0, all.length));
    const [expected, J] = run([jacobian(perRow, wrt, "reverse"), jacobian(output, wrt, "reverse")]);
    const n = v.length;
    const gradientOf = (r: number): number[] =>
      flat(own.map((tensor) => tensor.slice((r * tensor.length) / ROWS, ((r + 1) * tensor.length) / ROWS)));
    const stacked = Array.from({ length: ROWS }, (_, r) => gradientOf(r));
    expectNear([stacked.flat()], [expected], 1e-13);
    const [norms] = graphFunction(all, [perExampleSquaredNorms(rowLoss, one.wrt, rows)])(values.slice(0, all.length));
    expectNear([norms], [stacked.map((g) => g.reduce((total, value) => total + value * value, 0))], 1e-13);
    const perRowJ = rowJacobians(one.output, rowLoss, one.wrt, rows);
    const [rowJ, curved] = graphFunction(all, [perRowJ.jacobian, perRowJ.curved])(values.slice(0, all.length));
    expectNear([rowJ], [J], 1e-13);
    const G = times(transposed(rowJ, rowJ.length / n), times(curved, v)).map((value) => value / ROWS);
    expectNear([G], [flat(run(gaussNewtonProduct(f, output, wrt, vectors)))], 1e-13);
  });
});

test.each(Object.keys(activations))("the Hessian of a net with %s, on the wasm engine", async (activation) => {
  const network = {
    inputs: 3,
    layers: [
      { units: 4, activation: activation as "tanh" },
      { units: 2, activation: "identity" as const },
    ],
  };
  const { wrt, x, y, f } = build(network, "mean-squared-error", 5);
  const given = [...wrt, x, y];
  const values = numbers(given, 5);
  const [expected] = graphFunction(given, [hessian(f, wrt)])(values);
  const executable = (await wasmEngine({ threads: 1 })).compile(program("hessian", given, { H: hessian(f, wrt) }));
  given.forEach((node, i) => {
    executable.write(node.label as string, values[i]);
  });
  executable.run();
  expectNear([executable.read("H") as Float64Array], [expected], 1e-13);
});

test("a directional third derivative is the difference of second ones", () => {
  const theta = input("θ", [3], "f64");
  const [u, v, w] = ["u", "v", "w"].map((name) => input(name, [3], "f64"));
  const f = sum(mul(exp(mul(theta, 0.5)), sin(add(theta, slice(theta, [0], [1])))));
  const given = [theta, u, v, w];
  const values = numbers(given, 8);
  const third = directionalDerivative(f, [theta], [[u], [v], [w]]);
  const second = graphFunction(given, [directionalDerivative(f, [theta], [[u], [v]])]);
  const move = [values[3], ...values.slice(1).map((own) => own.map(() => 0))];
  expectNear(graphFunction(given, [third])(values), difference(second, values, move), 1e-8);
});

test("norms of a dense layer's gradients never make the gradients", () => {
  const network = {
    inputs: 6,
    layers: [
      { units: 5, activation: "tanh" as const },
      { units: 1, activation: "identity" as const },
    ],
  };
  const one = build(network, "mean-squared-error", 1);
  const rows = new Map([
    [one.x, input("X", [9, 6], "f64")],
    [one.y, input("Y", [9, 1], "f64")],
  ]);
  const norms = perExampleSquaredNorms(sum(one.perRow), one.wrt, rows);
  const largest = Math.max(
    ...nodesOf(program("norms", [...one.wrt, ...rows.values()], { norms })).map(({ type }) => sizeOf(type.shape)),
  );
  expect(largest).toBeLessThan(9 * 6 * 5);
});

test("a Hessian by what f does not depend on is zero", () => {
  const [a, b] = [input("a", [2], "f64"), input("b", [3], "f64")];
  const [matrix] = graphFunction(
    [a, b],
    [hessian(sum(square(a)), [a, b])],
  )([
    [1, 2],
    [3, 4, 5],
  ]);
  expect([...matrix]).toEqual([2, 0, 0, 0, 0, 0, 2, 0, 0, 0, ...new Array(15).fill(0)]);
});
