/** Categories as vectors that are learnt: trained, predicted, explained, certified, saved, alone and as the mean of several. */
import { isWrong } from "@chaingrad/core/check";
import { beforeAll, describe, expect, test } from "vitest";
import { checkModel, explainModel } from "../src/explain/explain-model.ts";
import { TableModel } from "../src/model/table-model.ts";
import { tableOf } from "../src/rows.ts";
import { type Prepared, prepareTable } from "../src/table/prepare.ts";
import { type TrainTableOptions, trainTable } from "../src/train-table.ts";
import { randomNumbers } from "./random-numbers.ts";

const CITIES = 12;
const effect = randomNumbers(CITIES, 0, 5);
const [size, noise] = [1, 2].map((stream) => randomNumbers(480, stream, 5));
const rows = Array.from(size, (s, i) => {
  const place = i % CITIES;
  const city = i % 40 === 39 ? null : `c${place}`;
  return { city, kind: `k${(i * 7) % 3}`, size: s, price: effect[place] * (1 + s) + noise[i] / 10 };
});
type Row = (typeof rows)[number];

const train = (options: Partial<TrainTableOptions<"price">>): Promise<TableModel<Row, "price">> =>
  Promise.resolve(trainTable(rows, { target: "price", seed: 1, ...options }));

const kindsOf = ({ model }: TableModel<Row, "price">): string[] =>
  model.network.layers.map(({ kind = "dense" }) => String(kind));

/** What each category adds to each unit of the first dense layer: the rows of E, from W's side. */
function learnt({ model }: TableModel<Row, "price">, row: number): number[] {
  const [{ dimension = 0 }, ...others] = model.network.layers;
  const dense = others.findIndex(({ kind = "dense" }) => kind === "dense");
  const { E1, [`W${dense + 2}`]: W } = model.tensors;
  const units = others[dense].units;
  const first = model.encoder.features.length - 1;
  return Array.from({ length: units }, (_, unit) => {
    let total = 0;
    for (let j = 0; j < dimension; j++) total += W[(unit * W.length) / units + first + j] * E1[row * dimension + j];
    return total;
  });
}

describe.each<[string, Partial<TrainTableOptions<"price">>]>([
  ["one network", { recipe: "fast", embed: ["city"] }],
  ["the mean of five", { recipe: "default", embed: 8 }],
])("%s", (name, options) => {
  let model: TableModel<Row, "price">;
  beforeAll(async () => {
    model = await train(options);
  }, 120_000);

  test("has an embedding in front, of the columns that were asked for", () => {
    expect(model.model.encoder.embedded).toEqual([{ feature: 4, size: CITIES + 2 }]);
    expect(model.model.encoder.features).toEqual(["size", "kind=k0", "kind=k1", "kind=k2", "city"]);
    const front = name === "one network" ? ["embedding", "dense"] : ["embedding", "piecewise-linear"];
    expect(kindsOf(model)).toEqual([...front, "dense", "dense"]);
    expect(model.summary()).toContain("of 14 categories");
  });

  test("learns what each category does", () => {
    expect(Number(model.evaluate(rows).scores.r2)).toBeGreaterThan(0.9);
    for (const [row] of effect.entries()) expect(Math.hypot(...learnt(model, row))).toBeGreaterThan(0);
  });

  test("predicts of what is missing by a row of its own, and of what training never saw by what is common to all", () => {
    const of = (city: string | null): number => model.predict({ city, kind: "k1", size: 0.5, price: 0 }).price;
    expect(Math.hypot(...learnt(model, CITIES + 1))).toBeGreaterThan(0);
    expect(learnt(model, CITIES).every((value) => value === 0)).toBe(true);
    expect(of("Atlantis")).toBe(of("Lemuria"));
    expect(of(null)).not.toBe(of("Atlantis"));
    const known = effect.map((_, i) => of(`c${i}`));
    expect(of("Atlantis")).toBeGreaterThan(Math.min(...known));
    expect(of("Atlantis")).toBeLessThan(Math.max(...known));
  });

  test("is the same after saving and loading", async () => {
    const again = await TableModel.load<Row, "price">(model.save());
    expect(again.save()).toEqual(model.save());
    expect(again.predict(rows)).toEqual(model.predict(rows));
  });

  test("has a derivative by numbers, and says why there is none by the category", () => {
    const row = rows[3];
    const { by, notes } = model.gradient(row);
    const { scale } = model.model.target as { scale: number };
    const at = async (moved: number) => {
      const { of } = await explainModel(model, [{ ...row, size: row.size + moved }], { from: "prediction" });
      return of.numbers.price[0];
    };
    expect(scale).toBeGreaterThan(0);
    expect(Object.keys(by)).toEqual(["size"]);
    expect(notes.city).toBe("a category: it has no derivative");
    return Promise.all([at(1e-5), at(-1e-5)]).then(([above, below]) => {
      expect(by.size).toBeCloseTo((above - below) / 2e-5, 6);
    });
  });

  /** Of the first dense layer, which reads what is looked up. */
  const weights = (): string =>
    `W${model.model.network.layers.findIndex(({ kind = "dense" }) => kind === "dense") + 1}`;

  test("is certified: embeddings, weights and columns", () => {
    const { checks, verdict } = checkModel(model, rows.slice(36, 40), { order: name === "one network" ? 2 : 1 });
    expect(checks.flatMap((check) => (isWrong(check.verdict) ? [check.name] : []))).toEqual([]);
    expect(verdict).toBe("ok");
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(["E1", weights(), "x", "size"]));
  });

  test.each(["loss", "prediction"])("is explained from the %s in every view, with names people read", async (from) => {
    const { of, blocks } = await explainModel(model, rows, { row: 40, of: "E1[14,3]", from, view: "all" });
    const width = Number(model.model.network.layers[0].dimension);
    expect(of.names?.axes.get("E1")?.[0].names).toEqual([
      ...Array.from({ length: CITIES }, () => expect.stringMatching(/^“city = c\d+”$/)),
      ...["“city (other)”", "“city (missing)”"],
    ]);
    expect(of.names?.axes.get(weights())?.[0].names.slice(3, 6)).toEqual([
      ...["“kind = k2”", `“city: 1 of ${width}”`, `“city: 2 of ${width}”`],
    ]);
    const said = JSON.stringify(blocks);
    // Row 40 has no city: its cotangent is added to that row of the table.
    expect(said).toContain('"13: city (missing)"');
    const gradient = of.numbers[`∂${from === "loss" ? "L" : "price"}/∂E1`];
    const touched = Array.from(gradient).flatMap((value, i) => (value === 0 ? [] : [Math.floor(i / width)]));
    expect([...new Set(touched)]).toEqual([CITIES + 1]);
  });
});

