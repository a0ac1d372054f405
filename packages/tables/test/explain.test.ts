/** explainModel and checkModel: what the command shows, of a model in memory and rows of any form. */

import { exampleBatch, exampleNetwork } from "@chaingrad/core/net";
import { UserError } from "@chaingrad/core/user-error";
import { beforeAll, describe, expect, test } from "vitest";
import { checkModel, explainModel } from "../src/explain/explain-model.ts";
import { certifyOpened, explainOpened, type ViewOptions } from "../src/explain/explain-opened.ts";
import { VIEWS } from "../src/explain/views.ts";
import type { AnyRow, TableModel } from "../src/model/table-model.ts";
import { trainTable } from "../src/train-table.ts";

const rows = Array.from({ length: 40 }, (_, i) => ({
  size: 40 + ((7 * i) % 31),
  kind: i % 2 ? "a" : "b",
  price: 3 * i,
}));
let model: TableModel<(typeof rows)[number], "price">;
beforeAll(async () => {
  model = await trainTable(rows, { target: "price", hidden: [3], epochs: 2 });
});

describe("a model", () => {
  test("is explained on one row, with the numbers of its prediction", async () => {
    const { of, target, blocks } = await explainModel(model, rows, { row: 5 });
    expect(target).toBeUndefined();
    expect(blocks.length).toBeGreaterThan(10);
    const prediction = model.predict(rows[4]).price;
    const { target: unit } = model.model;
    if (unit.task !== "regression") throw new Error("prices are amounts");
    expect(of.numbers.y[0] * unit.scale + unit.mean).toBeCloseTo(prediction, 3);
    const first = await explainModel(model.model, rows);
    expect(first.of.numbers.x).not.toEqual(of.numbers.x);
  });

  test("is explained by one parameter, in any view", async () => {
    const { target, blocks } = await explainModel(model, rows, { of: "W2[1,2]", view: "paths" });
    expect(target).toMatchObject({ name: "W2", index: 1 });
    expect(JSON.stringify(blocks)).toContain("W");
    const update = await explainModel(model, rows, { of: "W1", view: "update", optimizer: "adam", step: 2 });
    expect(update.blocks.length).toBeGreaterThan(0);
  });

  test("has right gradients, and a curvature where it is asked for", () => {
    const { verdict, checks, curvature } = checkModel(model, rows.slice(0, 3));
    expect(verdict).toBe("ok");
    expect(checks.flatMap(({ name, of }) => (of === undefined ? [name] : [])).sort()).toEqual([
      "W1",
      "W2",
      "b1",
      "b2",
      "x",
    ]);
    expect(curvature).toBeUndefined();
    const second = checkModel(model, columnsOf(rows.slice(0, 2)), { order: 2 });
    expect(second.verdict).toBe("ok");
    expect(second.curvature?.products).toHaveLength(5);
  });
});

const columnsOf = (of: readonly AnyRow[]) =>
  Object.fromEntries(Object.keys(of[0]).map((name) => [name, of.map((row) => row[name])]));

describe("it refuses", () => {
  test.each<[string, object, RegExp]>([
    ["a row that there is not", { row: 41 }, /no row 41; its rows are counted from 1 to 40/],
    ["a row that is none", { row: 0 }, /no row 0/],
    ["a parameter that there is not", { of: "W4" }, /this network has W1/],
    ["a start that there is not", { from: "prise" }, /^from: 'prise', but the chain starts from loss, prediction/],
    ["an optimizer that there is not", { view: "update", optimizer: "sdg" }, /^optimizer: 'sdg' has no step to show/],
    ["an input, which nothing updates", { view: "update", of: "x" }, /x is no parameter: nothing updates it/],
  ])("%s", async (_, options, message) => {
    await expect(explainModel(model, rows, options)).rejects.toThrow(message);
  });

  test("rows whose target is not known", async () => {
    const blank = rows.map((row, i) => ({ ...row, price: i === 0 ? null : row.price }));
    await expect(explainModel(model, blank)).rejects.toThrow("row 1 has no value in 'price'");
    expect(() =>
      checkModel(
        model,
        rows.map(({ price: _, ...others }) => others),
      ),
    ).toThrow("the table has no column 'price', which the loss is taken of");
  });
});

describe("a model's columns", () => {
  test("are where the chain ends, of the prediction of a row without a target too", async () => {
    const { price: _, ...features } = rows[4];
    const { of, target, blocks, notes } = await explainModel(model, [features], { from: "prediction", of: "size" });
    expect(target).toMatchObject({ name: "size" });
    expect(notes).toEqual([]);
    expect(of.numbers["∂price/∂size"][0]).toBeCloseTo(model.gradient(rows[4]).by.size as number, 6);
    const table = blocks.find(({ kind }) => kind === "table");
    expect(JSON.stringify(table)).toContain("size");
  });

  test("are certified beside the parameters, of the loss and of the prediction", () => {
    const { verdict, checks } = checkModel(model, rows.slice(0, 3));
    expect(verdict).toBe("ok");
    const columns = checks.flatMap(({ name, of }) => (of === undefined ? [] : [[of, name]]));
    expect(columns).toEqual([
      ["L", "size"],
      ["price", "size"],
    ]);
  });
});

describe("where there is much to certify, how much of it was is said", () => {
  test("of rows", () => {
    const { rows: own, columns } = checkModel(model, rows, { rows: 7 });
    expect({ own, columns }).toEqual({
      own: { compared: 7, of: 40 },
      columns: { compared: 1, of: 1, rows: 16 },
    });
    expect(() => checkModel(model, rows, { rows: 0 })).toThrow("rows: expected a whole number from 1, got 0");
  });

  test("of columns", async () => {
    const wide = Array.from({ length: 24 }, (_, row) => ({
      ...Object.fromEntries(Array.from({ length: 200 }, (_, j) => [`c${j}`, Math.sin(row * 200 + j)])),
      y: row,
    }));
    const own = await trainTable(wide as AnyRow[], { target: "y", hidden: [800], epochs: 1 });
    const { verdict, rows: compared, columns, checks } = checkModel(own, wide as AnyRow[]);
    expect(verdict).toBe("ok");
    expect(compared).toEqual({ compared: 24, of: 24 });
    expect(columns).toEqual({ compared: 25, of: 200, rows: 4 });
    expect(checks.filter(({ of }) => of === "L")).toHaveLength(25);
    expect(checks.find(({ of }) => of === "y")?.shape).toEqual([4]);
  }, 60_000);
});

describe("a network without a table", () => {
  const explain = (options: ViewOptions) => explainOpened(exampleNetwork, exampleBatch, options);

  test("has every view but that of columns", async () => {
    for (const view of VIEWS.filter((one) => one !== "columns"))
      expect((await explain({ of: "W2", view })).blocks.length, view).toBeGreaterThan(0);
    await expect(explain({ view: "columns" })).rejects.toThrow("the view columns is of one row of a model's table");
  });

  test("says why a view is left out", async () => {
    await expect(explain({ of: "x", view: "update" })).rejects.toThrow(UserError);
    const leftOut = { view: "update", reason: "x is no parameter: nothing updates it" };
    const { blocks } = await explain({ of: "x", view: "all" });
    expect(blocks).toContainEqual({ kind: "paragraph", text: { key: "left-out", values: leftOut } });
  });

  test("predicts nothing that it could be explained from, and has no columns to check", async () => {
    await expect(explain({ from: "prediction" })).rejects.toThrow(/^from: 'prediction', but the network by itself/);
    const { checks } = certifyOpened(exampleNetwork, exampleBatch);
    expect(checks.filter(({ of }) => of !== undefined)).toEqual([]);
  });
});
