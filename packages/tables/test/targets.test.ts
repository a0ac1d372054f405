/** Targets of every kind, from rows to predictions, against computations of their own. */
import { wasmEngine } from "@chaingrad/core";
import { beforeAll, describe, expect, expectTypeOf, it, test } from "vitest";
import { checkModel, explainModel } from "../src/explain.ts";
import type { TableModelData } from "../src/model/model-file.ts";
import { predictedColumns } from "../src/model/predicted-columns.ts";
import { TableModel } from "../src/model/table-model.ts";
import { tableOf } from "../src/rows.ts";
import { encode } from "../src/table/encoder.ts";
import { type Prepared, prepareTable } from "../src/table/prepare.ts";
import { allRows, textAt } from "../src/table/table.ts";
import { type TrainTableOptions, trainTable } from "../src/train-table.ts";
import { randomNumbers } from "./random-numbers.ts";

const ROWS = 300;
const [a, b, noise, chance] = [0, 1, 2, 3].map((stream) => randomNumbers(ROWS, stream, 7));
const rowsWith = <Row extends object>(of: (i: number) => Row): (Row & { a: number; b: number })[] =>
  Array.from({ length: ROWS }, (_, i) => ({ a: a[i], b: b[i], ...of(i) }));

/** One affine map, fitted to its minimum on all rows: what textbooks have closed forms or simple iterations for. */
const LINEAR = { hidden: [], l2: 0, validation: 0, test: 0, epochs: 200 } as const;

/** x with Mx = v, by elimination with pivots. */
function solve(m: number[][], v: number[]): number[] {
  const rows = m.map((row, i) => [...row, v[i]]);
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows
      .slice(k)
      .reduce((best, row, i) => (Math.abs(row[k]) > Math.abs(rows[best][k]) ? i + k : best), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = 0; i < rows.length; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      rows[i] = rows[i].map((value, j) => value - factor * rows[k][j]);
    }
  }
  return rows.map((row, i) => row[rows.length] / row[i]);
}

type Matrix = readonly (readonly number[])[];

/** 1 and the features that a model's network reads, of each row: what textbooks' coefficients belong to. */
function featuresOf({ model: { encoder } }: { readonly model: TableModelData }, rows: readonly object[]): Matrix {
  const x = encode(encoder, tableOf(rows as readonly Record<string, number>[]));
  return rows.map((_, i) => [1, ...x.subarray(2 * i, 2 * i + 2)]);
}

/** Coefficients that least squares with weights gives. */
function leastSquares(x: Matrix, y: ArrayLike<number>, weight: (i: number) => number): number[] {
  const sum = (of: (i: number) => number): number => x.reduce((total, _, i) => total + weight(i) * of(i), 0);
  return solve(
    [0, 1, 2].map((j) => [0, 1, 2].map((k) => sum((i) => x[i][j] * x[i][k]))),
    [0, 1, 2].map((j) => sum((i) => x[i][j] * y[i])),
  );
}

/** Coefficients of a Poisson regression with log link and offset, by iteratively reweighted least squares. */
function poissonRegression(x: Matrix, y: readonly number[], offset: (i: number) => number): number[] {
  let beta = [0, 0, 0];
  for (let step = 0; step < 50; step++) {
    const eta = y.map((_, i) => affine(beta, x[i]));
    const rate = eta.map((value, i) => Math.exp(value + offset(i)));
    beta = leastSquares(
      x,
      y.map((value, i) => eta[i] + (value - rate[i]) / rate[i]),
      (i) => rate[i],
    );
  }
  return beta;
}

/** Coefficients of a logistic regression with weights, by iteratively reweighted least squares. */
function logisticRegression(x: Matrix, y: readonly number[], weight: (i: number) => number): number[] {
  let beta = [0, 0, 0];
  for (let step = 0; step < 50; step++) {
    const eta = y.map((_, i) => affine(beta, x[i]));
    const p = eta.map(sigmoid);
    beta = leastSquares(
      x,
      y.map((value, i) => eta[i] + (value - p[i]) / (p[i] * (1 - p[i]))),
      (i) => weight(i) * p[i] * (1 - p[i]),
    );
  }
  return beta;
}

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const affine = ([c, d, e]: readonly number[], x: readonly number[]): number => c * x[0] + d * x[1] + e * x[2];

