/** Every kind of column, network and target: cells change places as whole cells, and what columns add adds up. */
import { initialParameters, referenceEngine, wasmEngine } from "@chaingrad/core";
import { beforeAll, describe, expect, test } from "vitest";
import type { TableModelData } from "../../src/model/model-file.ts";
import { type AnyRow, TableModel } from "../../src/model/table-model.ts";
import { tableOf } from "../../src/rows.ts";
import { encode } from "../../src/table/encoder.ts";
import type { Column, Table } from "../../src/table/table.ts";
import { type TrainTableOptions, trainTable } from "../../src/train-table.ts";
import { MixedRows } from "../../src/understanding/mixed-rows.ts";
import { rawColumns } from "../../src/understanding/raw-columns.ts";
import {
  accumulatedLocalEffects,
  inputGradients,
  integratedGradients,
  partialDependence,
  permutationImportance,
  prefers,
  shapleyValues,
} from "../../src/understanding.ts";
import { classes, counts, regression, table } from "../chain/models.ts";
import { randomNumbers } from "../random-numbers.ts";
import { amounts, oracle, table as oracleTable } from "./oracle.ts";

const engine = referenceEngine;
const models = { regression, counts, classes };
const sumOf = (parts: readonly { readonly contribution: number }[]): number =>
  parts.reduce((sum, { contribution }) => sum + contribution, 0);

/** A table whose rows have each cell from another row. */
function exchanged({ columns }: Table, rows: number, donors: (column: string) => readonly number[]): Table {
  const moved = columns.map((column): Column => {
    const from = donors(column.name);
    if (column.type === "number") return { ...column, values: Float64Array.from(from, (row) => column.values[row]) };
    return { ...column, values: from.map((row) => column.values[row]) };
  });
  return { rows, columns: moved };
}

test("mixed rows are those of a table whose cells were exchanged, to the last bit: durations, dates, texts, missing cells", () => {
  const mixed = new MixedRows(regression, table, [0, 1, 2, 3]);
  const from: Record<string, number[]> = Object.fromEntries(
    table.columns.map(({ name }, c) => [name, [0, 1, 2, 3, 0].map((row, i) => (row + c * (i + 1)) % 4)]),
  );
  const { x } = mixed.mix(5, (name) => from[name]);
  expect(x).toEqual(
    encode(
      regression.encoder,
      exchanged(table, 5, (name) => from[name]),
    ),
  );
  expect(mixed.rows([2, 0]).x).toEqual(encode(regression.encoder, table, [2, 0]));
});

describe.each(Object.entries(models))("a model of %s", (_, model) => {
  test("integrated gradients add up, between any rows", async () => {
    for (const [row, baseline] of [
      [1, 2],
      [3, 1],
      [4, "median"],
    ] as const) {
      const own = await integratedGradients(model, table, row, { baseline, engine });
      expect(Math.abs(own.gap)).toBeLessThan(1e-8 * Math.max(1, Math.abs(own.prediction)));
      expect(own.prediction - own.baselinePrediction).toBeCloseTo(sumOf(own.contributions), 6);
      expect(own.contributions.map(({ column }) => column)).toContain("paid − sold (hours)");
    }
  });

  test("what two rows have alike adds nothing, and a row to itself nothing at all", async () => {
    const alike = exchanged(table, 2, (name) => (name === "origin" || name === "paid" ? [0, 1] : [0, 0]));
    const own = await prefers(model, alike, 1, 2, { engine });
    const moved = own.contributions.filter(({ contribution }) => contribution !== 0).map(({ column }) => column);
    expect(moved.sort()).toEqual(["origin", "paid", "paid − sold (hours)"]);
    expect(own.contributions.find(({ column }) => column === "origin")).toMatchObject({
      value: "USA",
      baseline: "Mars",
    });
    const same = await prefers(model, table, 2, 2, { engine });
    expect([same.preferred, same.gap, sumOf(same.contributions)]).toEqual([undefined, 0, 0]);
  });

  test("input gradients are those of TableModel.gradient", async () => {
    const own = await inputGradients(model, table, 1, { engine });
    const row = Object.fromEntries(table.columns.map(({ name, values }) => [name, values[0]]));
    const { by, notes } = new TableModel(model, engine).gradient(row as AnyRow);
    for (const { column, derivative, note } of own.columns) {
      expect(derivative).toBe(by[column] ?? null);
      expect(note).toBe((notes as Record<string, string>)[column]);
    }
    expect(own.columns.map(({ column }) => column).sort()).toEqual(rawColumns(model).sort());
    expect(Math.abs(own.columns[0].scaled ?? 0)).toBeGreaterThan(0);
  });

  test("Shapley values add up, and the same seed gives the same", async () => {
    const ask = (seed: number) => shapleyValues(model, table, 3, { samples: 64, seed, engine });
    const own = await ask(1);
    expect(sumOf(own.contributions)).toBeCloseTo(own.prediction - own.average, 9);
    expect(await ask(1)).toEqual(own);
    expect(await ask(2)).not.toEqual(own);
  });
});

