/**
 * Curves from starts that are far off (fixtures/bad-starts.json): the least sum of squares that is known is reached, and no
 * method ever says that it is at a minimum where it is not.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluate, input, program, referenceEngine, wasmEngine } from "@chaingrad/core";
import {
  isConverged,
  jacobian,
  type LeastSquaresMinimum,
  type LeastSquaresOptions,
  leastSquares,
  type MinimizerName,
  minimizers,
  NonFiniteError,
} from "@chaingrad/core/curvature";
import { expect, test } from "vitest";
import { curveModel } from "../../src/curve/model.ts";
import { buildFormula } from "../../src/formula/build.ts";
import { parseFormula } from "../../src/formula/parse.ts";

interface Curve {
  readonly name: string;
  readonly formula: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly starts: readonly Readonly<Record<string, number>>[];
  /** 0 where the data are the curve itself. */
  readonly leastSumOfSquares: number;
}

const curves: readonly Curve[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixtures/bad-starts.json"), "utf8"),
);
const engine = await wasmEngine({ threads: 1 });

async function solve(curve: Curve, start: Curve["starts"][number], more: Partial<LeastSquaresOptions> = {}) {
  const columns = Object.entries({ x: curve.x, y: curve.y });
  const table = {
    rows: curve.x.length,
    columns: columns.map(([name, values]) => ({ name, type: "number" as const, values: Float64Array.from(values) })),
  };
  const { residuals, data } = curveModel(
    table,
    { model: parseFormula(curve.formula), target: parseFormula("y") },
    start,
  );
  const options = { engine, data, observed: curve.y, ...more };
  let minimum: LeastSquaresMinimum | undefined;
  for await (const event of leastSquares(residuals, start, options)) if (event.type === "end") minimum = event.minimum;
  return minimum as LeastSquaresMinimum;
}

const totalOf = ({ y }: Curve): number => {
  const mean = y.reduce((sum, value) => sum + value / y.length, 0);
  return y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
};

/** The formula anew, on the reference engine: r, J, and from them the largest cosine of a column that can be told from 0. */
function cosineAt({ formula, x, y }: Curve, { parameters }: LeastSquaresMinimum): number {
  const names = Object.keys(parameters);
  const params = names.map((name) => input(name, [], "f64"));
  const place = input("x", [x.length], "f64");
  const model = buildFormula(
    parseFormula(formula),
    new Map([["x", place], ...params.map((p, i) => [names[i], p] as const)]),
  );
  const outputs = { model, J: jacobian(model, params) };
  const anew = evaluate(referenceEngine, program("anew", [place, ...params], outputs), { x, ...parameters });
  const r = y.map((value, i) => anew.model[i] - value);
  const size = Math.hypot(...r);
  // Residuals that are rounding point anywhere.
  if (size < 1e-12 * Math.hypot(...y)) return 0;
  const cosines = names.map((name, j) => {
    const column = r.map((_r, i) => anew.J[i * names.length + j]);
    const length = Math.hypot(...column);
    const counts = length * Math.max(1, Math.abs(parameters[name][0])) > 1e-11 * Math.hypot(...y);
    return counts ? Math.abs(column.reduce((sum, value, i) => sum + value * r[i], 0)) / length / size : 0;
  });
  return Math.max(...cosines);
}

test("the set is broad", () => {
  expect(new Set(curves.map(({ formula }) => formula)).size).toBeGreaterThanOrEqual(25);
  expect(curves.flatMap(({ starts }) => starts).length).toBeGreaterThanOrEqual(80);
});

test("the least sum of squares known is reached to 1e-8, and no ending says more than is true", async () => {
  const missed: string[] = [];
  for (const curve of curves) {
    for (const start of curve.starts) {
      const found = await solve(curve, start);
      const least = curve.leastSumOfSquares;
      const reached = found.residualSumOfSquares <= least * (1 + 1e-8) + (least === 0 ? 1e-20 * totalOf(curve) : 0);
      const where = `${curve.name} from ${JSON.stringify(start)}`;
      if (!reached) missed.push(`${where}: ${found.residualSumOfSquares}, not ${least}`);
      if (isConverged(found)) expect(cosineAt(curve, found), where).toBeLessThan(1e-5);
      else expect(reached, `${where}: ${found.stopped}`).toBe(false);
    }
  }
  // 80 of 80 where this was written; the last digits of other processors may decide one or two otherwise.
  expect(missed.length, missed.join("\n")).toBeLessThanOrEqual(4);
});

test.each(Object.keys(minimizers) as MinimizerName[])(
  "%s alone claims no minimum where there is none",
  async (method) => {
    let converged = 0;
    for (const curve of curves) {
      const found = await solve(curve, curve.starts[0], { method, iterations: 500 }).catch((error: unknown) => {
        if (error instanceof NonFiniteError) return undefined;
        throw error;
      });
      if (found === undefined || !isConverged(found)) continue;
      converged++;
      expect(cosineAt(curve, found), `${curve.name}: ${found.stopped}`).toBeLessThan(1e-5);
    }
    expect(converged).toBeGreaterThanOrEqual(5);
  },
);

test("without restarts the start's own end is told", async () => {
  const curve = curves.find(({ name }) => name === "gaussian") as Curve;
  const alone = await solve(curve, { h: 1, m: -50, w: 1 }, { restarts: false });
  expect(alone.tries).toHaveLength(1);
  expect(Object.values(alone.standing).flat()).toContain("no influence");
  const further = await solve(curve, { h: 1, m: -50, w: 1 });
  expect(further.tries.length).toBeGreaterThan(1);
  expect(further.tries[0].end?.residualSumOfSquares).toBeGreaterThan(further.residualSumOfSquares);
  expect(further.tries[further.won].end?.residualSumOfSquares).toBeCloseTo(further.residualSumOfSquares, 10);
  expect(Object.values(further.standing).flat()).toEqual(["free", "free", "free"]);
});

test("the same start, the same end, to the last bit", async () => {
  const curve = curves.find(({ name }) => name === "two gaussians") as Curve;
  const [first, second] = [await solve(curve, curve.starts[0]), await solve(curve, curve.starts[0])];
  expect(second.parameters).toEqual(first.parameters);
  expect(second.tries).toEqual(first.tries);
});