const counted = rowsWith((i) => {
  const exposure = 0.5 + Math.abs(noise[i]);
  const rate = exposure * Math.exp(0.5 + a[i] - 0.5 * b[i]);
  return { exposure, claims: Math.max(0, Math.round(rate + Math.sqrt(rate) * chance[i])) };
});

describe("counts", () => {
  it("with an exposure are a Poisson regression", async () => {
    const model = await trainTable(counted, { target: "claims", exposure: "exposure", ...LINEAR, optimizer: "newton" });
    const x = featuresOf(model, counted);
    const beta = poissonRegression(
      x,
      counted.map(({ claims }) => claims),
      (i) => Math.log(counted[i].exposure),
    );
    for (const [i, row] of counted.slice(0, 20).entries()) {
      const expected = row.exposure * Math.exp(affine(beta, x[i]));
      expect(model.predict(row).claims / expected).toBeCloseTo(1, 4);
    }
    expect(model.columns).toEqual(["a", "b", "exposure"]);
    expect(() => model.predict({ a: 1, b: 1 } as (typeof counted)[number])).toThrow("the row has no 'exposure'");
    expect(() => model.predict([{ ...counted[0], exposure: 0 }])).toThrow(
      "the exposure 'exposure' holds '0' in row 1; expected a number > 0 in each row",
    );
  });

  it("without one too, and what was chosen is said", async () => {
    const steep = rowsWith((i) => ({ claims: Math.floor(Math.exp(3 * a[i] + b[i]) + (1 + chance[i]) / 2) }));
    const settled: string[] = [];
    const told = ({ target }: Prepared): number => settled.push(target.why);
    await trainTable(steep, { target: "claims", epochs: 5, onPrepared: told });
    expect(settled[0]).toMatch(
      /by Poisson, log link: in a trial deviance [\d.]+ on the validation rows, [\d.]+ by mean squared error$/,
    );
    const options = { target: "claims", drop: ["exposure"] } as const;
    const model = await trainTable(counted, {
      ...options,
      ...LINEAR,
      epochs: 200,
      loss: "poisson",
      optimizer: "newton",
    });
    const x = featuresOf(model, counted);
    const beta = poissonRegression(
      x,
      counted.map(({ claims }) => claims),
      () => 0,
    );
    expect(model.predict(counted[3]).claims / Math.exp(affine(beta, x[3]))).toBeCloseTo(1, 4);
    expect(Object.keys(model.evaluate(counted).scores)).toEqual(["r2", "rmse", "mae", "deviance", "loss"]);
  });

  it("are followed, checked and differentiated with their exposure", async () => {
    const model = await trainTable(counted, { target: "claims", exposure: "exposure", epochs: 3, hidden: [3] });
    expect(checkModel(model, counted.slice(0, 6)).verdict).toBe("ok");
    const row = { ...counted[5] };
    const { by } = model.gradient(row);
    const h = 1e-3;
    const at = (moved: number): number => model.predict({ ...row, a: row.a + moved }).claims;
    expect((at(h) - at(-h)) / (2 * h) / (by.a as number)).toBeCloseTo(1, 2);
    const { of } = await explainModel(model, [row], { from: "prediction" });
    expect(of.numbers.claims[0] / model.predict(row).claims).toBeCloseTo(1, 5);
  });
});