const DAY = 86_400_000;
const [size, noise] = [1, 2].map((stream) => randomNumbers(160, stream, 5));
const rows = Array.from(size, (s, i) => ({
  ...{ city: `c${i % 9}`, size: s, since: new Date(1.6e12 + DAY * ((37 * i) % 160)).toISOString().slice(0, 10) },
  ...{ same: 7, exposure: 1 + (i % 3), kind: s + noise[i] / 2 > 0 ? "large" : "small", note: "aside" },
  price: 10 + 3 * s + (i % 9) / 3 + noise[i] / 10,
}));
const train = (options: Partial<TrainTableOptions<keyof (typeof rows)[number]>>) =>
  trainTable(rows, {
    target: "price",
    drop: ["kind", "exposure", "note"],
    seed: 1,
    engine: fast,
    epochs: 30,
    ...options,
  });
let fast: Awaited<ReturnType<typeof wasmEngine>>;
beforeAll(async () => {
  fast = await wasmEngine();
});

describe("networks that a path must know", () => {
  test("an embedded category: what was learnt of it moves, and it alone where it alone differs", async () => {
    const model = await train({ embed: ["city"], hidden: [8] });
    expect(model.model.encoder.embedded).toHaveLength(1);
    const own = await prefers(model, [rows[4], { ...rows[4], city: "c1" }, rows[31]], 1, 2);
    expect(own.contributions.filter(({ contribution }) => contribution !== 0).map(({ column }) => column)).toEqual([
      "city",
    ]);
    expect(own.contributions[0].contribution).toBeCloseTo(own.prediction - own.baselinePrediction, 9);
    const other = await prefers(model, rows, 1, 32);
    expect(Math.abs(other.gap)).toBeLessThan(1e-6);
    expect(other.contributions.filter(({ contribution }) => contribution !== 0)).toHaveLength(3);
    expect(other.prediction).toBeCloseTo(model.predict(rows[0]).price, 4);
  });

  test("kinks: the path is halved at those of relu until the gap is rounding, or steps are spent", async () => {
    const model = await train({ activation: "relu", hidden: [16, 16] });
    const own = await prefers(model, rows, 1, 32);
    expect(own.steps).toBeGreaterThan(100);
    expect(Math.abs(own.gap)).toBeLessThan(1e-7);
    const few = await prefers(model, rows, 1, 32, { steps: 8 });
    expect(few.steps).toBe(8);
    expect(Math.abs(few.gap)).toBeGreaterThan(Math.abs(own.gap));
    expect(few.prediction - few.baselinePrediction - sumOf(few.contributions)).toBe(few.gap);
  });

  test("bins: the path is cut at their edges, so that few gradients do", async () => {
    const edges = [
      [-2, -0.6, 0.1, 0.7, 2],
      [-1, -0.4, 0.2, 1],
    ];
    const network: TableModelData["network"] = {
      inputs: 6,
      layers: [
        { kind: "piecewise-linear", units: 13, activation: "identity", features: [0, 1], edges },
        { units: 5, activation: "tanh" },
        { units: 1, activation: "identity" },
      ],
    };
    const model = { ...amounts, network, tensors: initialParameters(network, 3) };
    // From the least to the largest, so that there are kinks on the way.
    for (const values of [oracle.columns.size, oracle.columns.age]) {
      const [row, baseline] = [Math.max(...values), Math.min(...values)].map((value) => values.indexOf(value) + 1);
      const own = await prefers(model, oracleTable, row, baseline, { engine });
      expect(own.steps).toBeLessThanOrEqual(8 * 9 * 2);
      expect(Math.abs(own.gap)).toBeLessThan(1e-7);
      const few = await prefers(model, oracleTable, row, baseline, { engine, steps: 8 });
      expect(Math.abs(few.gap)).toBeGreaterThan(1e-4);
    }
  });
});