test("columns of many categories are embedded where nothing is said, and by the recipe that can", async () => {
  const sizes = async (many: number, options: Partial<TrainTableOptions<"price">>): Promise<number[]> => {
    const own = Array.from({ length: 5 }, () => rows).flat();
    const table = own.map(({ price, size: s }, i) => ({ price, size: s, city: `c${i % many}` }));
    let found: number[] = [];
    const onPrepared = ({ encoder }: Prepared): void => {
      found = encoder.embedded.map((one) => one.size);
      throw new Error("enough");
    };
    await expect(trainTable(table, { target: "price", onPrepared, ...options })).rejects.toThrow("enough");
    return found;
  };
  expect(await sizes(21, {})).toEqual([23]);
  expect(await sizes(20, {})).toEqual([]);
  expect(await sizes(21, { embed: false })).toEqual([]);
  // One network has 0s and 1s for as many as have one each.
  expect(await sizes(100, { recipe: "fast" })).toEqual([]);
  expect(await sizes(101, { recipe: "fast" })).toEqual([103]);
  expect(await sizes(101, { optimizer: "kfac" })).toEqual([]);
});

test("an embedding of every column, and of one of two values, is one by name or by number", async () => {
  const columns = ["city", "kind"];
  for (const embed of [columns, 0]) {
    const model = await train({ recipe: "fast", epochs: 1, embed });
    expect(model.model.encoder.embedded.map(({ size }) => size).sort((a, b) => a - b)).toEqual([5, CITIES + 2]);
  }
  const sides = rows.map((row, i) => ({ price: row.price, side: i % 2 ? "left" : "right" }));
  const model = await trainTable(sides, { target: "price", embed: ["side"], epochs: 1 });
  expect(model.model.encoder).toMatchObject({ features: ["side"], embedded: [{ feature: 0, size: 4 }] });
  expect(model.gradient(sides[0]).by).toEqual({});
});

test("methods of second order train an embedding, too", async () => {
  const model = await train({ optimizer: "levenberg-marquardt", hidden: [4], epochs: 20, embed: 8 });
  expect(Number(model.evaluate(rows).scores.r2)).toBeGreaterThan(0.9);
  await expect(train({ optimizer: "kfac", epochs: 2, embed: 8 })).rejects.toThrow(/kfac.*dense/s);
});

test("a loss that is chosen by a trial is tried on a network that embeds", async () => {
  const counts = rows.map(({ city, size: s }, i) => ({
    city,
    size: s,
    price: Math.round(Math.exp(effect[i % CITIES])),
  }));
  const model = await trainTable(counts, { target: "price", recipe: "fast", embed: 8, epochs: 30, task: "regression" });
  expect(Number(model.evaluate(counts).scores.r2)).toBeGreaterThan(0.7);
});

test.each<[unknown, RegExp]>([
  [["town"], /embed: the table has no column 'town'/],
  [["size"], /embed: 'size' is no column of categories \(number: .*\): say that its type is category/],
  [["price"], /embed: 'price' is no column of categories \(target: to be predicted\)$/],
  [-1, /embed must be a whole number ≥ 0, got -1/],
  [2.5, /embed must be a whole number ≥ 0, got 2\.5/],
])("embed: %j is refused", (embed, message) =>
  expect(() => prepareTable(tableOf(rows), { target: "price", embed: embed as number })).toThrow(message),
);
