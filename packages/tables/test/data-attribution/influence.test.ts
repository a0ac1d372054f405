/** Influence by the formula beside training again without the row; the solve; and what cannot be asked. */
import { fit, predictorOf, referenceEngine, wasmEngine } from "@chaingrad/core";
import { minimizers, modelProblem, symmetricEigen } from "@chaingrad/core/curvature";
import { describe, expect, test } from "vitest";
import { influence, rowGradients } from "../../src/data-attribution/index.ts";
import { solveHessian } from "../../src/data-attribution/inverse-hessian.ts";
import { judgedRows } from "../../src/judging/labelled-rows.ts";
import type { TableModelData } from "../../src/model/model-file.ts";
import type { Column, Table } from "../../src/table/table.ts";
import { weighed } from "../../src/table/weights.ts";
import { trainTable } from "../../src/train-table.ts";
import { columnOf, example, range } from "../table/tables.ts";
import { amounts, kinds, table as oracleTable } from "../understanding/oracle.ts";

const engine = await wasmEngine();
const LEFT_OUT = 50;

function some({ columns }: Table, places: readonly number[]): Table {
  const taken = columns.map((column) => {
    const values = places.map((place) => column.values[place]);
    return column.type === "number"
      ? { ...column, values: Float64Array.from(values as number[]) }
      : { ...column, values: values as (string | null)[] };
  });
  return { columns: taken as Table["columns"], rows: places.length };
}

const TO_THE_END = { optimizer: "lbfgs", validation: 0, test: 0, epochs: 5000, patience: 5000 } as const;