describe("columns", () => {
  let model: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    model = await train({ hidden: [8] });
  });

  test("importance: a column that is the same in every row is exactly 0, one that is not read is said", async () => {
    const cities = rows.map((row) => ({ ...row, city: "c1" }));
    const {
      columns,
      unread,
      rows: counted,
      score,
    } = await permutationImportance(model, [...cities, { ...cities[0], price: null }]);
    expect([score, counted]).toEqual(["r2", rows.length]);
    expect(columns.find(({ column }) => column === "city")).toMatchObject({
      importance: 0,
      standardError: 0,
      note: "the same in every row",
    });
    expect(columns[0].column).toBe("size");
    expect(columns[0].note).toBeUndefined();
    expect(unread).toEqual(["same", "exposure", "kind", "note"]);
    const one = await permutationImportance(model, rows, { repeats: 1 });
    expect(one.columns.map(({ standardError }) => standardError)).toEqual([null, null, null]);
  });

  test("importance: the same seed gives the same bytes, and another does not", async () => {
    const ask = async (seed: number) => JSON.stringify(await permutationImportance(model, rows, { seed, repeats: 2 }));
    expect(await ask(4)).toBe(await ask(4));
    expect(await ask(4)).not.toBe(await ask(5));
  });

  test("dependence on a category has every category, on a date whole days where all are; values may be given", async () => {
    const cities = await partialDependence(model, rows, "city");
    expect(cities.axes[0]).toEqual({
      column: "city",
      kind: "category",
      values: Array.from({ length: 9 }, (_, i) => `c${i}`),
    });
    const days = await partialDependence(model, rows, "since", { resolution: 12 });
    expect(days.axes[0].values).toHaveLength(12);
    expect(days.axes[0].values[0]).toMatch(/^2020-09-\d\d$/);
    const given = await partialDependence(model, rows, "since", {
      grid: ["2020-10-01", "2020-10-01T12:00:00Z"],
      rows: 20,
      seed: 3,
    });
    expect([given.mean.length, given.rows.length]).toEqual([2, 20]);
    const moved = rows.map((row) => ({ ...row, since: "2020-10-01" })).filter((_, i) => given.rows.includes(i + 1));
    const mean = model.predict(moved).reduce((sum, { price }) => sum + price, 0) / moved.length;
    expect(given.mean[0]).toBeCloseTo(mean, 4);
  });

  test("local effects of a date add up to about those of partial dependence, where columns do not depend on each other", async () => {
    const { edges, effects, counts: inBins } = await accumulatedLocalEffects(model, rows, "size", { bins: 16 });
    const grid = await partialDependence(model, rows, "size", { grid: edges });
    const [first, last] = [0, edges.length - 1];
    expect(effects[last] - effects[first]).toBeCloseTo(grid.mean[last] - grid.mean[first], 0);
    expect(inBins.reduce((a, b) => a + b, 0)).toBe(rows.length);
    const dates = await accumulatedLocalEffects(model, rows, "since", { bins: 5 });
    expect(dates.edges[0]).toBe("2020-09-13");
    const same = await accumulatedLocalEffects(
      model,
      rows.map((row) => ({ ...row, size: 0.5 })),
      "size",
    );
    expect([same.edges, Array.from(same.effects), same.counts]).toEqual([[0.5], [0], []]);
  });
});

