/** Intervals are the score at a rank, worked by hand; models keep the scores, and hold what they say on rows they never saw. */
import { describe, expect, test } from "vitest";
import { readModel, writeModel } from "../../src/model/model-file.ts";
import { predictedColumns } from "../../src/model/predicted-columns.ts";
import { defaultEngine, TableModel } from "../../src/model/table-model.ts";
import { trainTable } from "../../src/train-table.ts";
import { coverageOf } from "../../src/uncertainty/coverage.ts";
import { intervalsOf } from "../../src/uncertainty/intervals.ts";
import { type ConformalScores, conformalScores } from "../../src/uncertainty/scores.ts";
import { randomNumbers } from "../random-numbers.ts";
import { column, example, range, table, thrown } from "../table/tables.ts";

const amount = { task: "regression", name: "y", why: "", mean: 10, scale: 2 } as const;
const said = (...values: number[]) => ({ task: "regression", values: Float64Array.from(values) }) as const;
/** Of y in its own unit, as it is learnt. */
const truth = (...values: number[]) => ({ y: values.map((value) => (value - amount.mean) / amount.scale) });

describe("scores", () => {
  test("of amounts, of those learnt by logarithms, and of counts", () => {
    expect(conformalScores(amount, said(10, 12, 20), truth(13, 11, 20))).toEqual([
      { kind: "difference", rows: 3, scores: [0, 1, 3] },
    ]);
    const ratio = { ...amount, mean: 0, scale: 1, factor: 1.5 };
    const logs = { y: [Math.log(2), Math.log(9)] };
    expect(conformalScores(ratio, said(2 * Math.E, 9), logs)).toEqual([{ kind: "ratio", rows: 2, scores: [0, 1] }]);
    const counts = { ...amount, mean: 0, scale: 1, link: "log" as const };
    expect(conformalScores(counts, said(4, 9), { y: [6, 9] })).toEqual([{ kind: "pearson", rows: 2, scores: [0, 1] }]);
  });

  test("of classes: how far the true one is from certain; rows of no weight do not count", () => {
    const target = { task: "classification", name: "c", why: "", classes: ["a", "b"], counts: [1, 1] } as const;
    const given = {
      task: "classification",
      names: [],
      labels: new Int32Array(3),
      probabilities: Float64Array.of(0.75, 0.25, 0.5, 0.5, 1, 0),
    };
    expect(conformalScores(target, given as never, { y: [0, 1, 1], weight: [1, 2, 0] })).toEqual([
      { kind: "probability", rows: 2, scores: [0.25, 0.5] },
    ]);
  });

  test("many are thinned by rank, and never say less", () => {
    const values = randomNumbers(4321, 0, 5).map(Math.abs);
    const [one] = conformalScores(
      amount,
      said(...new Array(4321).fill(10)),
      truth(...Array.from(values, (v) => 10 + v)),
    );
    const { rows, scores } = one as ConformalScores;
    expect([rows, scores.length]).toEqual([4321, 1000]);
    const sorted = values.toSorted();
    for (const level of [0.5, 0.9, 0.95, 0.999]) {
      const [own] = intervalsOf(amount, [one], said(0), level);
      const exact = sorted[Math.ceil(4322 * level) - 1];
      const next = sorted[Math.min(4320, Math.ceil(4322 * level) + 4)];
      expect((own as { upper: Float64Array }).upper[0]).toBeGreaterThanOrEqual(exact);
      expect((own as { upper: Float64Array }).upper[0]).toBeLessThanOrEqual(next * (1 + 1e-6));
    }
  });
});

describe("intervals", () => {
  const scores = (kind: string, ...own: number[]) => [{ kind, rows: own.length, scores: own }] as ConformalScores[];
  const nine = range(9, 1);

  test("the score at rank ⌈(n + 1) level⌉: of 9 rows the last at 0.9, the 5th at 0.5", () => {
    const at = (level: number) => intervalsOf(amount, scores("difference", ...nine), said(100, 200), level)[0];
    expect(at(0.9)).toEqual({ task: "regression", lower: Float64Array.of(91, 191), upper: Float64Array.of(109, 209) });
    expect(at(0.5)).toMatchObject({ lower: Float64Array.of(95, 195) });
    expect(String(thrown(() => at(0.91)))).toMatch(
      "9 rows that the model did not learn from say nothing of 0.91 of all for 'y'",
    );
    expect(String(thrown(() => at(1)))).toMatch("interval must be a share > 0 and < 1, got 1");
  });

  test("of logarithms by a factor, of counts by the root of the rate, from 0 on", () => {
    const [ratio] = intervalsOf(amount, scores("ratio", Math.LN2), said(8), 0.5);
    expect(ratio).toMatchObject({ lower: Float64Array.of(4), upper: Float64Array.of(16) });
    const [counts] = intervalsOf(amount, scores("pearson", 2), said(4, 0.25), 0.5);
    expect(counts).toMatchObject({ lower: Float64Array.of(0, 0), upper: Float64Array.of(8, 1.25) });
  });

  test("sets of classes, the most probable first, never none", () => {
    const target = { task: "classification", name: "c", why: "", classes: ["a", "b", "c"], counts: [1, 1, 1] } as const;
    const given = {
      ...{ task: "classification", names: [], labels: new Int32Array(2) },
      probabilities: Float64Array.of(0.2, 0.5, 0.3, 0.1, 0.1, 0.8),
    };
    const sets = (width: number) => intervalsOf(target, scores("probability", width), given as never, 0.5)[0];
    expect(sets(0.75)).toEqual({ task: "classification", sets: [["b", "c"], ["c"]] });
    expect(sets(0.1)).toEqual({ task: "classification", sets: [["b"], ["c"]] });
  });

  test("a model without scores says what it lacks", () => {
    expect(String(thrown(() => intervalsOf(amount, undefined, said(1), 0.9)))).toMatch(
      "the model knows nothing of how far off it is of 'y'",
    );
  });
});

