/** The posterior beside dense algebra on the same curvature, what its distributions say, and what cannot be asked. */
import { wasmEngine } from "@chaingrad/core";
import { cholesky, choleskySolve, modelProblem } from "@chaingrad/core/curvature";
import { describe, expect, test } from "vitest";
import { predictionAt } from "../../src/data-attribution/quantity.ts";
import { trainingRows } from "../../src/data-attribution/training-rows.ts";
import type { TableModelData } from "../../src/model/model-file.ts";
import type { Table } from "../../src/table/table.ts";
import { trainTable } from "../../src/train-table.ts";
import { type Laplace, laplace, uncertaintyColumns } from "../../src/uncertainty/index.ts";
import { normalQuantile } from "../../src/uncertainty/normal-quantile.ts";
import { subjectOf } from "../../src/understanding/subject.ts";
import { example } from "../table/tables.ts";

const engine = await wasmEngine();

interface Case {
  readonly file: string;
  readonly target: string;
  readonly options?: object;
}
const CASES: readonly Case[] = [
  { file: "cars", target: "miles_per_gallon", options: { hidden: [7] } },
  { file: "cars", target: "miles_per_gallon", options: { hidden: [40, 20] } },
  { file: "cars", target: "weight_lbs", options: { hidden: [5], transform: "log" } },
  { file: "iris", target: "species", options: { hidden: [6] } },
  { file: "iris", target: "species", options: { hidden: [40, 12] } },
];

async function trained({ file, target, options }: Case): Promise<TableModelData> {
  const given = { target, recipe: "fast", seed: 2, epochs: 30, engine, ...options };
  return (await trainTable(example(file), given as never)).model;
}

/** (ΣJᵀΛJ/σ² + δI) of the parameters from `first` on, of the core's own Gauss-Newton matrix. */
async function precisionOf(model: TableModelData, file: string, found: Laplace, first: number): Promise<Float64Array> {
  const subject = await subjectOf(model, example(file), { engine });
  const { data, places } = trainingRows(subject);
  const bare = { ...model, objective: { ...model.objective, l2: 0 } };
  const { problem, at } = await modelProblem(bare, data, engine);
  const n = at.length;
  const whole = (problem as unknown as { gaussNewton(x: Float64Array): Float64Array }).gaussNewton(at);
  // The objective is the rows' mean; of squares it curves by 2.
  const noise = found.noise === null ? 1 : 2 * (found.noise / (model.target as { scale: number }).scale) ** 2;
  const size = n - first;
  const own = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      own[i * size + j] = (whole[(i + first) * n + j + first] * places.length) / noise;
      if (i === j) own[i * size + j] += found.priorPrecision;
    }
  return own;
}

describe.each(CASES)("$file, $target, $options", (one) => {
  test.each(["all", "last-layer"] as const)("deviations are those of dense algebra: %s", async (weights) => {
    const model = await trained(one);
    const table = example(one.file);
    const found = await laplace(model, table, { engine, weights });
    const rows = [0, 17, 60, 101, 149];
    const subject = await subjectOf(model, table, { engine });
    const total = Object.values(model.tensors).reduce((sum, { length }) => sum + length, 0);
    const first = total - found.parameters;
    expect(first === 0).toBe(weights === "all");
    const factor = await precisionOf(model, one.file, found, first);
    expect(cholesky(factor, found.parameters)).toBe(-1);
    const said = found.predict(table);
    const classes = said.task === "classification" ? said.classes : [undefined];
    for (const row of rows)
      for (const [k, name] of classes.entries()) {
        const gradient = predictionAt(subject, row + 1, { class: name }).gradient.slice(first);
        const solved = gradient.slice();
        choleskySolve(factor, found.parameters, solved);
        const expected = Math.sqrt(gradient.reduce((sum, g, i) => sum + g * solved[i], 0));
        const own = said.deviations[row * classes.length + k];
        expect(Math.abs(own - expected)).toBeLessThan(1e-7 * expected + 1e-12);
      }
  });

  test("the prior is where the evidence is largest", async () => {
    const model = await trained(one);
    const at = async (priorPrecision?: number) => laplace(model, example(one.file), { engine, priorPrecision });
    const best = await at();
    expect(best.effectiveParameters).toBeGreaterThan(0);
    expect(best.effectiveParameters).toBeLessThan(Math.min(best.parameters, best.rows * 3));
    for (const factor of [0.8, 1.25])
      expect((await at(best.priorPrecision * factor)).logEvidence).toBeLessThan(best.logEvidence);
  });
});