describe("targets", () => {
  test("an exposure is a column like others: it is permuted, followed and shared out", async () => {
    const own = rows.map((row) => ({ ...row, price: Math.round(row.exposure * Math.exp(row.size)) }));
    const model = await trainTable(own, {
      ...{ target: "price", drop: ["kind", "note", "since", "city"], loss: "poisson", exposure: "exposure" },
      ...{ hidden: [6], epochs: 30, engine: fast },
    });
    const importance = await permutationImportance(model, own, { score: "deviance" });
    expect(importance.columns.map(({ column }) => column)).toEqual(["size", "exposure"]);
    expect(importance.columns[1].importance).toBeGreaterThan(0);
    // Where the exposures alone differ, threefold is threefold, and all of the difference is theirs.
    const pair = [{ ...own[0], exposure: 3 }, { ...own[0], exposure: 1 }, own[2]];
    const { contributions, prediction, baselinePrediction } = await prefers(model, pair, 1, 2);
    expect(prediction / baselinePrediction).toBeCloseTo(3, 9);
    expect(contributions[0]).toMatchObject({ column: "exposure", value: 3, baseline: 1 });
    expect(contributions[0].contribution).toBeCloseTo(prediction - baselinePrediction, 9);
    expect((await partialDependence(model, own, "exposure", { rows: 10 })).axes[0].values).toEqual([1, 2, 3]);
    const shares = await shapleyValues(model, own, 1, { samples: 40, background: 10 });
    expect(sumOf(shares.contributions)).toBeCloseTo(shares.prediction - shares.average, 9);
  });

  test("of several targets one is named, and its own rows and numbers are meant", async () => {
    const some = rows.map((row, i) => ({ ...row, kind: i % 10 === 0 ? null : row.kind }));
    const model = await trainTable(some, {
      target: ["price", "kind"],
      drop: ["exposure", "note"],
      hidden: [8],
      epochs: 20,
      engine: fast,
    });
    const kind = await permutationImportance(model, some, { target: "kind", score: "log-loss" });
    expect([kind.target, kind.score, kind.rows]).toEqual(["kind", "log-loss", 144]);
    expect(kind.columns[0].column).toBe("size");
    expect((await permutationImportance(model, some, { target: "price" })).rows).toBe(160);
    const small = await partialDependence(model, some, "size", { target: "kind", class: "small", resolution: 5 });
    expect(small.output).toEqual({ place: 2, name: "p(kind=small)", from: "kind=small" });
    expect(small.mean[0]).toBeGreaterThan(small.mean[4]);
    const price = await integratedGradients(model, some, 2, { target: "price" });
    expect(price.output).toEqual({ place: 0, name: "price", from: "price" });
    expect(price.prediction).toBeCloseTo(Number(model.predict(some[1]).price), 4);
  });

  test("of classes it is the most probable one; of quantiles the one nearest to the median", async () => {
    const own = await integratedGradients(classes as TableModelData, table, 2, { engine });
    const said = new TableModel(classes, engine).predict(tableOf(table))[1];
    expect(own.output.name).toBe(`p(${said.label})`);
    const model = await train({ quantiles: [0.1, 0.4, 0.9], hidden: [8], epochs: 10 });
    expect((await partialDependence(model, rows, "size", { rows: 5 })).output.name).toBe("q0.4(price)");
    expect((await partialDependence(model, rows, "size", { rows: 5, class: "q0.9" })).output.name).toBe("q0.9(price)");
    expect((await permutationImportance(model, rows)).score).toBe("pinball");
  });
});
