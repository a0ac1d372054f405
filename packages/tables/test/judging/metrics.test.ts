import fc from "fast-check";
import { expect, test } from "vitest";
import { classificationBaseline, classificationMetrics } from "../../src/judging/metrics/classification.ts";
import { regressionBaseline, regressionMetrics, residualSummary } from "../../src/judging/metrics/regression.ts";

/** Probabilities of two classes from those of the second. */
const binary = (...ofSecond: number[]): number[] => ofSecond.flatMap((p) => [1 - p, p]);
/** Certain predictions. */
const certain = (classes: number, ...labels: number[]): number[] =>
  labels.flatMap((label) => Array.from({ length: classes }, (_, c) => (c === label ? 1 : 0)));

test("the examples of scikit-learn's documentation", () => {
  // roc_auc_score
  expect(classificationMetrics(binary(0.1, 0.4, 0.35, 0.8), [0, 0, 1, 1], 2).auc).toBe(0.75);
  // f1_score(average="macro"): 0.26…
  const six = classificationMetrics(certain(3, 0, 2, 1, 0, 0, 1), [0, 1, 2, 0, 1, 2], 3);
  expect(six.macroF1).toBeCloseTo(0.8 / 3, 14);
  // confusion_matrix of the same
  expect(six.confusion).toEqual([
    [2, 0, 0],
    [1, 0, 1],
    [0, 2, 0],
  ]);
  expect(six.accuracy).toBeCloseTo(1 / 3, 14);
  // log_loss of spam, ham, ham, spam: 0.21616…
  expect(classificationMetrics(binary(0.9, 0.1, 0.2, 0.65), [1, 0, 0, 1], 2).logLoss).toBeCloseTo(
    0.21616187468057912,
    14,
  );
  // r2_score, mean_squared_error, mean_absolute_error
  const found = regressionMetrics([2.5, 0, 2, 8], [3, -0.5, 2, 7]);
  expect(found.r2).toBeCloseTo(0.9486081370449679, 14);
  expect(found.rmse).toBeCloseTo(Math.sqrt(0.375), 14);
  expect(found.mae).toBe(0.5);
});

test("perfect and wholly wrong predictions", () => {
  const labels = [0, 1, 2, 2];
  const perfect = classificationMetrics(certain(3, ...labels), labels, 3);
  expect(perfect).toMatchObject({ accuracy: 1, macroF1: 1, auc: 1 });
  expect(perfect.logLoss).toBeCloseTo(0, 15);
  const wrong = classificationMetrics(binary(1, 0, 1), [0, 1, 0], 2);
  expect(wrong).toMatchObject({ accuracy: 0, macroF1: 0, auc: 0 });
  expect(wrong.logLoss).toBeCloseTo(52 * Math.LN2, 12);
  expect(regressionMetrics([1, 2, 4], [1, 2, 4])).toEqual({ r2: 1, rmse: 0, mae: 0 });
});

test("among equally probable classes the first is predicted", () => {
  expect(classificationMetrics(binary(0.5, 0.5), [0, 1], 2).confusion).toEqual([
    [1, 0],
    [1, 0],
  ]);
});

test("AUC counts pairs, ties half", () => {
  // Hits 0.5 and 0.7 against misses 0.5, 0.2 and 0.9: ½ + 1 + 0 and 1 + 1 + 0 of six pairs.
  expect(classificationMetrics(binary(0.5, 0.7, 0.5, 0.2, 0.9), [1, 1, 0, 0, 0], 2).auc).toBeCloseTo(3.5 / 6, 14);
  const scores = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.boolean()), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(scores, (rows) => {
      const hits = rows.filter(([, hit]) => hit);
      const misses = rows.filter(([, hit]) => !hit);
      const won = hits.flatMap(([a]) => misses.map(([b]) => (a > b ? 1 : a === b ? 0.5 : 0) as number));
      const pairs = won.length === 0 ? null : won.reduce((sum, win) => sum + win, 0) / won.length;
      const { auc } = classificationMetrics(
        rows.flatMap(([score]) => [0, score / 4]),
        rows.map(([, hit]) => Number(hit)),
        2,
      );
      if (pairs === null) expect(auc).toBeNull();
      else expect(auc).toBeCloseTo(pairs, 12);
    }),
    { seed: 21 },
  );
});

test("AUC of several classes: the mean of each against the rest, without those that are undefined", () => {
  const probabilities = [0.6, 0.3, 0.1, 0.5, 0.4, 0.1, 0.2, 0.5, 0.3, 0.7, 0.2, 0.1];
  // Class 0 (rows 0 and 1) scores 0.6, 0.5 against 0.2, 0.7: 2 of 4 pairs. Class 1 (rows 2 and 3): 0.5, 0.2 against
  // 0.3, 0.4: 2 of 4. No row is of class 2.
  expect(classificationMetrics(probabilities, [0, 0, 1, 1], 3).auc).toBe(0.5);
  // Rows 1 and 3 of class 0 (0.5, 0.7 against 0.6, 0.2: 3 of 4), row 0 of class 1 (0 of 3), row 2 of class 2 (3 of 3).
  expect(classificationMetrics(probabilities, [1, 0, 2, 0], 3).auc).toBeCloseTo((0.75 + 1 / 3 + 1) / 3, 14);
  expect(classificationMetrics(probabilities, [2, 2, 2, 2], 3).auc).toBeNull();
});

