/** The Hessian of a sum over rows, from one row's graph: equal to that of the summed loss, whatever the graph. */
import { describe, expect, test } from "vitest";
import { hessian, type Rows } from "../../src/autodiff/curvature.ts";
import { gradients } from "../../src/autodiff/reverse.ts";
import { rowHessian } from "../../src/autodiff/row-hessian.ts";
import { sitesOf } from "../../src/autodiff/sites.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { nodesOf, program } from "../../src/graph/program.ts";
import { sizeOf } from "../../src/graph/type.ts";
import { type Loss, losses } from "../../src/nn/losses.ts";
import { forward, type NetworkSpec, parametersOf } from "../../src/nn/network.ts";
import { exp, tanh } from "../../src/ops/elementary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { add, mul, square } from "../../src/ops/ring.ts";
import { relu } from "../../src/ops/select.ts";
import { reshape, transpose } from "../../src/ops/shape.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { directionalDerivative, graphFunction } from "../support/graph-function.ts";
import { direction, expectNear } from "../support/numbers.ts";

const ROWS = 7;

/** A loss as a function of rows: the graph of all of them, and that of one with what stands for it. */
interface Case {
  readonly wrt: readonly Expr[];
  readonly data: readonly Expr[];
  readonly all: Expr;
  readonly one: Expr;
  readonly rows: Rows;
}

/** @param build the sum of the losses of rows of the data */
function caseOf(wrt: readonly Expr[], data: readonly Expr[], build: (data: readonly Expr[]) => Expr): Case {
  const row = data.map((many, i) => input(`row ${i}`, [1, ...many.type.shape.slice(1)], many.type.dtype));
  return { wrt, data, all: build(data), one: build(row), rows: new Map(row.map((node, i) => [node, data[i]])) };
}

/** Σᵣ wᵣ ℓᵣ of a network. */
function networkCase(network: NetworkSpec, loss: Loss): Case {
  const params = Object.fromEntries(parametersOf(network).map(({ name, shape }) => [name, input(name, shape, "f64")]));
  const outputs = network.layers[network.layers.length - 1].units;
  const x = input("x", [ROWS, network.inputs], "f64");
  const y = loss.target === "labels" ? input("y", [ROWS], "i32") : input("y", [ROWS, outputs], "f64");
  const weight = input("weight", [ROWS], "f64");
  return caseOf(Object.values(params), [x, y, weight], ([x, y, weight]) => {
    const { output } = forward(network, params, x, { training: true, buffers: {} });
    return sum(mul(weight, loss.perRow(output, y)));
  });
}

const valuesOf = (nodes: readonly Expr[]): Float64Array[] =>
  nodes.map((node, i) =>
    node.type.dtype === "i32"
      ? Float64Array.from({ length: sizeOf(node.type.shape) }, (_, k) => k % 3)
      : direction(sizeOf(node.type.shape), 11 + i),
  );

/** By the reference engine: the Hessian of all rows' graph and that from one row's. */
function both({ wrt, data, all, one, rows }: Case): [Float64Array, Float64Array] {
  const given = [...wrt, ...data];
  const [expected, actual] = graphFunction(given, [hessian(all, wrt), rowHessian(one, wrt, rows)])(valuesOf(given));
  return [expected, actual];
}

function expectEqual(given: Case): void {
  const [expected, actual] = both(given);
  expectNear([actual], [expected], 1e-12);
}

const layer = (
  units: number,
  activation: "tanh" | "identity" | "softplus" | "gelu" | "sigmoid",
  more: object = {},
) => ({
  units,
  activation,
  ...more,
});

const NETWORKS: Record<string, NetworkSpec> = {
  "one layer": { inputs: 4, layers: [layer(3, "identity")] },
  "two layers": { inputs: 5, layers: [layer(4, "tanh"), layer(3, "identity")] },
  "one unit": { inputs: 3, layers: [layer(1, "tanh"), layer(3, "identity")] },
  "no biases": { inputs: 2, layers: [layer(5, "sigmoid", { bias: false }), layer(3, "identity", { bias: false })] },
  "three layers": { inputs: 4, layers: [layer(3, "softplus"), layer(5, "tanh"), layer(3, "identity")] },
  "four layers": {
    inputs: 2,
    layers: [layer(4, "gelu"), layer(3, "tanh", { bias: false }), layer(5, "sigmoid"), layer(3, "identity")],
  },
  "layer normalisation": {
    inputs: 4,
    layers: [
      layer(5, "tanh", { normalisation: "layer" }),
      layer(4, "softplus", { normalisation: "layer" }),
      layer(3, "identity"),
    ],
  },
  "many inputs, few units": { inputs: 60, layers: [layer(2, "tanh"), layer(3, "identity")] },
};
const LOSSES = ["mean-squared-error", "softmax-cross-entropy", "poisson"] as const;

describe.each(Object.keys(NETWORKS))("%s", (name) => {
  test.each(LOSSES)("%s, on both engines", async (loss) => {
    const given = networkCase(NETWORKS[name], losses[loss]());
    const [expected, actual] = both(given);
    expectNear([actual], [expected], 1e-12);
    const inputs = [...given.wrt, ...given.data];
    const matrix = rowHessian(given.one, given.wrt, given.rows);
    const executable = (await wasmEngine({ threads: 1 })).compile(program("hessian", inputs, { matrix }));
    const values = valuesOf(inputs);
    inputs.forEach((node, i) => {
      executable.write(node.label as string, values[i]);
    });
    executable.run();
    expectNear([executable.read("matrix") as Float64Array], [expected], 1e-12);
  });
});

