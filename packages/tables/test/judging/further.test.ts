/** All that is said of each kind of target, recomputed from the columns that a model predicts. */
import { wasmEngine } from "@chaingrad/core";
import { expect, test } from "vitest";
import { judgedRows } from "../../src/judging/labelled-rows.ts";
import { evaluateFully, metrics } from "../../src/judging.ts";
import { predictedColumns } from "../../src/model/predicted-columns.ts";
import { tableOf } from "../../src/rows.ts";
import { trainTable } from "../../src/train-table.ts";
import { randomNumbers } from "../random-numbers.ts";

const [a, b, noise] = [1, 2, 3].map((stream) => randomNumbers(160, stream, 4));
const rows = Array.from(a, (x, i) => {
  const sum = x + b[i] + noise[i];
  const size = sum < -0.7 ? "small" : sum < 0.7 ? "medium" : "large";
  const tags = [...(x + noise[i] > 0 ? ["red"] : []), ...(b[i] > 0 ? ["old"] : [])].join(";") || "[]";
  return { a: x, b: b[i], size, tags, cost: 10 + sum, w: 1 + (i % 3) };
});
const engine = await wasmEngine({ threads: 1 });

async function judged(target: string | string[], options: object = {}) {
  const recipe = { hidden: [4], epochs: 20, seed: 1, engine } as const;
  const all = rows.map(({ a: x, b: y, w, ...rest }) => {
    const own = [target].flat().map((name) => [name, rest[name as keyof typeof rest]]);
    return { a: x, b: y, w, ...Object.fromEntries(own) };
  });
  const { model } = await trainTable(all, { target, drop: ["w"], ...recipe, ...options } as never);
  const table = tableOf(all);
  const { columns } = predictedColumns(model, engine, table);
  const numbers = (name: string) => Array.from(columns.find((own) => own.name === name)?.values as Float64Array);
  return { ...evaluateFully(model, engine, judgedRows(model, table).data), numbers, columns };
}

test("classes in an order, with weights", async () => {
  const order = ["small", "medium", "large"];
  const { evaluation, further, numbers, columns } = await judged("size", {
    ...{ task: "ordinal", order, weight: "w", drop: [] },
  });
  const labels = rows.map(({ size }) => order.indexOf(size));
  const predicted = Array.from(columns[0].values as string[], (name) => order.indexOf(name));
  const each = order.map((name) => numbers(`probability ${name}`));
  const probabilities = labels.flatMap((_, row) => each.map((own) => own[row]));
  const weights = rows.map(({ w }) => w);
  const [{ name, scores, averages, classes, reliability }] = further;
  expect(name).toBe("size");
  expect(Object.keys(evaluation.scores)).toEqual(["accuracy", "mae", "f1", "loss"]);
  expect(scores).toEqual({
    "balanced accuracy": metrics.balancedAccuracyScore(predicted, labels, { weights }),
    mcc: metrics.matthewsCorrcoef(predicted, labels, { weights }),
    kappa: metrics.cohenKappaScore(predicted, labels, { weights }),
    "quadratic kappa": metrics.cohenKappaScore(predicted, labels, { weights, disagreement: "quadratic" }),
    "average precision": metrics.averagePrecisionScoreOvr(probabilities, labels, { weights }).macro,
    brier: metrics.brierScoreLoss(probabilities, labels, { weights }),
    "calibration error": metrics.expectedCalibrationError(probabilities, labels, { weights }),
  });
  expect(averages?.macro.f1).toBeCloseTo(evaluation.scores.f1 as number, 14);
  expect(averages?.weighted.recall).toBeCloseTo(evaluation.scores.accuracy as number, 14);
  expect(classes?.map(({ auc }) => auc)).toEqual(metrics.rocAucScoreOvr(probabilities, labels, { weights }).classes);
  expect(reliability).toEqual({ bins: metrics.calibrationCurve(probabilities, labels, { weights }) });
});

test("labels, each against the rest", async () => {
  const { further, numbers } = await judged("tags");
  const [{ scores, classes }] = further;
  const each = ["old", "red"].map((name) => {
    const has = rows.map(({ tags }) => Number(tags.split(";").includes(name)));
    return { name, auc: metrics.rocAucScore(numbers(`probability ${name}`), has) };
  });
  expect(classes).toMatchObject(each);
  expect(scores.auc).toBeCloseTo((Number(each[0].auc) + Number(each[1].auc)) / 2, 14);
  expect(Object.keys(scores)).toEqual(["auc", "average precision"]);
});

test("amounts, and quantiles of them", async () => {
  const cost = rows.map((one) => one.cost);
  const near = (scores: object, name: string, value: number): void =>
    expect(scores[name as keyof typeof scores], name).toBeCloseTo(value, 9);
  const plain = await judged("cost", { loss: "mean-squared-error" });
  const said = plain.numbers("prediction");
  near(plain.further[0].scores, "median absolute error", metrics.medianAbsoluteError(said, cost));
  near(plain.further[0].scores, "mape", metrics.meanAbsolutePercentageError(said, cost));
  near(plain.further[0].scores, "poisson deviance", metrics.meanPoissonDeviance(said, cost));
  const three = await judged("cost", { quantiles: [0.1, 0.5, 0.9] });
  for (const alpha of [0.1, 0.5, 0.9])
    near(
      three.further[0].scores,
      `pinball q${alpha}`,
      metrics.meanPinballLoss(three.numbers(`quantile ${alpha}`), cost, { alpha }),
    );
});

test("several targets, each by its name", async () => {
  const { further } = await judged(["cost", "size"]);
  expect(further.map(({ name }) => name)).toEqual(["cost", "size"]);
  expect(Object.keys(further[0].scores)).toContain("mape");
  expect(further[1].reliability?.bins.length).toBeGreaterThan(1);
});