test("macro F1 leaves out classes that are in neither truth nor prediction", () => {
  // Class 0: 2·1/(2·1 + 1) = ⅔; class 1: predicted once, never true: 0.
  expect(classificationMetrics(certain(4, 0, 1), [0, 0], 4).macroF1).toBeCloseTo(1 / 3, 14);
});

test("R² has no value on a constant target", () => {
  expect(regressionMetrics([0.1, 0.2, 0.3], [0.1, 0.1, 0.1]).r2).toBeNull();
  expect(regressionMetrics([5], [4])).toEqual({ r2: null, rmse: 1, mae: 1 });
  expect(regressionMetrics([1, 1, 9], [2, 2, 3], [1, 1, 0]).r2).toBeNull();
});

/** Rows with whole weights, and the same rows each repeated as often. */
const weighted = fc.array(
  fc.record({
    label: fc.integer({ min: 0, max: 2 }),
    scores: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })),
    weight: fc.integer({ min: 0, max: 3 }),
  }),
  { minLength: 2, maxLength: 20 },
);

/** Every metric there is, of rows with or without weights. */
function everything(
  rows: readonly { label: number; scores: readonly number[]; weight: number }[],
  useWeights: boolean,
) {
  const weights = useWeights ? rows.map(({ weight }) => weight) : undefined;
  const labels = rows.map(({ label }) => label);
  const probabilities = rows.flatMap(({ scores }) =>
    scores.map((s) => s / scores.reduce((sum, other) => sum + other, 0)),
  );
  const [predictions, targets] = [0, 1].map((i) => rows.map(({ scores }) => scores[i]));
  return [
    classificationMetrics(probabilities, labels, 3, weights),
    classificationBaseline(labels, labels, 3, weights, weights),
    regressionMetrics(predictions, targets, weights),
    regressionBaseline(targets, targets, weights, weights),
    residualSummary(predictions, targets, weights),
  ];
}

/** Numbers become close matchers, at any depth. */
function about(value: unknown): unknown {
  if (typeof value === "number") return expect.closeTo(value, 9);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(about);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, about(inner)]));
}

test("a weight of two is the row twice, of nought the row absent", () => {
  fc.assert(
    fc.property(weighted, (rows) => {
      fc.pre(rows.some(({ weight }) => weight > 0));
      const repeated = rows.flatMap((row) => new Array<typeof row>(row.weight).fill(row));
      expect(everything(rows, true)).toEqual(about(everything(repeated, false)));
    }),
    { seed: 22, numRuns: 300 },
  );
});

test("the classification baseline answers with the training labels' shares", () => {
  const found = classificationBaseline([0, 1, 1, 1], [1, 0, 1, 2], 3);
  expect(found).toMatchObject({ accuracy: 0.5, auc: 0.5 });
  expect(found.confusion).toEqual([
    [0, 1, 0],
    [0, 2, 0],
    [0, 1, 0],
  ]);
  expect(found.logLoss).toBeCloseTo(-(2 * Math.log(0.75) + Math.log(0.25) + Math.log(2 ** -52)) / 4, 12);
  expect(classificationBaseline([0, 1, 1], [0, 1], 2, undefined, [5, 1, 1]).confusion).toEqual([
    [1, 0],
    [1, 0],
  ]);
});

test("the regression baseline answers with the mean of the training targets", () => {
  // Guess 3 for targets 1, 5, 6: errors 2, 2, 3 around the mean 4.
  const found = regressionBaseline([1, 2, 6], [1, 5, 6]);
  expect(found.mae).toBeCloseTo(7 / 3, 14);
  expect(found.rmse).toBeCloseTo(Math.sqrt(17 / 3), 14);
  expect(found.r2).toBeCloseTo(1 - 17 / 14, 14);
  expect(regressionBaseline([1, 2, 6], [1, 2, 6]).r2).toBeCloseTo(0, 14);
});

test("residuals: target − prediction, with quartiles midway between rows where the share falls there", () => {
  expect(residualSummary([0, 0, 0, 0], [4, 1, 3, 2])).toEqual({ min: 1, q1: 1.5, median: 2.5, q3: 3.5, max: 4 });
  expect(residualSummary([1, 1, 1, 1, 1], [11, 21, 31, 41, 51])).toEqual({
    min: 10,
    q1: 20,
    median: 30,
    q3: 40,
    max: 50,
  });
  expect(residualSummary([7], [5])).toEqual({ min: -2, q1: -2, median: -2, q3: -2, max: -2 });
});

test("lengths that do not fit, and no rows, are refused", () => {
  expect(() => classificationMetrics([0.5, 0.5, 0.5], [0, 1], 2)).toThrow("metrics: expected 4 probabilities, got 3");
  expect(() => regressionMetrics([1], [1, 2])).toThrow("metrics: expected 2 predictions, got 1");
  expect(() => residualSummary([1], [1, 2])).toThrow("metrics: expected 2 predictions, got 1");
  expect(() => regressionMetrics([1, 2], [1, 2], [1])).toThrow("metrics: expected 2 weights, got 1");
  expect(() => regressionMetrics([1, 2], [1, 2], [0, 0])).toThrow("there are no rows to measure on");
  expect(() => classificationMetrics([], [], 2)).toThrow("there are no rows to measure on");
  expect(() => regressionBaseline([], [1])).toThrow("there are no rows to measure on");
});
