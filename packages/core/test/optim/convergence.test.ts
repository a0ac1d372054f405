/** Orders of convergence and behaviour at special points, measured on problems whose solution is known. */
import { describe, expect, test } from "vitest";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { losses, reduceRows } from "../../src/nn/losses.ts";
import { exp, log } from "../../src/ops/elementary.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { add, mul, square, sub } from "../../src/ops/ring.ts";
import { slice } from "../../src/ops/shape.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { type MinimizerName, minimizers } from "../../src/optim/minimizers.ts";
import { leastSquares } from "../../src/second-order/least-squares.ts";
import {
  type MinimizeIteration,
  type MinimizeOptions,
  type Minimum,
  minimize,
  type Start,
} from "../../src/second-order/minimize.ts";
import { direction } from "../support/numbers.ts";

const engine = referenceEngine;

async function run(loss: Expr, start: Start, options: Omit<MinimizeOptions, "engine">) {
  const iterations: MinimizeIteration[] = [];
  let minimum: Minimum | undefined;
  for await (const event of minimize(loss, start, { engine, ...options })) {
    if (event.type === "iteration") iterations.push(event);
    if (event.type === "end") minimum = event.minimum;
  }
  return { iterations, minimum: minimum as Minimum };
}

const at = (x: Expr, i: number): Expr => sum(slice(x, [i], [1]));

function rosenbrock(): Expr {
  const x = input("x", [2], "f64");
  return add(square(sub(1, at(x, 0))), mul(100, square(sub(at(x, 1), square(at(x, 0))))));
}

describe("Newton on logistic regression (softmax, L2)", async () => {
  const [rows, inputs, classes] = [40, 3, 4];
  const W = input("W", [classes, inputs], "f64");
  const x = input("x", [rows, inputs], "f64");
  const y = input("y", [rows], "i32");
  const logits = matmul(x, W, { transposeB: true });
  const perRow = losses["softmax-cross-entropy"]().perRow(logits, y);
  const loss = add(reduceRows(perRow, undefined, "mean"), mul(0.05, sum(square(W))));
  const data = { x: direction(rows * inputs, 1), y: Float64Array.from({ length: rows }, (_, i) => (i * i) % classes) };
  const start = { W: direction(classes * inputs, 2).map((value) => 2 * value) };
  const { iterations, minimum } = await run(loss, start, { method: "newton", data });

  test("ends with a gradient of zero, to rounding", () => {
    expect(minimum.gradientNorm).toBeLessThan(1e-14);
  });

  test("gains digits quadratically: the gradient's digits at least nearly double in each of the last steps", () => {
    const digits = iterations.map(({ gradientNorm }) => -Math.log10(gradientNorm)).filter((own) => own > 1 && own < 14);
    expect(digits.length).toBeGreaterThanOrEqual(2);
    for (let i = 1; i < digits.length; i++) expect(digits[i]).toBeGreaterThan(1.7 * digits[i - 1]);
  });
});

test("L-BFGS is superlinear on Rosenbrock: the ratio of successive distances falls towards zero", async () => {
  const { iterations } = await run(rosenbrock(), { x: [-1.2, 1] }, { method: "lbfgs" });
  const distances = iterations.map(({ x }) => Math.hypot(x[0] - 1, x[1] - 1)).filter((own) => own > 1e-14);
  const ratios = distances.slice(1).map((own, i) => own / distances[i]);
  // A linear rate would keep the ratio; the last three steps together gain far more than any three before.
  const last = ratios.slice(-3);
  expect(last.reduce((a, b) => a * b, 1)).toBeLessThan(1e-5);
  expect(Math.min(...last)).toBeLessThan(0.02);
});

describe.each(["newton", "newton-cg"] as const)("%s at a saddle", (method) => {
  const x = input("x", [3], "f64");
  // Minima at (±1, 0, 0) with f = −¼, a saddle at 0.
  const loss = add(
    sub(mul(0.25, square(square(at(x, 0)))), mul(0.5, square(at(x, 0)))),
    sum(square(slice(x, [1], [2]))),
  );

  test.each([
    ["exactly", [0, 0, 0]],
    ["nearly", [1e-12, 0, 1e-9]],
    ["on its ridge", [0, 0.7, -0.4]],
  ])("leaves it (%s)", async (_, start) => {
    const { minimum } = await run(loss, { x: start }, { method });
    expect(minimum.objective).toBeCloseTo(-0.25, 12);
    expect(Math.abs(minimum.parameters.x[0])).toBeCloseTo(1, 8);
  });
});

test.each(Object.keys(minimizers) as MinimizerName[])(
  "%s never takes a step that raises f or makes it NaN",
  async (method) => {
    const x = input("x", [2], "f64");
    // ln is NaN left of 0, which a full step from the start reaches: 30 − 30 (ln 30 − 0.2) < 0.
    const residuals = sub(log(x), 0.2);
    let last = Number.POSITIVE_INFINITY;
    for await (const event of leastSquares(residuals, { x: [30, 0.05] }, { engine, method, iterations: 200 })) {
      if (event.type === "start") last = event.objective;
      if (event.type !== "iteration") continue;
      expect(event.objective).toBeLessThanOrEqual(last * (1 + 1e-11));
      last = event.objective;
    }
    expect(last).toBeLessThan(1e-12);
  },
);

describe("states are readable after each step", () => {
  const expected: Readonly<Record<MinimizerName, readonly string[]>> = {
    newton: ["hessian", "gradient"],
    "newton-cg": ["products", "negativeCurvature"],
    lbfgs: ["pairs", "direction"],
    bfgs: ["inverseHessian", "direction"],
    "gauss-newton": ["gaussNewton", "gradient"],
    "levenberg-marquardt": ["jacobian", "scale", "gradient"],
    "scaled-conjugate-gradient": ["direction", "curvature"],
  };
  const x = input("x", [2], "f64");
  const residuals = mul(input("weight", [2], "f64"), sub(exp(x), 2));

  test.each(Object.entries(expected) as [MinimizerName, string[]][])("%s", async (method, names) => {
    for await (const event of leastSquares(residuals, { x: [0, 1] }, { engine, method, data: { weight: [1, 3] } })) {
      if (event.type !== "iteration") continue;
      for (const name of names) expect(event.state, name).toHaveProperty(name);
      expect(event.predicted).toBeGreaterThan(0);
      expect(event.evaluations.values).toBeGreaterThan(0);
    }
  });
});

test("L-BFGS's pairs give the secant equation", async () => {
  const { iterations } = await run(rosenbrock(), { x: [-1.2, 1] }, { method: minimizers.lbfgs({ memory: 3 }) });
  const pairs = iterations[7].state.pairs as { s: Float64Array; y: Float64Array }[];
  expect(pairs.length).toBe(3);
  const [last, before] = [iterations[7], iterations[6]];
  expect([...pairs[2].s]).toEqual([...last.x.map((value, i) => value - before.x[i])]);
});
