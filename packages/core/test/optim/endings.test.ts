/**
 * An ending is a statement: wherever any method says that it is at a minimum, the criterion is computed anew at the point
 * that it returned, by another engine and with plain sums.
 */
import { describe, expect, test } from "vitest";
import { jacobian } from "../../src/autodiff/curvature.ts";
import { gradients } from "../../src/autodiff/reverse.ts";
import { evaluate } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";
import { exp, sigmoid } from "../../src/ops/elementary.ts";
import { add, mul, sub } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";
import type { Minimizer } from "../../src/optim/minimizers/minimizer.ts";
import { type MinimizerName, minimizers } from "../../src/optim/minimizers.ts";
import {
  type LeastSquaresMinimum,
  type LeastSquaresOptions,
  leastSquares,
} from "../../src/second-order/least-squares.ts";
import { isConverged, type Minimum, minimize, type Start } from "../../src/second-order/minimize.ts";
import { halfSquares } from "../../src/second-order/problem.ts";
import { mghProblems } from "../support/more-garbow-hillstrom.ts";

const engine = await wasmEngine({ threads: 1 });
const names = Object.keys(minimizers) as MinimizerName[];

async function end<M extends Minimum>(events: AsyncGenerator<unknown, M>): Promise<M> {
  for (;;) {
    const next = await events.next();
    if (next.done) return next.value;
  }
}

/** max_j |J_jᵀr| / (‖J_j‖‖r‖), without slopes that are no more than the rounding of r's terms. */
function cosine(J: ArrayLike<number>, r: ArrayLike<number>, x: ArrayLike<number>): number {
  const rows = Array.from(r);
  const columns = Array.from(x, (_, j) => rows.map((_r, i) => J[i * x.length + j]));
  const terms = columns.reduce((total, column, j) => total + Math.hypot(...column) * Math.abs(x[j]), 0);
  const cosines = columns.map((column) => {
    const length = Math.hypot(...column);
    const slope = length > 0 ? Math.abs(column.reduce((sum, value, i) => sum + value * rows[i], 0)) / length : 0;
    return slope <= 1e-15 * terms ? 0 : slope / Math.hypot(...rows);
  });
  return Math.max(...cosines);
}

describe("the 35 problems of Moré, Garbow and Hillstrom", () => {
  test.each(names)("least squares by %s", async (method) => {
    let converged = 0;
    for (const problem of mghProblems) {
      const x = input("x", [problem.n], "f64");
      const residuals = problem.residuals(x);
      const found = await end(leastSquares(residuals, { x: problem.start }, { engine, method, iterations: 300 }));
      if (!isConverged(found)) continue;
      converged++;
      const outputs = { J: jacobian(residuals, [x]), r: residuals };
      const { J, r } = evaluate(referenceEngine, program("anew", [x], outputs), found.parameters);
      expect(cosine(J, r, found.parameters.x), `${problem.number} ${problem.name}: ${found.stopped}`).toBeLessThan(
        1e-5,
      );
    }
    expect(converged).toBeGreaterThanOrEqual(20);
  });

  test.each(names.filter((name) => !minimizers[name]().needs.includes("gauss-newton")))(
    "any loss by %s",
    async (method) => {
      let converged = 0;
      for (const problem of mghProblems) {
        const x = input("x", [problem.n], "f64");
        const loss = halfSquares(problem.residuals(x));
        const found = await end(minimize(loss, { x: problem.start }, { engine, method, iterations: 300 }));
        if (!isConverged(found)) continue;
        converged++;
        const [g] = gradients(loss, [x]);
        const anew = evaluate(referenceEngine, program("anew", [x], { g, f: loss }), found.parameters);
        const scale = Math.max(1, anew.f[0]);
        const size = Array.from(
          anew.g,
          (slope, i) => (Math.abs(slope) * Math.max(1, Math.abs(found.parameters.x[i]))) / scale,
        );
        // Starts are of the size of 1 or more, and so are the losses there.
        expect(Math.max(...size), `${problem.number} ${problem.name}: ${found.stopped}`).toBeLessThan(1e-4);
      }
      expect(converged).toBeGreaterThanOrEqual(20);
    },
  );
});