test("far from all rows it is less sure, and says so of amounts and of classes", async () => {
  const cars = await trained(CASES[0]);
  const table = example("cars");
  const far = {
    ...table,
    columns: table.columns.map((column) =>
      column.name === "weight_lbs" ? { ...column, values: (column.values as Float64Array).map((x) => 4 * x) } : column,
    ),
  } as typeof table;
  const posterior = await laplace(cars, table, { engine });
  const [near, away] = [posterior.predict(table), posterior.predict(far)];
  const mean = (all: Float64Array): number => all.reduce((a, b) => a + b) / all.length;
  expect(mean(away.deviations)).toBeGreaterThan(2 * mean(near.deviations));
  const iris = await trained(CASES[3]);
  const said = (await laplace(iris, example("iris"), { engine })).predict(example("iris"));
  if (said.task !== "classification") throw new Error("classes are expected");
  for (let row = 0; row < 150; row++) {
    const own = said.probabilities.subarray(3 * row, 3 * row + 3);
    expect(own.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
  }
});

/** Some rows of a table. */
function some(table: Table, isTaken: (row: number) => boolean): Table {
  const places = Array.from({ length: table.rows }, (_, row) => row).filter(isTaken);
  const columns = table.columns.map((column) => ({
    ...column,
    values:
      column.type === "number"
        ? Float64Array.from(places, (place) => column.values[place])
        : places.map((place) => column.values[place]),
  }));
  return { rows: places.length, columns: columns as Table["columns"] };
}

test.each([0.5, 0.9, 0.95])("intervals of %d hold about that share of rows that were not trained on", async (level) => {
  const table = example("cars");
  let [held, rows] = [0, 0];
  for (const fold of [0, 1, 2]) {
    const known = some(table, (row) => row % 3 !== fold);
    const { model } = await trainTable(known, {
      target: "miles_per_gallon",
      recipe: "fast",
      seed: fold,
      engine,
      test: 0,
    });
    const judged = some(table, (row) => row % 3 === fold);
    const said = (await laplace(model, known, { engine })).predict(judged, level);
    if (said.task !== "regression") throw new Error("amounts are expected");
    const truth = judged.columns.find(({ name }) => name === "miles_per_gallon")?.values as Float64Array;
    for (const [i, y] of truth.entries()) {
      if (Number.isNaN(y)) continue;
      rows++;
      held += Number(said.lower[i] <= y && y <= said.upper[i]);
    }
  }
  // Residuals here have longer tails than a normal distribution, so that more of them lie near 0.
  expect(Math.abs(held / rows - level)).toBeLessThan(0.15);
});

test("columns by their names; a table that has one is refused", async () => {
  const table = example("cars");
  const said = (await laplace(await trained(CASES[0]), table, { engine })).predict(table, 0.8);
  const columns = uncertaintyColumns(said, table);
  expect(columns.map(({ name }) => name)).toEqual(["prediction", "deviation", "lower 0.8", "upper 0.8"]);
  const again = { ...table, columns: [...table.columns, columns[1]] };
  expect(() => uncertaintyColumns(said, again)).toThrow("the table already has a column 'deviation'");
});

test("what cannot be asked is refused, with what can be", async () => {
  const model = await trained(CASES[0]);
  const cars = example("cars");
  await expect(laplace(model, cars, { engine, weights: "first" as never })).rejects.toThrow("weights");
  await expect(laplace(model, cars, { engine, priorPrecision: 0 })).rejects.toThrow("priorPrecision");
  await expect(laplace(model, cars, { engine, prior: 1 } as never)).rejects.toThrow("prior");
  const posterior = await laplace(model, cars, { engine });
  expect(() => posterior.predict(cars, 1)).toThrow("level");
  const several = await trainTable(cars, { target: ["horsepower", "weight_lbs"], recipe: "fast", epochs: 2 } as never);
  await expect(laplace(several.model, cars, { engine })).rejects.toThrow("expected one column, got 2");
  const medians = { target: "horsepower", recipe: "fast", epochs: 2, loss: "huber" };
  await expect(laplace((await trainTable(cars, medians as never)).model, cars, { engine })).rejects.toThrow(
    "was learnt by 'huber'",
  );
  const wide = { target: "miles_per_gallon", recipe: "fast", epochs: 1, hidden: [400, 400] };
  const large = (await trainTable(cars, wide as never)).model;
  await expect(laplace(large, cars, { engine, weights: "all" })).rejects.toThrow("too many");
  expect((await laplace(large, cars, { engine })).weights).toBe("last-layer");
});

test.each([
  [0.5, 0],
  [0.8413447460685429, 1],
  [0.95, 1.6448536269514722],
  [0.975, 1.959963984540054],
  [0.9995, 3.2905267314919255],
])("Φ⁻¹(%d) = %d", (p, x) => {
  expect(Math.abs(normalQuantile(p) - x)).toBeLessThan(1e-12);
});