/** The same network trained on, from where it is, without one row. */
async function without(model: TableModelData, table: Table, row: number): Promise<TableModelData> {
  const { data } = judgedRows(
    model,
    table,
    range(table.rows).filter((one) => one !== row),
  );
  const { loss, l2 } = model.objective;
  const events = fit(
    model.network,
    { train: weighed(data, model.classWeights && Float64Array.from(model.classWeights)) },
    {
      ...{ engine, loss, optimizer: minimizers.lbfgs(), epochs: 20_000, initial: model.tensors, patience: 20_000 },
      ...{ tolerances: { gradient: 1e-10, objective: 0 }, keep: "last" },
      ...(l2 !== undefined && { l2 }),
    },
  );
  let tensors = model.tensors;
  for await (const event of events)
    if (event.type === "end") {
      tensors = event.model.tensors;
    }
  return { ...model, tensors };
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (x: readonly number[]) => x.reduce((sum, one) => sum + one, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  const of = (f: (i: number) => number) => a.reduce((sum, _, i) => sum + f(i), 0);
  const across = of((i) => (a[i] - ma) * (b[i] - mb));
  return across / Math.sqrt(of((i) => (a[i] - ma) ** 2) * of((i) => (b[i] - mb) ** 2));
}

describe("what a row adds is what is missing where it is left out", () => {
  test.each([
    ["cars", "miles_per_gallon", { hidden: [4], l2: 0.01, drop: ["name"] }],
    ["iris", "species", { hidden: [3], l2: 0.01 }],
    ["iris", "species", { hidden: [3], l2: 0.01, classWeight: { versicolor: 4, virginica: 0.5 } }],
  ] as const)("%s", async (name, target, options) => {
    const whole = example(name);
    const isKnown = (row: number) => !Number.isNaN(columnOf(whole, target).values[row]);
    const rows = range(whole.rows).filter(isKnown);
    const table = some(whole, rows);
    const trained = await trainTable(table, { target, ...TO_THE_END, ...options, engine });
    const model = await without(trained.model, table, -1);
    const places = range(LEFT_OUT).map((i) => Math.floor((i * table.rows) / LEFT_OUT));
    const asked = { row: 17, engine } as const;
    const found = await influence(model, table, { ...asked });
    const loss = await influence(model, table, { ...asked, of: "loss" });
    const byRow = (all: typeof found) => new Map(all.influences.map((one) => [one.row, one.influence]));
    const measured = { prediction: [] as number[], loss: [] as number[] };
    for (const place of places) {
      const other = await without(model, table, place);
      measured.prediction.push(found.value - quantityOf(other, table, "prediction", found.name));
      measured.loss.push(loss.value - quantityOf(other, table, "loss", ""));
    }
    const predicted = (all: typeof found) => places.map((place) => byRow(all).get(place + 1) as number);
    const reached = [correlation(predicted(found), measured.prediction), correlation(predicted(loss), measured.loss)];
    for (const one of reached) expect(one).toBeGreaterThan(0.95);
    expect(found.residual).toBeLessThan(1e-9);
    expect(found.notes).toEqual([]);
  });
});

/** Of row 17: its loss, or the number of this name. */
function quantityOf(model: TableModelData, table: Table, of: "prediction" | "loss", name: string): number {
  const { data } = judgedRows(model, table, [16]);
  const predictor = predictorOf(model, engine, 1, "f64");
  if (of === "loss") return predictor.judge(data).loss;
  const { predictions } = predictor.predict(data.x);
  const { target } = model;
  if (target.task === "regression") return predictions[0] * target.scale + target.mean;
  const [, label] = /^p\((.*)\)$/.exec(name) as RegExpExecArray;
  return predictions[(target as { classes: readonly string[] }).classes.indexOf(label)];
}

describe("the solve", () => {
  const solved = async (model: TableModelData, rows: Table, most: number) => {
    const { data } = judgedRows(model, rows);
    const asked = await modelProblem(model, data, engine);
    const v = asked.at.map((_, i) => Math.sin(i + 1));
    return { asked, v, found: solveHessian(asked, v, undefined, most) };
  };

  test("by conjugate gradients is that by a factor, where the objective has a minimum", async () => {
    const whole = example("iris");
    const { model } = await trainTable(whole, {
      target: "sepal_length_cm",
      hidden: [],
      l2: 0.1,
      ...TO_THE_END,
      engine,
    });
    const { found } = await solved(model, whole, 1000);
    const other = (await solved(model, whole, 0)).found;
    expect([found.method, other.method]).toEqual(["cholesky", "conjugate-gradients"]);
    expect([found.damping, other.damping, found.isIndefinite]).toEqual([0, 0, false]);
    expect(other.residual).toBeLessThan(1e-9);
    for (const [i, value] of found.solution.entries()) expect(other.solution[i]).toBeCloseTo(value, 7);
  });

  test.each([
    ["a factor", 1000],
    ["conjugate gradients", 0],
  ])("by %s is damped where the objective curves downwards, and solves what it says", async (_, most) => {
    const { asked, v, found } = await solved(amounts, oracleTable, most);
    expect(found.isIndefinite).toBe(true);
    expect(found.damping).toBeGreaterThan(0);
    const product = asked.problem.hvp(asked.at, found.solution);
    const rest = product.map((value, i) => value + found.damping * found.solution[i] - v[i]);
    expect(Math.hypot(...rest) / Math.hypot(...v)).toBeLessThan(1e-6);
    expect(found.residual).toBeLessThan(1e-6);
  });

  test("the damping is the least, up to a factor: an eighth of it leaves curvature below 0", async () => {
    const { asked, v, found } = await solved(amounts, oracleTable, 1000);
    const n = asked.at.length;
    const { values } = symmetricEigen(asked.problem.hessian(asked.at), n);
    expect(values[0]).toBeLessThan(0);
    expect(values[0] + found.damping).toBeGreaterThan(0);
    expect(values[0] + found.damping / 8).toBeLessThan(0);
    expect(() => solveHessian(asked, v, found.damping / 8)).toThrow("is not positive definite; leave it out");
  });
});

describe("what is asked of it", () => {
  test("all rows, the largest first; what they add sums to nothing", async () => {
    const [first] = (kinds.target as { classes: readonly string[] }).classes;
    const found = await influence(kinds, oracleTable, { row: 3, class: first, engine: referenceEngine });
    expect(found.name).toBe(`p(${first})`);
    const values = found.influences.map((one) => one.influence);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(new Set(found.influences.map((one) => one.row)).size).toBe(oracleTable.rows);
    const scale = Math.max(...values.map(Math.abs));
    expect(values.reduce((a, b) => a + b) / scale).toBeCloseTo(0, 8);
    expect(found.notes.join()).toContain("damped by");
  });

  test("a row of another table", async () => {
    const here = await influence(amounts, oracleTable, { row: 5, engine: referenceEngine });
    const alone = { ...oracleTable, rows: 1, columns: oracleTable.columns.map((one) => rowOf(one, 4)) };
    expect(await influence(amounts, oracleTable, { row: 1, in: alone, engine: referenceEngine })).toEqual({
      ...here,
      row: 1,
    });
  });

  const lacking = { ...oracleTable, columns: oracleTable.columns.filter(({ name }) => name !== "age") };
  const target = (own: object) => ({ ...amounts, target: own }) as TableModelData;
  test.each<[string, () => Promise<unknown>, string]>([
    ["a row that there is not", () => influence(amounts, oracleTable, { row: 99 }), "the table has no row 99"],
    ["row 0", () => influence(amounts, oracleTable, { row: 0 }), "its rows are counted from 1"],
    ["a table without a column", () => influence(amounts, lacking, { row: 1 }), "'age'"],
    ["gradients of it", () => rowGradients(amounts, lacking), "'age'"],
    [
      "a class of an amount",
      () => influence(amounts, oracleTable, { row: 1, class: "x" }),
      "is an amount and has none",
    ],
    ["a class that there is not", () => influence(kinds, oracleTable, { row: 1, class: "x" }), "has no class 'x'"],
    ["a class and the loss", () => influence(kinds, oracleTable, { row: 1, of: "loss", class: "a" }), "of all classes"],
    ["a damping below 0", () => influence(amounts, oracleTable, { row: 1, damping: -1 }), "damping"],
    ["a damping too small", () => influence(amounts, oracleTable, { row: 1, damping: 1e-9 }), "positive definite"],
    ["an option that there is not", () => influence(amounts, oracleTable, { row: 1, rows: 2 } as never), "rows"],
    [
      "several targets",
      () => rowGradients(target({ task: "several", targets: [amounts.target, kinds.target] }), oracleTable),
      "expected one column, got 2 (price, kind)",
    ],
    [
      "sets of labels",
      () => influence(target({ task: "multi-label", name: "tags", labels: ["a"] }), oracleTable, { row: 1 }),
      "'tags' holds sets of labels",
    ],
    [
      "an objective with kinks",
      () => influence({ ...amounts, objective: { ...amounts.objective, l1: 1 } }, oracleTable, { row: 1 }),
      "|W| has no curvature at 0",
    ],
  ])("%s is refused", async (_, ask, message) => {
    await expect(ask()).rejects.toThrow(message);
  });
});

function rowOf(column: Column, row: number): Column {
  return column.type === "number"
    ? { ...column, values: column.values.slice(row, row + 1) }
    : { ...column, values: column.values.slice(row, row + 1) };
}
