/** Metrics against scikit-learn's, to 1e-12, on the random cases of `fixtures/make_metrics.py`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as metrics from "../../src/judging/metrics/by-name.ts";

type Numbers = readonly number[];
type Case = Readonly<Record<string, unknown>> & {
  readonly labels: Numbers;
  readonly classes: number;
  readonly weights: Numbers | null;
};

const FIXTURE = join(import.meta.dirname, "../fixtures/metrics.json");
const cases: Readonly<Record<string, Case[]>> = JSON.parse(readFileSync(FIXTURE, "utf8"));

/** Equal to 1e-12 of the larger of 1 and the number; null is only null, in lists element by element. */
function expectClose(ours: unknown, theirs: unknown, what: string): void {
  const pairs = (Array.isArray(theirs) ? theirs.flat() : [theirs]).map((value, i) => [
    Array.isArray(ours) ? ours.flat()[i] : ours,
    value,
  ]);
  for (const [own, other] of pairs) {
    if (other === null || own === null) expect(own, what).toBe(other);
    else
      expect(Math.abs(own - other), `${what}: ${own} and ${other}`).toBeLessThan(1e-12 * Math.max(1, Math.abs(other)));
  }
}

const told = (given: Case, i: number) => (ours: Readonly<Record<string, unknown>>) => {
  for (const [name, value] of Object.entries(ours)) expectClose(value, given[name], `${name} of case ${i}`);
};

const FOUND = { precision: metrics.precisionScore, recall: metrics.recallScore, f1: metrics.f1Score };

test("predicted classes", () => {
  for (const [i, given] of cases.labels.entries()) {
    const { labels, classes } = given;
    const predicted = given.predicted as Numbers;
    const options = { classes, weights: given.weights ?? undefined };
    const found = Object.entries(FOUND).flatMap(([name, score]) => {
      const each = Array.from({ length: classes }, (_, of) => score(predicted, labels, { ...options, of }));
      const mean = (of: "macro" | "weighted") => score(predicted, labels, { ...options, of });
      return [
        [`${name} each`, each] as const,
        ...(["macro", "weighted"] as const).map((of) => [`${name} ${of}`, mean(of)] as const),
      ];
    });
    told(
      given,
      i,
    )({
      confusion: metrics.confusionMatrix(predicted, labels, options),
      accuracy: metrics.accuracyScore(predicted, labels, options),
      balanced: metrics.balancedAccuracyScore(predicted, labels, options),
      mcc: metrics.matthewsCorrcoef(predicted, labels, options),
      kappa: metrics.cohenKappaScore(predicted, labels, options),
      "kappa linear": metrics.cohenKappaScore(predicted, labels, { ...options, disagreement: "linear" }),
      "kappa quadratic": metrics.cohenKappaScore(predicted, labels, { ...options, disagreement: "quadratic" }),
      ...Object.fromEntries(found),
    });
  }
  // The default means are those of macro, and as many classes as there are labels.
  const [{ predicted, labels }] = cases.labels;
  expect(metrics.f1Score(predicted as Numbers, labels)).toBe(
    metrics.f1Score(predicted as Numbers, labels, { of: "macro" }),
  );
});

const bins = (curve: readonly metrics.CalibrationBin[]) => ({
  observed: curve.map(({ observed }) => observed),
  predicted: curve.map(({ predicted }) => predicted),
});

describe("probabilities", () => {
  test("of the second of two classes, also as two columns", () => {
    for (const [i, given] of cases.binary.entries()) {
      const { labels } = given;
      const p = given.probabilities as Numbers;
      const options = { weights: given.weights ?? undefined };
      const both = p.flatMap((of) => [1 - of, of]);
      told(
        given,
        i,
      )({
        auc: metrics.rocAucScore(p, labels, options),
        "average precision": metrics.averagePrecisionScore(p, labels, options),
        "log loss": metrics.logLoss(p, labels, options),
        brier: metrics.brierScoreLoss(p, labels, options),
      });
      expectClose(metrics.logLoss(both, labels, options), given["log loss"], "log loss");
      expectClose(metrics.brierScoreLoss(both, labels, options), given.brier, "brier");
      for (const strategy of ["uniform", "quantile"] as const) {
        const theirs = given[strategy] as { observed: Numbers; predicted: Numbers; error: number } | null;
        if (theirs === null) continue;
        const how = { bins: given.bins as number, strategy };
        const curve = metrics.calibrationCurve(p, labels, how);
        expect(curve).toHaveLength(theirs.observed.length);
        told(theirs as never, i)(bins(curve));
        expectClose(
          metrics.expectedCalibrationError(both, labels, how),
          theirs.error,
          `${strategy} error of case ${i}`,
        );
      }
    }
  });

  test("of several classes, one against the rest", () => {
    for (const [i, given] of cases.several.entries()) {
      const { labels } = given;
      const p = given.probabilities as Numbers;
      const options = { weights: given.weights ?? undefined };
      const auc = metrics.rocAucScoreOvr(p, labels, options);
      const precision = metrics.averagePrecisionScoreOvr(p, labels, options);
      told(
        given,
        i,
      )({
        auc: auc.macro,
        "auc each": auc.classes,
        "average precision": precision.macro,
        "average precision each": precision.classes,
        "log loss": metrics.logLoss(p, labels, options),
        brier: metrics.brierScoreLoss(p, labels, options),
      });
      const top = given.top as { observed: Numbers; predicted: Numbers; error: number } | null;
      if (top === null) continue;
      told(top as never, i)(bins(metrics.calibrationCurve(p, labels)));
      expectClose(metrics.expectedCalibrationError(p, labels), top.error, `error of case ${i}`);
    }
  });
});

test("amounts", () => {
  for (const [i, given] of cases.amounts.entries()) {
    const [predictions, targets] = [given.predictions as Numbers, given.targets as Numbers];
    const options = { weights: given.weights ?? undefined };
    told(
      given,
      i,
    )({
      r2: metrics.r2Score(predictions, targets, options),
      rmse: metrics.rootMeanSquaredError(predictions, targets, options),
      mae: metrics.meanAbsoluteError(predictions, targets, options),
      median: metrics.medianAbsoluteError(predictions, targets, options),
      mape: metrics.meanAbsolutePercentageError(predictions, targets, options),
      pinball: metrics.meanPinballLoss(predictions, targets, { ...options, alpha: given.alpha as number }),
      ...(given.deviance !== null && { deviance: metrics.meanPoissonDeviance(predictions, targets, options) }),
    });
  }
});

test("the cases hold what is hard: ties, weights, absent classes, what is not defined", () => {
  const all = Object.values(cases).flat();
  expect(all.filter(({ weights }) => weights !== null).length).toBeGreaterThan(60);
  expect(cases.labels.filter(({ labels, classes }) => new Set(labels).size < classes).length).toBeGreaterThan(10);
  expect(cases.labels.filter(({ predicted }) => new Set(predicted as Numbers).size === 1).length).toBeGreaterThan(2);
  expect(cases.binary.filter(({ auc }) => auc === null).length).toBeGreaterThan(2);
  const hasTies = ({ probabilities }: Case): boolean =>
    new Set(probabilities as Numbers).size < (probabilities as Numbers).length;
  expect(cases.binary.filter(hasTies).length).toBeGreaterThan(20);
  expect(cases.several.filter(({ labels, classes }) => new Set(labels).size < classes).length).toBeGreaterThan(5);
  expect(cases.amounts.filter(({ deviance }) => deviance !== null).length).toBeGreaterThan(10);
});
