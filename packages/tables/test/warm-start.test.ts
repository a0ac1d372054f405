/** Training that goes on from a model: what it knew stays, what is new starts anew, and all of it is said. */
import { beforeAll, describe, expect, test } from "vitest";
import type { TableModelData } from "../src/model/model-file.ts";
import type { AnyRow } from "../src/model/table-model.ts";
import { tableOf } from "../src/rows.ts";
import type { Prepared } from "../src/table/prepare.ts";
import { type TrainTableOptions, trainTable } from "../src/train-table.ts";
import { prepareFrom } from "../src/warm-start/index.ts";

const number = (i: number, by: number): number => ((by * i) % 101) / 101;
const CITIES = Array.from({ length: 30 }, (_, i) => `city ${i}`);

function rowsOf(count: number, more: (i: number) => object = () => ({})): AnyRow[] {
  return Array.from({ length: count }, (_, i) => ({
    size: 50 + 100 * number(i, 37),
    age: 80 * number(i, 59),
    district: ["north", "south", "west"][i % 3],
    price: 3 * (50 + 100 * number(i, 37)) - 80 * number(i, 59) + 30 * (i % 3) + number(i, 23),
    ...more(i),
  }));
}

const train = (rows: AnyRow[], options: Partial<TrainTableOptions> = {}) =>
  trainTable(rows, { target: "price", hidden: [5], epochs: 60, seed: 1, ...options } as TrainTableOptions<string>);

/** Goes on from a model: the network is its own. */
const goOn = (rows: AnyRow[], warmStart: TrainTableOptions["warmStart"], options: Partial<TrainTableOptions> = {}) =>
  trainTable(rows, { target: "price", epochs: 60, seed: 1, warmStart, ...options } as TrainTableOptions<string>);

let model: TableModelData;
beforeAll(async () => {
  ({ model } = await train(rowsOf(150)));
});

/** W [units, inputs] of the layer, by the names of its inputs. */
const column = (W: Float64Array, inputs: number, at: number): number[] =>
  Array.from({ length: W.length / inputs }, (_, unit) => W[unit * inputs + at]);

test("begins with the very function that the model is, on rows of other means", async () => {
  const rows = rowsOf(90, (i) => ({ size: 400 + i }));
  const on = await goOn(rows, model, { epochs: 1, rate: 1e-12 });
  expect(on.model.encoder.columns).toEqual(model.encoder.columns);
  expect(on.model.target).toMatchObject({ name: "price", mean: (model.target as { mean?: number }).mean });
  const [was, is] = await Promise.all([
    import("../src/model/table-model.ts").then(({ TableModel }) => new TableModel(model, on.engine)),
    on,
  ]);
  for (const row of rows.slice(0, 5))
    expect(is.predict(row).price as number).toBeCloseTo(was.predict(row).price as number, 6);
});

test("learns further than it came", async () => {
  const rows = rowsOf(150);
  const first = await train(rows, { epochs: 5 });
  const on = await goOn(rows, first);
  const rmse = (of: typeof first): number => of.evaluate(rows).scores.rmse as number;
  expect(rmse(on)).toBeLessThan(0.8 * rmse(first));
});

describe("with other columns", () => {
  let prepared: Prepared;
  beforeAll(() => {
    const rows = rowsOf(120, (i) => ({
      age: undefined,
      district: i % 4 === 0 ? "east" : ["north", "south", "west"][i % 3],
      floor: 1 + (i % 7) + number(i, 11),
    })).map(({ age: _, ...row }) => row);
    prepared = prepareFrom(model, tableOf(rows), { target: "price", seed: 4 });
  });

  test("takes over the weights of those that stay, by their names, and starts others from the initialiser", () => {
    const { encoder, start } = prepared;
    const [was, is] = [model.encoder.features, encoder.features];
    expect(is).toEqual(["size", "floor", ...was.filter((name) => name.startsWith("district=")), "district=east"]);
    const [before, now] = [model.tensors.W1, start?.tensors.W1 as Float64Array];
    for (const [at, name] of is.entries()) {
      const own = column(now, is.length, at);
      if (was.includes(name)) expect(own).toEqual(column(before, was.length, was.indexOf(name)));
      else expect(own.every((weight) => weight !== 0 && Math.abs(weight) < 1)).toBe(true);
    }
    expect(start?.tensors.b1).toEqual(model.tensors.b1);
    expect(start?.tensors.W2).toEqual(model.tensors.W2);
  });

  test("says what is matched, what is new, and what fell out", () => {
    const notes = prepared.notes.join("\n");
    expect(notes).toContain("2 columns are read as it reads them ('size', 'district')");
    expect(notes).toContain("new to the model, with weights that start anew: 'floor'");
    expect(notes).toContain("the model had them, and the table has not: 'age'");
    expect(notes).toContain("new categories of 'district', with weights that start anew: 'east'");
    expect(notes).toContain("only of rows that are new are scores honest");
  });
});

