/** Every row is judged once in each repeat, by a model that never saw it; scores are those of what was said. */
import { describe, expect, test } from "vitest";
import { chooseRecipe } from "../../src/automatic/choose.ts";
import { type CrossValidateOptions, crossValidate } from "../../src/cross-validation/cross-validate.ts";
import type { CrossValidation } from "../../src/cross-validation/summary.ts";
import { predictTable } from "../../src/model/predict-table.ts";
import { defaultEngine } from "../../src/model/table-model.ts";
import { prepareTable } from "../../src/table/prepare.ts";
import type { AmountPrediction } from "../../src/table/targets/prediction.ts";
import { trainPrepared } from "../../src/training.ts";
import { randomNumbers } from "../random-numbers.ts";
import { column, dates, range, table } from "../table/tables.ts";

const ROWS = 90;
const [a, b, noise] = [0, 1, 2].map((stream) => randomNumbers(ROWS, stream, 21));
const y = Array.from(a, (value, i) => 2 * value - b[i] + noise[i] / 4);
const group = range(ROWS).map((i) => `g${i % 15}`);
const day = range(ROWS).map((i) => new Date(Date.UTC(2021, 0, 1 + Math.floor(i / 2))).toISOString().slice(0, 10));
const one = table(
  ...[column("y", y), column("a", [...a]), column("b", [...b])],
  ...[
    column(
      "side",
      y.map((value) => (value > 0.8 ? "high" : value < -0.5 ? "low" : "middle")),
    ),
  ],
  ...[column("group", group), dates("day", day)],
);
const quick = { recipe: "fast", folds: 3, drop: ["side", "group", "day"] } as const;
const run = (options: Partial<CrossValidateOptions>) => crossValidate(one, { target: "y", ...quick, ...options });
const valuesOf = (found: CrossValidation, name: string, repeat = 0): number[] => {
  const own = found.outOfFold[repeat].find((column) => column.name === name);
  return Array.from(own?.values as Float64Array);
};

test("each row is in one fold of each repeat, and other folds come with another repeat", async () => {
  const found = await run({ repeat: 2 });
  const folds = [0, 1].map((repeat) => valuesOf(found, "fold", repeat));
  for (const own of folds)
    expect([1, 2, 3].map((fold) => own.filter((of) => of === fold).length)).toEqual([30, 30, 30]);
  expect(folds[0]).not.toEqual(folds[1]);
  expect(found.folds.map(({ repeat, fold }) => [repeat, fold])).toEqual(
    [0, 1].flatMap((repeat) => [0, 1, 2].map((fold) => [repeat, fold])),
  );
});

test("what is said of a fold is what a model trained on the others says; its scores are of that", async () => {
  const found = await run({});
  const inFold = valuesOf(found, "fold");
  const rows = range(ROWS).filter((row) => inFold[row] === 2);
  const rest = range(ROWS).filter((row) => inFold[row] !== 2);
  const engine = await defaultEngine();
  const prepared = prepareTable(one, { target: "y", drop: quick.drop, rows: rest, test: 0 });
  const events = trainPrepared(prepared, chooseRecipe({ recipe: "fast" }), { engine });
  let step = await events.next();
  while (!step.done) step = await events.next();
  const said = predictTable(step.value.model as never, engine, one, rows) as AmountPrediction;
  expect(rows.map((row) => valuesOf(found, "prediction")[row])).toEqual([...said.values]);
  const mean = rows.reduce((sum, row) => sum + y[row], 0) / rows.length;
  const sums = rows.reduce(
    ([error, total], row, i) => [error + (y[row] - said.values[i]) ** 2, total + (y[row] - mean) ** 2],
    [0, 0],
  );
  expect(found.folds[1].evaluation.scores.r2).toBeCloseTo(1 - sums[0] / sums[1], 12);
  const guess = rest.reduce((sum, row) => sum + y[row], 0) / rest.length;
  const missed = rows.reduce((sum, row) => sum + (y[row] - guess) ** 2, 0);
  expect(found.folds[1].baseline.r2).toBeCloseTo(1 - missed / sums[1], 6);
  const r2 = found.folds.map(({ evaluation }) => evaluation.scores.r2 as number);
  expect(found.scores.r2.own.mean).toBeCloseTo((r2[0] + r2[1] + r2[2]) / 3, 14);
});

test("the linear model is the least squares of its features, but for its small penalty", async () => {
  const { folds } = await run({});
  // Noise has a variance of 1/48, of a sum whose variance is 5/3.
  for (const { linear } of folds) expect(linear.r2).toBeGreaterThan(0.95);
});