describe("amounts", () => {
  const offsets = rowsWith((i) => ({ known: 10 * chance[i], y: 10 * chance[i] + 3 + 2 * a[i] - b[i] + noise[i] }));

  it("with an offset are least squares on what it leaves", async () => {
    const model = await trainTable(offsets, {
      target: "y",
      offset: "known",
      ...LINEAR,
      optimizer: "levenberg-marquardt",
    });
    const x = featuresOf(model, offsets);
    const beta = leastSquares(
      x,
      offsets.map(({ y, known }) => y - known),
      () => 1,
    );
    for (const i of [0, 9, 77])
      expect(model.predict(offsets[i]).y).toBeCloseTo(affine(beta, x[i]) + offsets[i].known, 4);
    expect(model.evaluate(offsets).scores.r2).toBeGreaterThan(0.9);
    expect(checkModel(model, offsets.slice(0, 6)).verdict).toBe("ok");
  });

  it("with weights are least squares with these, as with rows that stand there as often", async () => {
    const weighed = rowsWith((i) => ({ w: i % 3, y: 3 + 2 * a[i] - b[i] + noise[i] * (i % 3 === 1 ? 5 : 1) }));
    const options = { target: "y", ...LINEAR, optimizer: "levenberg-marquardt" } as const;
    const model = await trainTable(weighed, { ...options, weight: "w" });
    const x = featuresOf(model, weighed);
    const beta = leastSquares(
      x,
      weighed.map(({ y }) => y),
      (i) => weighed[i].w,
    );
    const repeated = weighed.flatMap(({ w, ...row }) => new Array<typeof row>(w).fill(row));
    const other = await trainTable(repeated, options);
    for (const i of [0, 9, 77]) {
      expect(model.predict(weighed[i]).y).toBeCloseTo(affine(beta, x[i]), 4);
      expect(other.predict(weighed[i]).y).toBeCloseTo(affine(beta, x[i]), 4);
    }
    const [own, same] = [model.evaluate(weighed).scores, other.evaluate(repeated).scores];
    for (const name of ["r2", "rmse", "mae"]) expect(own[name] as number).toBeCloseTo(same[name] as number, 5);
    expect(model.model.weight).toBe("w");
  });

  it("with a long tail are right on the whole, though they are learnt by their logarithms", async () => {
    const skewed = rowsWith((i) => ({ y: Math.exp(2 + 2 * a[i] + b[i] + 2 * noise[i]) }));
    const options = { target: "y", transform: "log", ...LINEAR, optimizer: "levenberg-marquardt" } as const;
    const model = await trainTable(skewed, options);
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const said = sum(model.predict(skewed).map(({ y }) => y));
    expect(said / sum(skewed.map(({ y }) => y))).toBeCloseTo(1, 5);
    const x = featuresOf(model, skewed);
    const beta = leastSquares(
      x,
      skewed.map(({ y }) => Math.log(y)),
      () => 1,
    );
    const { target } = model.model;
    const factor = target.task === "regression" ? (target.factor as number) : 0;
    expect(factor).toBeGreaterThan(1.2);
    expect(model.predict(skewed[4]).y / (factor * Math.exp(affine(beta, x[4])))).toBeCloseTo(1, 4);
    expect(checkModel(model, skewed.slice(0, 6)).verdict).toBe("ok");
    expect(() => model.evaluate([{ ...skewed[0], y: 0 }])).toThrow("holds 0 in row 1; expected amounts > 0");
  });
});

describe("quantiles", () => {
  const spread = rowsWith((i) => ({ y: 5 + a[i] + (2 + b[i]) * noise[i] }));
  let model: TableModel<(typeof spread)[number], "y">;
  beforeAll(async () => {
    const options = { target: "y", quantiles: [0.1, 0.5, 0.9], hidden: [6], epochs: 300, patience: 300 } as const;
    model = await trainTable(spread, { ...options, validation: 0, test: 0 });
  });

  it("have as many rows below them as they say", () => {
    const { scores } = model.evaluate(spread);
    for (const tau of [0.1, 0.5, 0.9]) expect(Math.abs((scores[`below q${tau}`] as number) - tau)).toBeLessThan(0.04);
  });

  it("never cross, and are told by name", () => {
    for (const said of model.predict(spread)) {
      const { "0.1": low, "0.5": middle, "0.9": high } = said.quantiles as Record<string, number>;
      expect(low < middle && middle < high).toBe(true);
      expect(said.y).toBe(middle);
    }
    const { columns } = predictedColumns(model.model, engine, tableOf(spread));
    expect(columns.map(({ name }) => name)).toEqual(["quantile 0.1", "quantile 0.5", "quantile 0.9"]);
    expect(checkModel(model, spread.slice(0, 6)).verdict).toBe("ok");
  });
});

let engine: Awaited<ReturnType<typeof wasmEngine>>;
beforeAll(async () => {
  engine = await wasmEngine();
});