test("a model of several networks, with bins and what is looked up, takes other columns, too", async () => {
  // A step, which bins follow and a smooth network does not.
  const city = (i: number) => ({
    city: CITIES[(i * 7) % (i < 150 ? 25 : 30)],
    price: (number(i, 37) > 0.5 ? 100 : 0) + 5 * (i % 3) + number(i, 23),
  });
  const { model: mean } = await trainTable(rowsOf(150, city), { target: "price", seed: 1, test: 0 });
  const kinds = mean.network.layers.map(({ kind = "dense" }) => kind);
  expect(kinds).toEqual(["embedding", "piecewise-linear", "dense", "dense"]);
  const rows = rowsOf(300, (i) => ({ ...city(i), age: undefined, floor: number(i, 11) })).map(
    ({ age: _, ...row }) => row,
  );
  const on = await trainTable(rows, { target: "price", warmStart: mean, epochs: 3, seed: 1 });
  expect(on.model.encoder.embedded[0].size).toBeGreaterThan(mean.encoder.embedded[0].size);
  expect(Number.isFinite(on.predict(rows[0]).price as number)).toBe(true);
  // With the columns that it had it is what it was.
  const same = prepareFrom(mean, tableOf(rowsOf(150, city)), { target: "price" });
  expect(same.start).toEqual({ network: mean.network, tensors: mean.tensors });
  // Rows of the table of embeddings go by what they stand for; new categories begin as all others were.
  const other = prepareFrom(mean, tableOf(rows), { target: "price" });
  const [E, own] = [mean.tensors.E1, other.start?.tensors.E1 as Float64Array];
  const width = E.length / mean.encoder.embedded[0].size;
  const known = mean.encoder.embedded[0].size - 2;
  expect(own.slice(0, known * width)).toEqual(E.slice(0, known * width));
  expect(own.slice(-2 * width)).toEqual(E.slice(-2 * width));
  const others = E.slice(-2 * width, -width);
  for (let at = known * width; at < own.length - 2 * width; at += width)
    expect(own.slice(at, at + width)).toEqual(others);
});

test("a model of classes goes on with rows of its classes, in its own order", async () => {
  const classed = (count: number, first: number) =>
    rowsOf(count, (i) => ({ price: ["low", "high"][(i + first) % 2], size: 40 * ((i + first) % 2) + number(i, 37) }));
  const { model: first } = await train(classed(80, 0));
  const on = await goOn(classed(80, 1), first);
  expect(on.model.target).toEqual(first.target);
  expect(on.evaluate(classed(80, 1)).scores.accuracy).toBe(1);
});

describe("refuses, before any work", () => {
  const go = (rows: AnyRow[], options: Partial<TrainTableOptions>) => goOn(rows, model, options);
  const rows = rowsOf(60);

  test.each<[string, Partial<TrainTableOptions>, string]>([
    ["a network of one's own", { hidden: [4] }, "the network is the model's: leave 'hidden' out"],
    ["a recipe of several", { recipe: "default", epochs: undefined } as never, "chooses networks itself"],
    ["another target", { target: "size" }, "the model predicts price, not size"],
    ["another task", { task: "classification" }, "the model has decided that ('task') already"],
    ["another way to encode", { embed: ["district"] }, "the model has decided that ('embed') already"],
  ])("%s", async (_, options, message) => {
    await expect(go(rows, options)).rejects.toThrow(message);
  });

  test("a table that has none of its columns", async () => {
    const other = rows.map(({ price }, i) => ({ price, heat: number(i, 13) }));
    await expect(go(other, {})).rejects.toThrow("the table has none of the model's columns");
  });

  test("a class that the model has not", async () => {
    const classed = (classes: string[]) => rowsOf(90, (i) => ({ price: classes[i % classes.length] }));
    const { model: two } = await train(classed(["a", "b"]));
    await expect(go(classed(["a", "b", "c"]), { warmStart: two })).rejects.toThrow("'c'");
  });
});
