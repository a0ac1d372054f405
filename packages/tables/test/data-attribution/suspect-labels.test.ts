/** Wrong labels are found; what is said of each row is what models say that never saw it. */
import { describe, expect, test } from "vitest";
import { crossValidate } from "../../src/cross-validation.ts";
import { confidentlyOther } from "../../src/data-attribution/confident-learning.ts";
import { suspectLabels } from "../../src/data-attribution/index.ts";
import { randomNumbers } from "../random-numbers.ts";
import { column, columnOf, example, range, table } from "../table/tables.ts";
import { foundShare } from "./flipped.ts";

test.each([
  ["iris", "species"],
  ["wine", "cultivar"],
])("of flipped labels of %s most are ranked first", async (name, target) => {
  const shares = [await foundShare(example(name), target, 0), await foundShare(example(name), target, 1)];
  expect((shares[0] + shares[1]) / 2).toBeGreaterThanOrEqual(0.7);
});

const iris = example("iris");

describe("classes", () => {
  test("are scored by what cross-validation says of them, with the same seed the same", async () => {
    const options = { target: "species", folds: 3, repeat: 2, seed: 4 } as const;
    const found = await suspectLabels(iris, options);
    const { outOfFold } = await crossValidate(iris, { ...options, recipe: "fast" });
    expect(found).toMatchObject({ target: "species", task: "classification", folds: 3, repeat: 2, scale: null });
    expect(found.suspects.map(({ rank }) => rank)).toEqual(range(150).map((i) => i + 1));
    for (const { row, given, said, score, probabilityGiven, probabilitySaid } of found.suspects) {
      const p = (name: string | number) =>
        outOfFold
          .map((all) => all.find((one) => one.name === `probability ${name}`)?.values[row - 1] as number)
          .reduce((a, b) => a + b) / 2;
      expect(given).toBe(columnOf(iris, "species").values[row - 1]);
      expect(probabilityGiven).toBeCloseTo(p(given), 12);
      expect(probabilitySaid).toBeCloseTo(p(said), 12);
      expect(score).toBeCloseTo(1 - p(given), 12);
      expect(Math.max(p("setosa"), p("versicolor"), p("virginica"))).toBeCloseTo(p(said), 12);
    }
    const scores = found.suspects.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(found.likely).toBe(found.suspects.filter(({ likely }) => likely).length);
    expect(await suspectLabels(iris, options)).toEqual(found);
  });

  test("confident learning, worked by hand", () => {
    // Thresholds: of class 0 (0.9 + 0.6 + 0.3) / 3 = 0.6, of class 1 (0.8 + 0.4) / 2 = 0.6.
    const p = [
      [0.9, 0.1],
      [0.6, 0.4],
      [0.3, 0.7],
      [0.2, 0.8],
      [0.6, 0.4],
    ];
    expect(confidentlyOther(p, [0, 0, 0, 1, 1])).toEqual([false, false, true, false, true]);
    // Of a row that is less sure of its class than its like, and of no other, nothing is said.
    const doubtful = [
      [0.9, 0.1],
      [0.5, 0.5],
    ];
    expect(confidentlyOther(doubtful, [0, 0])).toEqual([false, false]);
  });
});

test("a wrong amount stands first, by how many standard deviations it is off", async () => {
  const [a, b, noise] = [0, 1, 2].map((stream) => randomNumbers(90, stream, 8));
  const y = range(90).map((i) => 2 * a[i] - b[i] + noise[i] / 10 + (i === 40 ? 9 : 0));
  const rows = table(column("a", [...a]), column("b", [...b]), column("y", y));
  const { suspects, scale, likely } = await suspectLabels(rows, { target: "y", repeat: 1 });
  const [first] = suspects;
  expect(first).toMatchObject({ rank: 1, row: 41, given: y[40], likely: true });
  expect(first.probabilityGiven).toBeUndefined();
  expect(first.score).toBeCloseTo(Math.abs(y[40] - Number(first.said)) / (scale as number), 10);
  const errors = suspects.map(({ given, said }) => Math.abs(Number(given) - Number(said))).sort((p, q) => p - q);
  expect(scale).toBeCloseTo((1.4826 * (errors[44] + errors[45])) / 2, 10);
  expect(likely).toBe(suspects.filter(({ score }) => score > 3.5).length);
});

describe("refused before training", () => {
  const tags = table(
    column("a", range(40)),
    column(
      "tags",
      range(40).map((i) => ["p;q", "p", "q;r", "r"][i % 4]),
    ),
  );
  const training = { onFold: () => expect.unreachable() };
  test.each<[string, () => Promise<unknown>, string]>([
    [
      "several targets",
      () => suspectLabels(iris, { target: ["species", "petal_width_cm"] as never, ...training }),
      "target: expected one column, got 2 (species, petal_width_cm)",
    ],
    [
      "sets of labels",
      () => suspectLabels(tags, { target: "tags", task: "multi-label", ...training }),
      "target: 'tags' holds sets of labels",
    ],
    [
      "quantiles",
      () => suspectLabels(iris, { target: "petal_width_cm", loss: "quantile", ...training }),
      "is learnt by quantiles",
    ],
    [
      "fewer rows than folds",
      () => suspectLabels(table(column("a", [1, 2, 3]), column("y", [1, 2, 4])), { target: "y", ...training }),
      "3 rows cannot be 5 folds",
    ],
    ["a column that there is not", () => suspectLabels(iris, { target: "specie", ...training }), "'specie'"],
    ["an option that there is not", () => suspectLabels(iris, { target: "species", top: 3 } as never), "top"],
  ])("%s", async (_, ask, message) => {
    await expect(ask()).rejects.toThrow(message);
  });
});