describe("classes", () => {
  const rare = rowsWith((i) => ({ fraud: a[i] + b[i] + noise[i] / 2 > 1.2 ? "yes" : "no" }));

  it("weigh what their rows would, were they there as often", async () => {
    const options = { target: "fraud", ...LINEAR, optimizer: "newton" } as const;
    const model = await trainTable(rare, { ...options, classWeight: { yes: 3 } });
    const x = featuresOf(model, rare);
    const beta = logisticRegression(
      x,
      rare.map(({ fraud }) => Number(fraud === "yes")),
      (i) => (rare[i].fraud === "yes" ? 3 : 1),
    );
    for (const i of [0, 9, 77])
      expect(model.predict(rare[i]).probabilities?.yes).toBeCloseTo(sigmoid(affine(beta, x[i])), 4);
  });

  it("are told one by one, where accuracy hides the rare one", async () => {
    const model = await trainTable(rare, { target: "fraud", classWeight: "balanced", epochs: 60 });
    const { classes, confusion } = model.evaluate(rare);
    const [[noNo, noYes], [yesNo, yesYes]] = confusion as number[][];
    expect(classes?.map(({ name }) => name)).toEqual(["no", "yes"]);
    expect(classes?.[1]).toEqual({
      name: "yes",
      rows: yesNo + yesYes,
      precision: yesYes / (noYes + yesYes),
      recall: yesYes / (yesNo + yesYes),
      f1: (2 * yesYes) / (2 * yesYes + noYes + yesNo),
    });
    expect(noNo + noYes + yesNo + yesYes).toBe(ROWS);
    expect(classes?.[1].recall).toBeGreaterThan(0.8);
  });

  it("in an order, of which the probabilities add up to 1", async () => {
    const levels = rowsWith((i) => ({ level: a[i] + b[i] < -0.5 ? "low" : a[i] + b[i] < 0.5 ? "mid" : "high" }));
    const options = {
      target: "level",
      task: "ordinal",
      order: ["low", "mid", "high"],
      epochs: 80,
      hidden: [8],
    } as const;
    const model = await trainTable(levels, options);
    const { low, mid, high } = model.predict(levels[0]).probabilities as Record<string, number>;
    expect(low + mid + high).toBeCloseTo(1, 6);
    const { scores } = model.evaluate(levels);
    expect(scores.accuracy).toBeGreaterThan(0.85);
    expect(scores.mae).toBeLessThan(0.2);
    expect(checkModel(model, levels.slice(0, 6)).verdict).toBe("ok");
    const again = await TableModel.load<(typeof levels)[number], "level">(model.save());
    expect(again.predict(levels[1])).toEqual(model.predict(levels[1]));
    const unordered = trainTable(levels, { target: "level", task: "ordinal" });
    await expect(async () => unordered).rejects.toThrow("has classes whose order is not known");
  });
});

test("sets of labels are told label by label", async () => {
  const tagged = rowsWith((i) => ({
    tags: [a[i] > 0 ? "red" : "", b[i] > 0 ? "old" : ""].filter(Boolean).join(";") || "[]",
  }));
  const model = await trainTable(tagged, { target: "tags", epochs: 60, hidden: [8] });
  expect(model.model.target).toMatchObject({ task: "multi-label", labels: ["old", "red"] });
  const { scores, classes } = model.evaluate(tagged);
  expect(scores.exact).toBeGreaterThan(0.9);
  expect(classes?.map(({ name, rows }) => [name, rows])).toEqual([
    ["old", b.filter((value) => value > 0).length],
    ["red", a.filter((value) => value > 0).length],
  ]);
  const said = model.predict({ a: 0.9, b: 0.9 });
  expect(said.tags).toBe("old;red");
  expect(said.labels).toEqual(["old", "red"]);
  expect(model.predict({ a: -0.9, b: -0.9 }).tags).toBe("[]");
  const { columns } = predictedColumns(model.model, engine, tableOf([{ a: 0.9, b: -0.9 }]));
  expect(columns.map((column) => `${column.name}: ${textAt(column, 0)?.slice(0, 3)}`)).toEqual([
    "prediction: red",
    expect.stringMatching(/^probability old: 0\.0|^probability old: \de-|^probability old: 0/),
    expect.stringMatching(/^probability red: 0\.9|^probability red: 1/),
  ]);
  expect(checkModel(model, tagged.slice(0, 6)).verdict).toBe("ok");
  expect(() => model.evaluate([{ a: 1, b: 1, tags: "red;odl" }])).toThrow(
    "none of the labels of the model; did you mean 'old'?",
  );
});