describe("a minimizer that claims too much", () => {
  const claiming = (ending: "gradient" | "step" | "objective"): Minimizer => ({
    kind: "minimizer",
    name: "boast",
    needs: [],
    bounded: true,
    // biome-ignore lint/correctness/useYield: it ends at once
    *iterate() {
      return ending;
    },
  });
  const theta = input("θ", [2], "f64");
  const residuals = sub(mul(theta, theta), 3);

  test.each(["gradient", "step", "objective"] as const)(
    "'%s' far from a minimum is told as stalled",
    async (ending) => {
      const options = { engine, method: claiming(ending) };
      expect((await end(leastSquares(residuals, { θ: [1, 2] }, options))).stopped).toBe("stalled");
      expect((await end(minimize(halfSquares(residuals), { θ: [1, 2] }, options))).stopped).toBe("stalled");
    },
  );

  test("at a minimum it stands", async () => {
    const root = Math.sqrt(3);
    const found = await end(leastSquares(residuals, { θ: [root, -root] }, { engine, method: claiming("step") }));
    expect(found.stopped).toBe("step");
  });
});

const x = input("x", [8], "f64");
const y = input("y", [8], "f64");
const [a, b, c] = ["a", "b", "c"].map((name) => input(name, [], "f64"));
const fit = (model: Expr, start: Start, data: Record<string, number[]>, more: Partial<LeastSquaresOptions> = {}) =>
  end<LeastSquaresMinimum>(leastSquares(sub(model, y), start, { engine, data, ...more }));

describe("a parameter without influence beside one that has some", () => {
  const times = [1, 2, 3, 4, 5, 6, 7, 8];
  const values = [2, 3, 2, 5, 4, 6, 5, 7];
  const mean = 4.25;
  const saturated: [string, Expr, Start][] = [
    ["an exponential that underflows", add(mul(a, exp(mul(-1, mul(b, x)))), c), { c: 0, a: 1, b: 900 }],
    ["a sigmoid below", add(c, mul(a, sigmoid(mul(10, sub(x, 90))))), { c: 0, a: 1 }],
    ["a sigmoid that is 0 at all rows", add(c, sigmoid(sub(x, b))), { c: 0, b: 800 }],
    ["a column near 10⁻³⁰⁰", add(c, mul(a, exp(sub(mul(0, x), 690)))), { c: 0, a: 1 }],
  ];

  test.each(saturated)("%s: the other is fitted, this one named", async (_, model, start) => {
    for (const method of names) {
      const found = await fit(model, start, { x: times, y: values }, { method });
      expect(isConverged(found), method).toBe(true);
      expect(found.parameters.c[0], method).toBeCloseTo(mean, 7);
      expect(found.standing.c, method).toEqual(["free"]);
      const rows = values.map((value) => (value - mean) ** 2).reduce((sum, square) => sum + square, 0);
      expect(found.standardErrors.c[0], method).toBeCloseTo(Math.sqrt(rows / 7 / 8), 8);
      for (const name of Object.keys(start).filter((key) => key !== "c")) {
        expect(found.standing[name], `${name} by ${method}`).toEqual(["no influence"]);
        expect(found.standardErrors[name][0]).toBeNaN();
      }
    }
  });

  test("a parameter that is merely 0, or small, has influence", async () => {
    const line = times.map((t) => 2 + 3 * t);
    const curve = add(a, add(mul(b, x), mul(c, mul(x, x))));
    for (const start of [
      { a: 0, b: 0, c: 0 },
      { a: 1, b: 1, c: 1 },
      { a: 2, b: 3, c: 1e-27 },
    ]) {
      const found = await fit(curve, start, { x: times, y: line });
      expect(found.standing).toEqual({ a: ["free"], b: ["free"], c: ["free"] });
      const nanometres = await fit(curve, start, { x: times.map((t) => t * 1e-9), y: line });
      expect(nanometres.standing.c).toEqual(["free"]);
    }
  });
});

describe("derivatives that are no numbers", () => {
  const times = [1, 2, 3, 4, 5, 6, 7, 8];

  test.each(names)("%s ends, and claims nothing", async (method) => {
    // At the start f is finite but ∂f/∂b is ∞ − ∞; then on the way, where e^(b x) overflows in the derivative first.
    const models: [Expr, Start][] = [
      [add(a, mul(0, exp(mul(b, x)))), { a: 1, b: 88.7 }],
      [mul(a, exp(mul(-1, exp(mul(b, x))))), { a: 1, b: 88.5 }],
      [mul(a, exp(mul(b, exp(mul(c, x))))), { a: 1, b: -1, c: 60 }],
    ];
    for (const [model, start] of models) {
      const found = await fit(model, start, { x: times, y: times }, { method, iterations: 200 });
      expect(found.objective).toBeLessThan(Number.POSITIVE_INFINITY);
      if (isConverged(found)) expect(found.scaledGradient).toBeLessThan(1e-6);
    }
  });
});
