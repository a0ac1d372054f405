/** Training on rows in one call, and what the model it gives says, saves and refuses. */
import { DataError, type FitEvent, referenceEngine } from "@chaingrad/core";
import type { Prepared } from "@chaingrad/tables";
import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { TableModel } from "../src/model/table-model.ts";
import { tableOf } from "../src/rows.ts";
import { trainTable } from "../src/train-table.ts";

interface House {
  readonly size: number;
  readonly district: string;
  readonly price: number;
}

const houses: House[] = Array.from({ length: 120 }, (_, i) => {
  const size = 50 + ((i * 37) % 150);
  return { size, district: ["north", "south", "east"][i % 3], price: 1000 * size + 20_000 * (i % 3) };
});
const FEW = { epochs: 40, seed: 3 };

describe("an amount", () => {
  let model: TableModel<House, "price">;
  beforeAll(async () => {
    model = await trainTable(houses, { target: "price", ...FEW });
  });

  it("is predicted in its own unit, of a row, of rows, of columns and of a table, alike", () => {
    const rows = houses.slice(0, 4);
    const each = rows.map((row) => model.predict(row));
    expect(Object.keys(each[0])).toEqual(["price"]);
    expect(Math.abs(each[0].price - houses[0].price)).toBeLessThan(30_000);
    const many = model.predict(rows);
    // Plans of other sizes add up in another order, in 32 bits.
    for (const [i, { price }] of many.entries()) expect(Math.abs(price / each[i].price - 1)).toBeLessThan(1e-6);
    expect(
      model.predict({ size: rows.map(({ size }) => size), district: rows.map(({ district }) => district) }),
    ).toEqual(many);
    expect(model.predict(tableOf(rows))).toEqual(many);
  });

  it("is the same after saving and loading, byte by byte", async () => {
    const bytes = model.save();
    const again = await TableModel.load<House, "price">(bytes);
    expect(again.save()).toEqual(bytes);
    expect(again.predict(houses[5])).toEqual(model.predict(houses[5]));
    expect(again.target).toBe("price");
    expect(again.columns).toEqual(["size", "district"]);
  });

  it("is judged on rows whose targets are known", () => {
    const { scores } = model.evaluate(houses);
    expect(scores.r2).toBeGreaterThan(0.8);
    expect(scores).toEqual(model.evaluate(tableOf(houses)).scores);
    expect(model.summary()).toMatch(
      /regression of 'price' from 'size', 'district'\nnetwork: 4 features, 32 tanh, .*\ntrain: r2 0\./,
    );
  });

  it("comes with the events of fit, and the same bits however it is asked for", async () => {
    const events: FitEvent[] = [];
    const training = trainTable(houses, { target: "price", ...FEW });
    for await (const event of training) events.push(event);
    expect(events.map(({ type }) => type)).toEqual(["start", ...Array(40).fill("epoch"), "end"]);
    expect((await training).save()).toEqual(model.save());
    const told: number[] = [];
    await trainTable(tableOf(houses), { target: "price", ...FEW, onEpoch: ({ epoch }) => told.push(epoch) });
    expect(told).toHaveLength(40);
  });

  it("says before it starts what each column is taken for", async () => {
    const said: string[] = [];
    const numbered = houses.map((house, i) => ({ ...house, id: 1000 + i }));
    const onPrepared = ({ roles }: Prepared) =>
      said.push(...roles.map(({ name, role, why }) => `${name} ${role}: ${why}`));
    await trainTable(numbered, { target: "price", epochs: 1, onPrepared });
    expect(said).toContain("id aside: an identifier: every value differs");
    expect(said).toContain("price target: to be predicted");
  });

  it("two trainings at once on one engine, and a prediction meanwhile, do not meet", async () => {
    const [one, other] = await Promise.all([
      trainTable(houses, { target: "price", ...FEW, onEpoch: () => model.predict(houses[0]) }),
      trainTable(houses, { target: "price", ...FEW }),
    ]);
    expect(one.save()).toEqual(model.save());
    expect(other.save()).toEqual(model.save());
  });

  it("takes what a prediction of one row cannot take quickly the slow way, to the same end", () => {
    const slow = model.predict({ size: "120", district: " north " } as never);
    expect(slow).toEqual(model.predict({ size: 120, district: "north" }));
    expect(model.predict({ size: 120, district: null } as never).price).toBeGreaterThan(0);
  });

  it.each<[string, object, RegExp]>([
    ["a column that is not there", { district: "north" }, /the row has no 'size'/],
    ["a misspelt column", { sise: 1, district: "north" }, /the row has no 'size'.*did you mean 'sise'/],
    ["text for a number", { size: "large", district: "north" }, /column 'size', row 1: expected a number, got 'large'/],
    [
      "a text that spells one",
      { size: "1e999", district: "north" },
      /column 'size', row \d+: expected a finite number/,
    ],
    ["an infinity", { size: Number.POSITIVE_INFINITY, district: "north" }, /column 'size': expected a finite number/],
    ["an object", { size: {}, district: "north" }, /column 'size': expected a number, text, .* got an object/],
  ])("refuses %s", (_, row, message) => expect(() => model.predict(row as never)).toThrow(message));
});