describe("several targets", () => {
  const mixed = rowsWith((i) => ({
    sum: 100 * (a[i] + b[i]),
    "product, a b": a[i] * b[i],
    kind: a[i] > 0 ? "up" : "down",
  }));
  type Row = (typeof mixed)[number];
  let model: TableModel<Row, "sum" | "product, a b" | "kind">;
  beforeAll(async () => {
    model = await trainTable(mixed, {
      target: ["sum", "product, a b", "kind"],
      epochs: 200,
      patience: 200,
      hidden: [12],
      rate: 0.02,
    });
  });

  it("are all learnt, whatever their units", () => {
    const { scores } = model.evaluate(mixed);
    expect(scores["r2 of sum"]).toBeGreaterThan(0.99);
    expect(scores["r2 of product, a b"]).toBeGreaterThan(0.97);
    expect(scores["accuracy of kind"]).toBeGreaterThan(0.95);
    expect(Object.keys(model.model.metrics.test)).toContain("r2 of sum");
  });

  it("are predicted by name, with types", () => {
    const said = model.predict(mixed[0]);
    expectTypeOf(said.sum).toBeNumber();
    expectTypeOf(said.kind).toBeString();
    expect(Object.keys(said)).toEqual(["sum", "product, a b", "kind", "label", "probabilities"]);
    const { up = 0, down = 0 } = said.probabilities?.kind ?? {};
    expect(up + down).toBeCloseTo(1, 6);
    expect(said.label).toEqual({ kind: said.kind });
    const { columns } = predictedColumns(model.model, engine, tableOf(mixed));
    expect(columns.map(({ name }) => name)).toEqual([
      ...["prediction sum", "prediction product, a b", "prediction kind"],
      ...["probability kind = down", "probability kind = up"],
    ]);
  });

  it("are saved, explained, checked and differentiated", async () => {
    const again = await TableModel.load<Row, "sum" | "product, a b" | "kind">(model.save());
    expect(again.predict(mixed)).toEqual(model.predict(mixed));
    expect(again.targets).toEqual(["sum", "product, a b", "kind"]);
    expect(checkModel(model, mixed.slice(0, 6)).verdict).toBe("ok");
    const each = model.gradient(mixed[2]).each as Record<string, Record<string, number>>;
    expect(Object.keys(each)).toEqual(["sum", "product, a b", "p(kind=down)", "p(kind=up)"]);
    expect(each["p(kind=down)"].a).toBeCloseTo(-each["p(kind=up)"].a, 10);
    const { of } = await explainModel(model, [mixed[2]], { from: "kind=up" });
    const { up = 0 } = model.predict(mixed[2]).probabilities?.kind ?? {};
    expect(of.numbers["p(kind=up)"][0]).toBeCloseTo(up, 5);
    await expect(async () => explainModel(model, [mixed[2]], { from: "prediction" })).rejects.toThrow(
      "the chain starts from loss or a target",
    );
  });

  it("give the same bytes for the same seed", async () => {
    const options = { target: ["sum", "kind"], epochs: 2 } as const;
    const [one, two] = [await trainTable(mixed, options), await trainTable(mixed, options)];
    expect(one.save()).toEqual(two.save());
  });
});