/** Of rows drawn alike, so many are held in the mean over draws: (rank of n)/(n + 1). */
test("on rows drawn alike the share that is held is the one that is asked for", () => {
  const draws = range(400).map((seed) => {
    const values = randomNumbers(80, 3, seed);
    const learnt = conformalScores(
      amount,
      said(...new Array(40).fill(10)),
      truth(...Array.from(values.subarray(0, 40), (v) => 10 + v)),
    );
    const rest = truth(...Array.from(values.subarray(40), (v) => 10 + v));
    const intervals = intervalsOf(amount, learnt, said(...new Array(40).fill(10)), 0.9);
    return coverageOf(amount, intervals, rest)[0]?.covered as number;
  });
  const mean = draws.reduce((sum, covered) => sum + covered, 0) / draws.length;
  // 37/41 = 0.902; the standard deviation of one draw is about 0.07, of the mean of 400 of them 0.0035.
  expect(Math.abs(mean - 37 / 41)).toBeLessThan(0.012);
});

describe("a trained model", () => {
  test.each(["fast", "default"] as const)("by the recipe %s keeps its scores in its file", async (recipe) => {
    const cars = example("cars");
    const model = await trainTable(cars, { target: "miles_per_gallon", recipe, seed: 1 });
    const [scores] = model.model.conformal ?? [];
    expect(scores?.kind).toBe("difference");
    expect(scores?.rows).toBe(recipe === "fast" ? 60 : 338);
    const again = readModel(writeModel(model.model)) as typeof model.model;
    expect(again.conformal).toEqual(model.model.conformal);
    const { columns } = predictedColumns(again, await defaultEngine(), cars, { interval: 0.9 });
    expect(columns.map(({ name }) => name)).toEqual(["prediction", "lower 0.9", "upper 0.9"]);
    const [own] = new TableModel(again, await defaultEngine()).intervals(cars, 0.9);
    expect((own as { lower: Float64Array }).lower).toEqual(columns[1].values);
  });

  test("of rows that are all learnt from has none", async () => {
    const model = await trainTable(example("iris"), {
      target: "species",
      recipe: "fast",
      test: 0,
      validation: 0,
      epochs: 5,
    });
    expect(model.model.conformal).toBeUndefined();
    expect(() => model.intervals(example("iris"))).toThrow("knows nothing of how far off");
  });

  test("of several targets each by itself, classes as sets", async () => {
    const [a, b] = [0, 1].map((stream) => randomNumbers(80, stream, 4));
    const one = table(
      ...[column("a", [...a]), column("b", [...b])],
      ...[
        column(
          "y",
          Array.from(a, (v, i) => v + b[i]),
        ),
        column(
          "c",
          Array.from(a, (v) => (v > 0 ? "p" : "q")),
        ),
      ],
    );
    const model = await trainTable(one, { target: ["y", "c"], recipe: "fast" });
    const { columns } = predictedColumns(model.model, await defaultEngine(), one, { interval: 0.8 });
    expect(columns.map(({ name }) => name).slice(-3)).toEqual(["lower 0.8 y", "upper 0.8 y", "set 0.8 c"]);
  });
});

test.each([
  ["of too few targets", []],
  ["of another kind", [{ kind: "guess", rows: 3, scores: [1] }]],
  ["that descend", [{ kind: "difference", rows: 3, scores: [2, 1] }]],
  ["of more rows than there are", [{ kind: "difference", rows: 1, scores: [1, 2] }]],
  ["of none", [{ kind: "difference", rows: 3, scores: [] }]],
])("a file with scores %s is refused", async (_, conformal) => {
  const model = await trainTable(example("iris"), { target: "species", recipe: "fast", epochs: 3 });
  expect(() => writeModel({ ...model.model, conformal: conformal as never })).toThrow(/conformal/);
});