describe("classes", () => {
  const big = houses.map(({ size, district, price }) => ({ size, district, big: price > 120_000 }));

  it("come with their probabilities, and as the program has them", async () => {
    const model = await trainTable(big, { target: "big", ...FEW });
    const said = model.predict({ size: 199, district: "east" });
    expect(said.big).toBe(true);
    expect(said.label).toBe("true");
    expect((said.probabilities?.true ?? 0) + (said.probabilities?.false ?? 0)).toBeCloseTo(1, 5);
    const loaded = await TableModel.load(model.save());
    expect(loaded.predict({ size: 199, district: "east" })).toEqual(said);
  });

  it("that are numbers are numbers, those that are text are text", async () => {
    const rooms = houses.map(({ size }) => ({ size, rooms: size > 120 ? 4 : 2, code: size > 120 ? "007" : "008" }));
    const numbers = await trainTable(rooms, { target: "rooms", drop: ["code"], ...FEW });
    expect(numbers.predict({ size: 190, code: "x" }).rooms).toBe(4);
    const codes = await trainTable(rooms, { target: "code", drop: ["rooms"], ...FEW });
    expect(codes.predict({ size: 190, rooms: 1 }).code).toBe("007");
  });
});

describe("an end", () => {
  it("by signal keeps the best model so far; before the first epoch there is none", async () => {
    const control = new AbortController();
    const onEpoch = ({ epoch }: { epoch: number }): void => {
      if (epoch === 3) control.abort();
    };
    const model = await trainTable(houses, { target: "price", signal: control.signal, onEpoch });
    expect(model.predict(houses[0]).price).toBeGreaterThan(0);
    const early = trainTable(houses, { target: "price", signal: AbortSignal.abort(new Error("no more")) });
    await expect(Promise.resolve(early)).rejects.toThrow("no more");
  });

  it("in the middle of its events leaves no model", async () => {
    const training = trainTable(houses, { target: "price", ...FEW });
    for await (const event of training) if (event.type === "epoch") break;
    await expect(Promise.resolve(training)).rejects.toThrow("left before its end");
  });
});

describe("rows that are no table", () => {
  it.each<[string, unknown, RegExp]>([
    ["none", [], /there are no rows/],
    ["a number", 5, /expected rows as objects/],
    ["lists", [[1, 2]], /row 1: expected an object/],
    ["columns of different lengths", { a: [1, 2], b: [1] }, /column 'b' holds 1 values, 'a' 2/],
    ["empty columns", { a: [] }, /the columns are empty/],
    ["nested values", [{ a: 1 }, { a: [2] }], /row 2, column 'a': expected .* got a list/],
    ["an invalid date", [{ a: new Date(Number.NaN) }], /row 1, column 'a': the date is not valid/],
    [
      "a key misspelt in one row",
      [{ size: 1 }, { size: 2 }, { sise: 3 }],
      /row 3 has 'sise' where all others have 'size'/,
    ],
  ])("are refused: %s", (_, rows, message) => expect(() => tableOf(rows as never)).toThrow(message));

  it("but mixed values, bigints, dates, null and NaN are cells", () => {
    const when = new Date("2024-01-05T10:00:00Z");
    const { columns } = tableOf([
      { a: 1, b: "2", c: 12345678901234567890n, d: when, e: true, f: null },
      { a: Number.NaN, b: 3, c: 5n, d: null, e: false, g: "x" },
    ]);
    expect(columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      "a number",
      "b number",
      "c text",
      "d date",
      "e boolean",
      "f text",
      "g text",
    ]);
    expect(columns[1].values).toEqual(new Float64Array([2, 3]));
    expect(columns[2].values).toEqual(["12345678901234567890", "5"]);
    expect(columns[3].values).toEqual(["2024-01-05T10:00:00.000Z", null]);
  });

  it("and options that there are not are refused with the nearest", async () => {
    const wrong = trainTable(houses, { target: "price", epoch: 3 } as never);
    await expect(Promise.resolve(wrong)).rejects.toThrow("no option 'epoch'; did you mean 'epochs'?");
    const absent = trainTable(houses as readonly object[], { target: "prise" } as never);
    await expect(Promise.resolve(absent)).rejects.toThrow("no column 'prise' to predict; did you mean 'price'?");
    await expect(TableModel.load(new Uint8Array(10))).rejects.toThrow();
  });
});

describe("types follow the rows", () => {
  it("of what is predicted, from what", () => {
    expectTypeOf<Parameters<TableModel<House, "price">["predict"]>[0]>().toExtend<object>();
    const typed = (model: TableModel<House, "price">): void => {
      expectTypeOf(model.predict({ size: 1, district: "north" }).price).toEqualTypeOf<number>();
      expectTypeOf(model.predict([{ size: 1, district: "north" }])).toExtend<readonly { price: number }[]>();
      // @ts-expect-error: a column is missing
      model.predict({ size: 1 });
      // @ts-expect-error: a number is wanted
      model.predict({ size: "1", district: "north" });
      // @ts-expect-error: there is no such target
      trainTable(houses, { target: "prise" });
    };
    expect(typed).toBeTypeOf("function");
  });

  it("and an engine may be given", async () => {
    const model = await trainTable(houses.slice(0, 30), { target: "price", epochs: 2, engine: referenceEngine });
    expect(model.predict(houses[0]).price).toBeGreaterThan(0);
    expect(DataError).toBeDefined();
  });
});