describe("several targets with offsets of their own", () => {
  const rows = rowsWith((i) => {
    const years = 0.5 + Math.abs(noise[i]);
    const count = (rate: number): number => Math.max(0, Math.round(rate + Math.sqrt(rate) * chance[i]));
    const [fires, thefts] = [count(years * Math.exp(1 + a[i])), count(years * Math.exp(0.5 - b[i]))];
    const known = 10 * chance[i];
    return { years, fires, thefts, known, cost: known + 3 + 2 * a[i] - b[i] + noise[i] };
  });
  type Row = (typeof rows)[number];
  type Name = "fires" | "cost" | "thefts";
  const options = {
    target: ["fires", "cost", "thefts"],
    exposure: { fires: "years", thefts: "years" },
    offset: { cost: "known" },
  } satisfies TrainTableOptions<Name>;
  const alike = ["fires", "cost", "thefts"] as const;

  it("come back as means where they are learnt by their logarithms, as one alone does", async () => {
    const skewed = rows.map(({ cost, ...row }, i) => ({
      ...{ ...row, cost: Math.exp(cost / 20) },
      price: Math.exp(3 + a[i] + 0.8 * noise[i]) * (1 + row.years),
    }));
    const target = ["cost", "price"] as const;
    const asked = { target, transform: "log", offset: { cost: "known" }, validation: 0, test: 0 } as const;
    const model = await trainTable(skewed, { ...asked, hidden: [6], epochs: 60 });
    for (const name of target) {
      const total = (of: readonly { cost: number; price: number }[]): number =>
        of.reduce((sum, one) => sum + one[name], 0);
      // On the whole right, for the rows that training saw.
      expect(total(model.predict(skewed)) / total(skewed)).toBeCloseTo(1, 6);
    }
  });

  it("are each what it would be alone, where nothing is shared", async () => {
    const model = await trainTable<Row, Name>(rows, { ...options, ...LINEAR, optimizer: "newton" });
    expect(model.columns).toEqual(["a", "b", "years", "known"]);
    const x = featuresOf(model, rows);
    const rates = (["fires", "thefts"] as const).map((name) =>
      poissonRegression(
        x,
        rows.map((row) => row[name]),
        (i) => Math.log(rows[i].years),
      ),
    );
    const line = leastSquares(
      x,
      rows.map(({ cost, known }) => cost - known),
      () => 1,
    );
    for (const i of [0, 9, 77]) {
      const said = model.predict(rows[i]);
      expect(said.cost).toBeCloseTo(affine(line, x[i]) + rows[i].known, 4);
      expect(said.fires / (rows[i].years * Math.exp(affine(rates[0], x[i])))).toBeCloseTo(1, 4);
      expect(said.thefts / (rows[i].years * Math.exp(affine(rates[1], x[i])))).toBeCloseTo(1, 4);
      expect(model.predict(rows)[i]).toEqual(said);
    }
  });

  it("count as much as each other, and are judged with their offsets", async () => {
    const model = await trainTable<Row, Name>(rows, {
      ...options,
      hidden: [6],
      validation: 0,
      test: 0,
      epochs: 120,
      patience: 120,
    });
    const { scores } = model.evaluate(rows);
    const mean = (values: readonly number[]): number => values.reduce((p, q) => p + q) / values.length;
    for (const name of alike) {
      const truth = rows.map((row) => row[name]);
      const said = model.predict(rows).map((one) => one[name]);
      const spread = mean(truth.map((y) => (y - mean(truth)) ** 2));
      const r2 = 1 - mean(truth.map((y, i) => (y - said[i]) ** 2)) / spread;
      expect(scores[`r2 of ${name}`]).toBeCloseTo(r2, 8);
      expect(r2).toBeGreaterThan(0.4);
    }
    const { loss } = model.model.objective;
    const weights = loss.options?.heads?.map(({ weight = 0 }) => weight) ?? [];
    // What each head costs with no network at all, more than with a perfect one.
    const scale = mean(rows.map(({ fires }) => fires)) / mean(rows.map(({ years }) => years));
    const alone = rows.map(({ fires, years }) => {
      const [y, rate] = [fires / scale, years];
      return rate - y * Math.log(rate) - (y - (y > 0 ? y * Math.log(y) : 0));
    });
    expect(weights[0] * 3 * mean(alone)).toBeCloseTo(1, 8);
    expect(weights[1]).toBeCloseTo(1 / 3, 8);
    expect(loss.options?.heads?.map(({ offset }) => offset)).toEqual([true, true, true]);
  });

  it("are saved, explained, checked and differentiated", async () => {
    const model = await trainTable<Row, Name>(rows, { ...options, hidden: [3], epochs: 3 });
    const again = await TableModel.load<Row, Name>(model.save());
    expect(again.predict(rows)).toEqual(model.predict(rows));
    expect(checkModel(model, rows.slice(0, 6)).verdict).toBe("ok");
    const row = { ...rows[5] };
    const each = model.gradient(row).each as Record<Name, Record<string, number>>;
    const h = 1e-3;
    for (const name of alike) {
      const at = (moved: number): number => model.predict({ ...row, a: row.a + moved })[name];
      expect((at(h) - at(-h)) / (2 * h) / each[name].a).toBeCloseTo(1, 2);
      for (const view of ["columns", "paths"] as const) {
        const { of } = await explainModel(model, [row], { from: name, view });
        expect(of.numbers[name][0] / model.predict(row)[name]).toBeCloseTo(1, 5);
      }
    }
    expect(() => model.predict([{ ...row, years: 0 }])).toThrow("the exposure 'years' holds '0' in row 1");
    const { years: _, ...absent } = row;
    expect(() => model.predict(absent as Row)).toThrow("the row has no 'years'");
  });

  it.each<[string, Partial<TrainTableOptions>, string]>([
    [
      "no target is named",
      { offset: "known" },
      "an offset belongs to one target, and here are 3: say which, as in fires=",
    ],
    ["a target is none", { offset: { costs: "known" } }, "offset has no target 'costs'; did you mean 'cost'?"],
    [
      "a target has both",
      { offset: { fires: "known" }, exposure: { fires: "years" } },
      "two names for one thing: give one of them for the target 'fires'",
    ],
    [
      "a column is both",
      { offset: { cost: "years" }, exposure: { fires: "years" } },
      "the column 'years' cannot be both an offset and an exposure",
    ],
    ["a column is not there", { offset: { cost: "know" } }, "offset: the table has no column 'know'; did you mean"],
    [
      "a column is a target",
      { offset: { cost: "fires" } },
      "the column 'fires' cannot be the offset: it is the target",
    ],
  ])("are refused where %s", (_, given, message) => {
    expect(() => prepareTable(tableOf(rows), { target: options.target, ...given })).toThrow(message);
  });

  it("are not for classes", () => {
    const kinds = rows.map((row) => ({ ...row, kind: row.a > 0 ? "up" : "down" }));
    const given = { target: ["cost", "kind"], offset: { kind: "known" } };
    expect(() => prepareTable(tableOf(kinds), given)).toThrow("an offset is for amounts and counts; 'kind' is a");
  });
});