test("the same with any number of workers", async () => {
  const options = { recipe: "default", folds: 2, drop: ["side", "group", "day"] } as const;
  const [alone, beside] = [await run({ ...options, workers: false }), await run({ ...options, workers: 2 })];
  expect(beside).toEqual(alone);
}, 60_000);

test("classes: alike in every fold", async () => {
  const found = await run({ target: "side", drop: ["y", "group", "day"] });
  const inFold = valuesOf(found, "fold");
  const sides = one.columns[3].values;
  for (const side of ["high", "middle", "low"]) {
    const counts = [1, 2, 3].map(
      (fold) => range(ROWS).filter((row) => sides[row] === side && inFold[row] === fold).length,
    );
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  }
  expect(found.outOfFold[0].map(({ name }) => name)).toEqual([
    ...["fold", "prediction", "probability high", "probability low", "probability middle"],
  ]);
});

describe("by group and by time", () => {
  test("no group is on two sides", async () => {
    const found = await run({ split: { group: "group" }, drop: ["side", "day"] });
    const inFold = valuesOf(found, "fold");
    for (const name of new Set(group)) expect(new Set(inFold.filter((_, row) => group[row] === name)).size).toBe(1);
  });

  test("each fold comes after what its model was trained on, and the first rows are not judged", async () => {
    const found = await run({ split: { time: "day" }, drop: ["side", "group"] });
    const inFold = valuesOf(found, "fold");
    expect(found.folds.map(({ trained, judged }) => [trained, judged])).toEqual([
      [22, 24],
      [46, 22],
      [68, 22],
    ]);
    expect(inFold.slice(0, 22).every(Number.isNaN)).toBe(true);
    expect(inFold.slice(22)).toEqual(inFold.slice(22).toSorted());
  });

  test("a class that stands in one group alone is said", async () => {
    const sides = y.map((_, i) => (i % 15 === 0 ? "rare" : i % 2 ? "odd" : "even"));
    const own = table(column("side", sides), column("a", [...a]), column("group", group));
    const { notes } = await crossValidate(own, { target: "side", recipe: "fast", folds: 3, split: { group: "group" } });
    expect(notes).toEqual([
      expect.stringMatching(
        /^class 'rare' has no row to learn from where fold \d is left out: it cannot be found there$/,
      ),
    ]);
  });
});

test.each([
  ["folds must be a whole number ≥ 2, got 1", { folds: 1 }],
  ["repeat must be a whole number ≥ 1, got 0", { repeat: 0 }],
  ["91 folds", { folds: 91 }],
  ["15 groups in 'group' cannot be 16 folds", { folds: 16, split: { group: "group" } }],
  ["45 different times, and 61 parts", { folds: 60, split: { time: "day" }, drop: ["side"] }],
  ["folds in time are the same each time", { repeat: 2, split: { time: "day" }, drop: ["side"] }],
  ["folds are by group, by time or by chance", { split: { part: "side" } }],
  ["crossValidate has no option 'fold'; did you mean 'folds'?", { fold: 3 }],
])("refused: %s", async (message, options) => {
  await expect(run({ drop: [], ...options } as never)).rejects.toThrow(message);
});

test("a signal ends it", async () => {
  await expect(run({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
});

test("amounts with a long tail are not learnt by logarithms where a row of another fold is 0", async () => {
  const [p, q] = [range(60).map((i) => (7 * i) % 13), range(60).map((i) => (5 * i) % 11)];
  const amounts = p.map((value, i) => 3 * value + q[i] + (i === 30 ? 60 : 0));
  expect(amounts.filter((amount) => amount === 0)).toHaveLength(1);
  const tailed = table(column("y", amounts), column("p", p), column("q", q));
  const { outOfFold } = await crossValidate(tailed, { target: "y", recipe: "fast", repeat: 3 });
  for (const [, predictions] of outOfFold)
    expect(Array.from(predictions.values as Float64Array).every(Number.isFinite)).toBe(true);
});

test("where one fold fails, nothing goes on behind", async () => {
  const judged: number[] = [];
  const stopping = run({
    ...{ folds: 12, epochs: 4 },
    onFold: ({ fold }) => {
      judged.push(fold);
      throw new Error("enough is known");
    },
  });
  await expect(stopping).rejects.toThrow("enough is known");
  const atOnce = judged.length;
  await new Promise((later) => setTimeout(later, 1500));
  expect(judged.length).toBe(atOnce);
});