const x = input("x", [ROWS, 3], "f64");
const y = input("y", [ROWS, 2], "f64");
const W = input("W", [3, 3], "f64");
const V = input("V", [2, 3], "f64");
const b = input("b", [3], "f64");
const dense = (x: Expr, W: Expr): Expr => matmul(x, W, { transposeB: true });

test("a weight that is used twice, and a bias that is", () => {
  expectEqual(
    caseOf([V, b, W], [x, y], ([x, y]) => {
      const h = tanh(add(dense(tanh(add(dense(x, W), b)), W), b));
      return sum(square(add(dense(h, V), y)));
    }),
  );
});

test("a weight used twice between layers that are used once", () => {
  const [U, T] = [input("U", [3, 3], "f64"), input("T", [3, 3], "f64")];
  expectEqual(
    caseOf([W, V, U, T], [x, y], ([x, y]) => {
      const h = tanh(dense(tanh(dense(tanh(dense(tanh(dense(x, T)), W)), U)), W));
      return sum(square(add(dense(h, V), y)));
    }),
  );
});

test("weights [in, out], transposed, scaled, multiplied with each other, two on one sum", () => {
  const [A, B, c] = [input("A", [3, 4], "f64"), input("B", [3, 4], "f64"), input("c", [4], "f64")];
  const [D, E] = [input("D", [4, 2], "f64"), input("E", [2], "f64")];
  expectEqual(
    caseOf([E, A, B, c, D], [x, y], ([x, y]) => {
      const z = add(add(matmul(x, A), matmul(x, B)), add(c, matmul(tanh(x), square(B))));
      const t = dense(tanh(z), transpose(mul(2, D)));
      return sum(square(mul(add(t, y), exp(reshape(E, [1, 2])))));
    }),
  );
});

test("two weights and two biases of one layer, on one and on different activations", () => {
  const [A, B, c] = [input("A", [3, 3], "f64"), input("B", [3, 3], "f64"), input("c", [3], "f64")];
  for (const other of [0, 1]) {
    expectEqual(
      caseOf([c, V, B, W, A, b], [x, y], ([x, y]) => {
        const h = tanh(dense(x, W));
        const z = add(add(add(dense(h, A), b), dense([h, exp(h)][other], B)), c);
        return sum(square(add(dense(tanh(z), V), y)));
      }),
    );
  }
});

test("two layers side by side on one input, which meet, and a bias of both", () => {
  const U = input("U", [3, 3], "f64");
  expectEqual(
    caseOf([U, b, W, V], [x, y], ([x, y]) => {
      const left = tanh(dense(x, W));
      const right = exp(mul(0.3, add(dense(x, U), b)));
      return sum(mul(y, dense(mul(left, right), V)));
    }),
  );
});

test("parameters within functions, and layers whose activations others read, too", () => {
  const [c, U] = [input("c", [3], "f64"), input("U", [3, 3], "f64")];
  expectEqual(
    caseOf([W, c, U, V, b], [x, y], ([x, y]) => {
      const h = tanh(add(dense(mul(x, exp(c)), W), b));
      const residual = add(h, dense(exp(mul(0.3, h)), U));
      return sum(square(add(dense(relu(residual), V), y)));
    }),
  );
});

test("a parameter that the loss does not depend on, and one that it depends on linearly", () => {
  const given = caseOf([b, W, V], [x, y], ([x, y]) => sum(mul(y, tanh(dense(x, V)))));
  const [expected, actual] = both(given);
  expectNear([actual], [expected], 1e-12);
  expect([...actual.slice(0, 12 * 18)]).toEqual(new Array(12 * 18).fill(0));
  const linear = caseOf([b, V], [x, y], ([x, y]) => sum(mul(y, dense(add(x, b), V))));
  expectEqual(linear);
  expectEqual(caseOf([V], [x, y], ([x, y]) => sum(mul(y, dense(x, V)))));
});

test("each column is a difference of exact gradients", () => {
  const { wrt, data, all, one, rows } = networkCase(NETWORKS["three layers"], losses["softmax-cross-entropy"]());
  const given = [...wrt, ...data];
  const values = valuesOf(given);
  const [matrix] = graphFunction(given, [rowHessian(one, wrt, rows)])(values);
  const gradient = graphFunction(given, gradients(all, wrt));
  const still = values.map((own) => own.map(() => 0));
  const n = Math.sqrt(matrix.length);
  let row = 0;
  for (const [k] of wrt.entries()) {
    for (const element of values[k].keys()) {
      const moved = directionalDerivative(gradient, values, still.with(k, still[k].with(element, 1)));
      expectNear([matrix.slice(row * n, (row + 1) * n)], [moved.flatMap((tensor) => [...tensor])], 1e-7);
      row++;
    }
  }
});

test("a layer's weights and bias act through its pre-activation, and no row's own Hessian is made", () => {
  const { wrt, data, one, rows } = networkCase(NETWORKS["two layers"], losses["mean-squared-error"]());
  expect(sitesOf(one, wrt).map(({ units, width, output, node }) => [units, width, output !== node])).toEqual([
    [4, 6, true],
    [3, 5, false],
  ]);
  const matrix = rowHessian(one, wrt, rows);
  const tensors = nodesOf(program("hessian", [...wrt, ...data], { matrix })).filter(({ type }) =>
    type.shape.includes(ROWS),
  );
  expect(Math.max(...tensors.map(({ type }) => sizeOf(type.shape)))).toBeLessThan((ROWS * 24 * 24) / 2);
});