describe("few rows", () => {
  const xor = [0, 1, 2, 3].map((i) => ({ a: i >> 1, b: i & 1, out: (i >> 1) ^ (i & 1) }));

  it("are all trained on where nothing is kept, and that is said", async () => {
    const notes: string[] = [];
    const options = { target: "out", validation: 0, test: 0 } as const;
    const model = await trainTable(xor, { ...options, onPrepared: (prepared) => notes.push(...prepared.notes) });
    expect(xor.map((row) => model.predict(row).out)).toEqual([0, 1, 1, 0]);
    expect(notes[0]).toContain("trained on all 4 rows: none is kept to judge by");
    expect(Object.keys(model.model.metrics)).toEqual(["train"]);
  });

  it("say how little they tell", async () => {
    const notes: string[] = [];
    const five = [1, 2, 3, 4, 5].map((x) => ({ x, y: 2 * x }));
    await trainTable(five, { target: "y", onPrepared: (prepared) => notes.push(...prepared.notes) });
    expect(notes[0]).toBe(
      "5 rows tell little: 4 training rows and 1 test row; another seed may give quite other scores",
    );
  });
});

describe("refused before any work", () => {
  const rows = rowsWith((i) => ({ y: a[i] + 0.5, kind: a[i] > 0 ? "up" : "down", w: i % 4 }));
  const prepare =
    (options: Omit<TrainTableOptions, "target"> & { target?: string | string[] }, given: object[] = rows) =>
    () =>
      prepareTable(tableOf(given), { target: "y", ...options } as Parameters<typeof prepareTable>[1]);
  const spoilt = (column: string, value: unknown): object[] =>
    rows.map((row, i) => (i === 6 ? { ...row, [column]: value } : row));
  test.each([
    [
      "a negative weight",
      prepare({ weight: "w" }, spoilt("w", -1)),
      "the weight 'w' holds '-1' in row 7; expected a number ≥ 0",
    ],
    ["a missing weight", prepare({ weight: "w" }, spoilt("w", null)), "the weight 'w' holds nothing in row 7"],
    ["a weight of text", prepare({ weight: "kind" }), "the weight 'kind' holds 'up'"],
    [
      "weights of 0",
      prepare(
        { weight: "w" },
        rows.map((row) => ({ ...row, w: 0 })),
      ),
      "is 0 in every row: no row counts",
    ],
    [
      "a weight that is not there",
      prepare({ weight: "ww" }),
      "weight: the table has no column 'ww'; did you mean 'w'?",
    ],
    ["a weight that is the target", prepare({ weight: "y" }), "the column 'y' cannot be the weight: it is the target"],
    ["an offset of text", prepare({ offset: "kind" }), /the offset 'kind' holds '(up|down)' in row 1;/],
    [
      "a missing offset",
      prepare({ offset: "w" }, spoilt("w", null)),
      "the offset 'w' holds nothing in row 7; expected a number",
    ],
    ["an offset and an exposure", prepare({ offset: "w", exposure: "b" }), "two names for one thing"],
    ["an exposure of no counts", prepare({ exposure: "w", drop: ["kind"] }), "the exposure 'w' holds '0' in row"],
    ["an offset of classes", prepare({ target: "kind", offset: "w" }), "an offset is for amounts and counts"],
    [
      "a weight of a class that there is not",
      prepare({ target: "kind", classWeight: { ups: 2 } }),
      "'kind' has no class 'ups'; did you mean 'up'?",
    ],
    [
      "a class weight below 0",
      prepare({ target: "kind", classWeight: { up: -2 } }),
      "the weight of 'up' must be a number ≥ 0",
    ],
    ["class weights of amounts", prepare({ classWeight: "balanced" }), "class weights are for a target of classes"],
    ["a target twice", prepare({ target: ["y", "y"] }), "the target 'y' is named twice"],
    ["a target that is dropped", prepare({ drop: ["y"] }), "the target 'y' is to be left out as well"],
    [
      "a second target that there is not",
      prepare({ target: ["y", "kin"] }),
      "no column 'kin' to predict; did you mean 'kind'?",
    ],
    ["no target", prepare({ target: [] }), "no column is to be predicted"],
    [
      "a loss of classes for amounts",
      prepare({ loss: "softmax-cross-entropy" }),
      "does not suit the target 'y', a regression: it can be mean-squared-error",
    ],
    [
      "a loss of amounts for classes",
      prepare({ target: "kind", loss: "huber" }),
      "does not suit the target 'kind', a classification",
    ],
    ["Poisson below 0", prepare({ loss: "poisson" }), /holds -[\d.]+ in row \d+; expected amounts ≥ 0/],
    ["a logarithm of what is not above 0", prepare({ transform: "log" }), /expected amounts > 0, as its logarithm/],
    [
      "quantiles of another loss",
      prepare({ loss: "huber", quantiles: [0.5] }),
      "predicted by the loss 'quantile', not by 'huber'",
    ],
    ["quantiles that do not ascend", prepare({ quantiles: [0.5, 0.1] }), "quantiles must ascend, got 0.5, 0.1"],
  ])("%s", (_, work, message) => {
    expect(work).toThrow(message);
  });

  test("what asks for an amount says that few whole numbers are one", () => {
    const few = rowsWith((i) => ({ y: i % 3 }));
    expect(prepareTable(tableOf(few), { target: "y" }).target.task).toBe("classification");
    expect(prepareTable(tableOf(few), { target: "y", loss: "poisson" }).target.task).toBe("regression");
    expect(prepareTable(tableOf(few), { target: "y", quantiles: [0.5] }).target.task).toBe("regression");
  });

  test("rows that are aside are so when a model is judged, too", async () => {
    const kinds = rows.map((row, i) => ({ ...row, kind: i === 8 ? "odd" : row.kind }));
    const model = await trainTable(kinds, { target: "kind", drop: ["y"], epochs: 2 });
    const { confusion } = model.evaluate(kinds);
    expect(confusion?.flat().reduce((sum, one) => sum + one)).toBe(ROWS - 1);
    expect(allRows(tableOf(kinds)).length).toBe(ROWS);
  });
});
