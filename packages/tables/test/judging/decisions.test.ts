/** Thresholds and temperatures: the best by trying all, slopes by differences, and models that keep what was found. */
import { losses, type Model, predictorOf, referenceEngine, wasmEngine } from "@chaingrad/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkModel } from "../../src/explain.ts";
import { judgedRows } from "../../src/judging/labelled-rows.ts";
import {
  type Costs,
  calibrated,
  calibratedThreshold,
  calibrateModel,
  chooseThreshold,
  type Decision,
  decideAt,
  fitTemperature,
  metrics,
  type ThresholdGoal,
  twoClassesOf,
  withThreshold,
} from "../../src/judging.ts";
import { readModel, writeModel } from "../../src/model/model-file.ts";
import { predictedColumns } from "../../src/model/predicted-columns.ts";
import { tableOf } from "../../src/rows.ts";
import { trainTable } from "../../src/train-table.ts";
import { randomNumbers } from "../random-numbers.ts";

/** Rows of both classes, with probabilities that tie. */
const rows = fc
  .array(
    fc.record({
      p: fc.oneof(
        fc.integer({ min: 0, max: 8 }).map((k) => k / 8),
        fc.double({ min: 0, max: 1, noNaN: true }),
      ),
      y: fc.integer({ min: 0, max: 1 }),
      w: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 2, maxLength: 25 },
  )
  .filter((all) => all.some(({ y }) => y === 0) && all.some(({ y }) => y === 1));

const columns = (all: readonly { p: number; y: number; w: number }[]) => ({
  p: all.map(({ p }) => p),
  y: all.map(({ y }) => y),
  w: all.map(({ w }) => w),
});

/** Every decision that thresholds from 0 to 1 can make. */
const everyDecision = (p: number[], y: number[], weights: number[], costs?: Costs): Decision[] =>
  [0, ...p].map((threshold) => decideAt(threshold, p, y, { weights, costs }));

const COSTS: Costs = [
  [0, 1],
  [5, 0],
];

describe("a threshold", () => {
  test.each<[string, ThresholdGoal, (one: Decision) => number]>([
    ["F1", { for: "f1" }, ({ f1 }) => Number(f1)],
    ["costs", { costs: COSTS }, ({ cost }) => -Number(cost)],
  ])("for %s is the best of all, and the highest of the best", (_, goal, worth) => {
    fc.assert(
      fc.property(rows, (all) => {
        const { p, y, w } = columns(all);
        const costs = "costs" in goal ? goal.costs : undefined;
        const found = chooseThreshold(p, y, goal, w);
        const every = everyDecision(p, y, w, costs);
        expect(worth(found)).toBe(Math.max(...every.map(worth)));
        // It does what it says it does.
        expect(decideAt(found.threshold, p, y, { weights: w, costs })).toEqual(found);
        for (const other of every.filter((one) => worth(one) === worth(found))) {
          const said = (one: Decision): number => one.confusion[0][1] + one.confusion[1][1];
          expect(said(other)).toBeGreaterThanOrEqual(said(found));
        }
      }),
    );
  });

  test("for a recall has it, with the fewest false alarms of all that have it", () => {
    fc.assert(
      fc.property(rows, fc.double({ min: 0.05, max: 1, noNaN: true }), (all, recall) => {
        const { p, y, w } = columns(all);
        const having = everyDecision(p, y, w).filter((one) => Number(one.recall) >= recall);
        if (having.length === 0) {
          expect(() => chooseThreshold(p, y, { recall }, w)).toThrow("no threshold has this recall");
          return;
        }
        const found = chooseThreshold(p, y, { recall }, w);
        expect(found.recall).toBeGreaterThanOrEqual(recall);
        expect(found.confusion[0][1]).toBe(Math.min(...having.map(({ confusion }) => confusion[0][1])));
      }),
    );
  });

  test("is a short number between two probabilities, and 0 or 1 at the ends", () => {
    const [p, y] = [
      [0.1, 0.4, 0.35, 0.8],
      [0, 0, 1, 1],
    ];
    expect(chooseThreshold(p, y, { for: "f1" })).toEqual({
      ...{ threshold: 0.2, accuracy: 0.75, precision: 2 / 3, recall: 1, f1: 0.8 },
      confusion: [
        [1, 1],
        [0, 2],
      ],
    });
    expect(chooseThreshold([1, 1], [0, 1], { costs: [[0, 9], [1, 0]] }).threshold).toBe(1); // biome-ignore format: a matrix
    const close = 0.5 + Number.EPSILON / 2;
    expect(chooseThreshold([0.5, close], [0, 1], { for: "f1" }).threshold).toBe(0.5);
    expect(chooseThreshold([0.5, close], [0, 1], { for: "f1" }).f1).toBe(1);
  });

  test("of costs where probabilities are what they say", () => {
    expect(calibratedThreshold(COSTS)).toBeCloseTo(1 / 6, 15);
    expect(calibratedThreshold([[-1, 3], [2, 1]])).toBeCloseTo(4 / 5, 15); // biome-ignore format: a matrix
    // Probabilities that come true as often as they say: the chosen threshold decides as the formula does.
    const levels = [0.05, 0.1, 0.15, 0.2, 0.3, 0.7];
    const made = levels.flatMap((p) => [0, 1].map((y) => ({ p, y, w: y === 1 ? p : 1 - p })));
    const { p, y, w } = columns(made);
    const { threshold } = chooseThreshold(p, y, { costs: COSTS }, w);
    expect(threshold).toBeGreaterThanOrEqual(0.15);
    expect(threshold).toBeLessThan(0.2);
  });

  test.each<[string, () => unknown]>([
    ["labels[1] is 2; expected a class from 0 to 1", () => chooseThreshold([0.1, 0.2], [0, 2], { for: "f1" })],
    [
      "probabilities[0] is 1.5; expected a probability from 0 to 1",
      () => chooseThreshold([1.5, 0.2], [0, 1], { for: "f1" }),
    ],
    ["expected 2 probabilities, got 3", () => chooseThreshold([0.1, 0.2, 0.3], [0, 1], { for: "f1" })],
    ["all weights are 0", () => chooseThreshold([0.1, 0.2], [0, 1], { for: "f1" }, [0, 0])],
    ["weights[1] is -1", () => chooseThreshold([0.1, 0.2], [0, 1], { for: "f1" }, [1, -1])],
    ["no row is of the class", () => chooseThreshold([0.1, 0.2], [0, 0], { for: "f1" })],
    ["every row is of the class", () => chooseThreshold([0.1, 0.2], [1, 1], { costs: COSTS })],
    ["chooseThreshold has no goal 'f2'", () => chooseThreshold([0.1], [0], { f2: 1 } as never)],
    ["expected one goal", () => chooseThreshold([0.1], [0], {} as never)],
    ["expected one goal", () => chooseThreshold([0.1], [0], { recall: 0.5, for: "f1" } as never)],
    ['for can be "f1", got accuracy', () => chooseThreshold([0.1], [0], { for: "accuracy" } as never)],
    ["recall must be a number > 0 and ≤ 1, got 0", () => chooseThreshold([0.1], [0], { recall: 0 })],
    ["two rows of two numbers", () => chooseThreshold([0.1], [0], { costs: [[0, 1]] })],
    ["costs: FP must be a finite number", () => chooseThreshold([0.1], [0], { costs: [[0, Number.NaN], [1, 0]] })], // biome-ignore format: a matrix
    ["being wrong must cost more", () => chooseThreshold([0.1], [0], { costs: [[1, 0], [1, 0]] })], // biome-ignore format: a matrix
    ["threshold must be a number from 0 to 1, got 1.1", () => decideAt(1.1, [0.1], [0])],
  ])("refuses: %s", (message, work) => {
    expect(work).toThrow(RangeError);
    expect(work).toThrow(message);
  });
});

/** Logits whose labels are drawn by softmax(z / T). */
function drawn(size: number, classes: number, temperature: number, seed: number) {
  const z = randomNumbers(size * classes, 1, seed).map((value) => 6 * value);
  const labels = Array.from(randomNumbers(size, 2, seed), (u, row) => {
    const own = Array.from(z.subarray(row * classes, (row + 1) * classes), (value) => Math.exp(value / temperature));
    let left = ((u + 1) / 2) * own.reduce((a, b) => a + b);
    return Math.max(
      0,
      own.findIndex((e) => {
        left -= e;
        return left <= 0;
      }),
    );
  });
  return { z, labels };
}

/** −mean ln softmax(z / T), plainly. */
function nll(
  z: ArrayLike<number>,
  labels: readonly number[],
  temperature: number,
  weights?: readonly number[],
): number {
  const classes = z.length / labels.length;
  let [sum, total] = [0, 0];
  labels.forEach((label, row) => {
    const own = Array.from({ length: classes }, (_, k) => z[row * classes + k] / temperature);
    const most = Math.max(...own);
    const w = weights?.[row] ?? 1;
    sum += w * (most + Math.log(own.reduce((a, value) => a + Math.exp(value - most), 0)) - own[label]);
    total += w;
  });
  return sum / total;
}

describe("a temperature", () => {
  test.each([
    [2, 0.4],
    [3, 1],
    [5, 2.5],
    [4, 20],
  ])("of %i classes drawn at %f has no slope, and no neighbour that is better", (classes, temperature) => {
    const { z, labels } = drawn(400, classes, temperature, 7);
    const weights = labels.map((_, row) => row % 4);
    const found = fitTemperature(z, labels, weights);
    const T = found.temperature;
    expect(Math.abs(found.gradient)).toBeLessThan(1e-9);
    const h = 1e-4;
    const at = (t: number): number => nll(z, labels, t, weights);
    expect((at(T * Math.exp(h)) - at(T * Math.exp(-h))) / (2 * h)).toBeCloseTo(0, 7);
    for (const factor of [0.5, 0.9, 0.99, 1.01, 1.1, 2]) expect(at(T * factor)).toBeGreaterThan(found.after);
    expect(found.after).toBeCloseTo(at(T), 12);
    expect(found.before).toBeCloseTo(at(1), 12);
    expect(found.after).toBeLessThanOrEqual(found.before);
    expect(found.steps).toBeLessThan(30);
  });

  test("comes back as what labels were drawn at, as rows grow", () => {
    const { z, labels } = drawn(40_000, 3, 2.5, 3);
    expect(fitTemperature(z, labels).temperature).toBeCloseTo(2.5, 1);
  });

  test("is found where logits are far out, and next to certain", () => {
    for (const scale of [1e-6, 1e-3, 1e3, 1e6]) {
      const { z, labels } = drawn(200, 3, 2, 5);
      const scaled = fitTemperature(
        z.map((value) => scale * value),
        labels,
      );
      expect(scaled.temperature / scale / fitTemperature(z, labels).temperature).toBeCloseTo(1, 8);
    }
    // All right but one: hardly bounded.
    const many = Array.from({ length: 2000 }, (_, i) => (i === 0 ? [5, 0] : [0, 5])).flat();
    const { temperature } = fitTemperature(many, new Array(2000).fill(1));
    // p = σ(5 / T) of all but one, so that σ(5 / T) = 1999 / 2000.
    expect(temperature).toBeCloseTo(5 / Math.log(1999), 9);
  });

  test.each<[string, () => unknown]>([
    ["every row is right", () => fitTemperature([0, 5, 3, 1], [1, 0])],
    ["no better than chance", () => fitTemperature([5, 0, 0, 1], [1, 0])],
    ["labels[1] is 2; expected a class from 0 to 1", () => fitTemperature([0, 5, 3, 1], [1, 2])],
    ["logits[2] is NaN", () => fitTemperature([0, 5, Number.NaN, 1], [1, 0])],
    ["expected 4 logits, got 3", () => fitTemperature([0, 5, 3], [1, 0])],
    ["all weights are 0", () => fitTemperature([0, 5, 3, 1], [1, 0], [0, 0])],
    ["there are no rows", () => fitTemperature([], [])],
  ])("refuses: %s", (message, work) => {
    expect(work).toThrow(RangeError);
    expect(work).toThrow(message);
  });
});

const network = { inputs: 3, layers: [{ units: 5, activation: "tanh" }, { units: 3, activation: "identity" }] } as const; // biome-ignore format: one line

function modelOf(last: object = {}): Model {
  const spec = { ...network, layers: [network.layers[0], { ...network.layers[1], ...last }] };
  const tensors = { W1: randomNumbers(15, 1, 1), b1: randomNumbers(5, 2, 1), W2: randomNumbers(15, 3, 1) };
  const rest = "normalisation" in last ? { gain2: randomNumbers(3, 5, 1), shift2: randomNumbers(3, 6, 1) } : {};
  const bias = "bias" in last ? {} : { b2: randomNumbers(3, 4, 1) };
  const objective = { loss: losses["softmax-cross-entropy"](), reduction: "mean", l1: 0, l2: 0 } as Model["objective"];
  return { network: spec, objective, tensors: { ...tensors, ...bias, ...rest } };
}

describe("a model that keeps its temperature", () => {
  test.each([
    ["plain", {}],
    ["without a bias", { bias: false }],
    ["normalised", { normalisation: "layer" }],
  ] as const)(
    // biome-ignore format: one line
    "%s predicts softmax(z / T) to 1e-12",
    (_, last) => {
      const model = modelOf(last);
      const x = randomNumbers(60, 9, 2);
      const of = (one: Model) => predictorOf(one, referenceEngine, 20, "f64").predict(x);
      const { outputs } = of(model);
      const { predictions } = of(calibrated(model, 1.7));
      for (let row = 0; row < 20; row++) {
        const own = Array.from(outputs.subarray(3 * row, 3 * row + 3), (z) => Math.exp(z / 1.7));
        const sum = own.reduce((a, b) => a + b);
        for (let k = 0; k < 3; k++) expect(Math.abs(predictions[3 * row + k] - own[k] / sum)).toBeLessThan(1e-12);
      }
    },
  );

  test("is refused where a temperature has no place", () => {
    const model = modelOf();
    expect(() => calibrated(model, 0)).toThrow("temperature must be a number > 0, got 0");
    expect(() => calibrated(model, Number.NaN)).toThrow("temperature must be a number > 0");
    const amounts = { ...model, objective: { ...model.objective, loss: losses["mean-squared-error"]() } };
    expect(() => calibrated(amounts, 2)).toThrow("this model's loss is 'mean-squared-error'");
    expect(() => calibrated(modelOf({ activation: "tanh" }), 2)).toThrow("with the activation 'identity'");
  });

  test("of a table is saved, read and explained as any, and its log loss is less", async () => {
    const table = Array.from({ length: 240 }, (_, i) => {
      const [a, b] = [(i * 37) % 50, (i * 13) % 20];
      return { a, b, y: a + ((i * 7919) % 40) > 45 ? "yes" : "no" };
    });
    const engine = await wasmEngine({ threads: 1 });
    const options = { target: "y", hidden: [16], epochs: 300, patience: 300, seed: 3, engine } as const;
    const { model } = await trainTable(table.slice(0, 120), options);
    const { data } = judgedRows(model, tableOf(table.slice(120)));
    const found = calibrateModel(model, engine, data);
    expect(found.temperature.temperature).toBeGreaterThan(1);
    expect(found.after.loss).toBeLessThan(Number(found.before.loss));
    expect(found.after.loss).toBeCloseTo(found.temperature.after, 9);
    expect(Object.keys(found.model.metrics)).toEqual(["calibration"]);
    const again = readModel(writeModel(found.model)) as typeof model;
    const said = predictedColumns(again, engine, tableOf(table));
    expect(said.columns[0].values).toEqual(predictedColumns(model, engine, tableOf(table)).columns[0].values);
    expect(checkModel(again, table.slice(0, 2)).verdict).toBe(checkModel(model, table.slice(0, 2)).verdict);
    // A threshold decides anew, and leaves probabilities as they are.
    const decided = withThreshold(said, model.target, { threshold: 0.9 });
    const ofYes = Array.from(said.columns[2].values as ArrayLike<number>);
    expect(decided.columns[0].values).toEqual(ofYes.map((p) => (p > 0.9 ? "yes" : "no")));
    expect(decided.columns.slice(1)).toEqual(said.columns.slice(1));
    const ofNo = withThreshold(said, model.target, { threshold: 0.9, positive: "no" });
    expect(ofNo.columns[0].values).toEqual(ofYes.map((p) => (Math.fround(1 - p) > 0.9 ? "no" : "yes")));
    expect(() => withThreshold(said, model.target, { threshold: 2 })).toThrow("threshold must be a number from 0 to 1");
  });
});

test("thresholds are for two classes, and one of them", () => {
  const classes = (...names: string[]) =>
    ({ task: "classification", name: "y", classes: names, counts: [], why: "" }) as const;
  expect(twoClassesOf(classes("no", "yes"))).toEqual({ positive: "yes", negative: "no" });
  expect(twoClassesOf(classes("no", "yes"), "no")).toEqual({ positive: "no", negative: "yes" });
  expect(() => twoClassesOf(classes("no", "yes"), "yse")).toThrow("did you mean 'yes'?");
  expect(() => twoClassesOf(classes("a", "b", "c"))).toThrow("'y' has 3 (a, b, c): merge them into two");
  const amount = { task: "regression", name: "y", mean: 0, scale: 1, why: "" } as const;
  expect(() => twoClassesOf(amount)).toThrow("'y' is a regression");
  expect(() => twoClassesOf({ task: "several", name: "y", why: "", targets: [amount, amount] })).toThrow("several");
});

test("metrics refuse what they cannot measure", () => {
  const refusals: [string, () => unknown][] = [
    ["labels[0] is -1; expected a class from 0 to 1", () => metrics.accuracyScore([0, 1], [-1, 1], { classes: 2 })],
    ["predictions[1] is 0.5", () => metrics.f1Score([0, 0.5], [0, 1])],
    ["expected 2 predictions, got 1", () => metrics.matthewsCorrcoef([0], [0, 1])],
    ["f1Score has no option 'average'; it has", () => metrics.f1Score([0], [0], { average: "macro" } as never)],
    ["of 'micro' is not known", () => metrics.f1Score([0], [0], { of: "micro" as never })],
    ["f1Score: of[0] is 3", () => metrics.f1Score([0, 1], [0, 1], { of: 3 })],
    ["disagreement 'cubic' is not known", () => metrics.cohenKappaScore([0], [0], { disagreement: "cubic" as never })],
    ["probabilities of row 1 (from 0) sum to 1.5", () => metrics.logLoss([0.5, 0.5, 0.5, 1], [0, 1])],
    ["probabilities[1] is -0.1", () => metrics.brierScoreLoss([0.1, -0.1], [0, 1])],
    [
      "expected probabilities [2] of the second class, or [2, classes], got 3",
      () => metrics.logLoss([1, 0, 1], [0, 1]),
    ],
    ["labels[1] is 2; expected a class from 0 to 1", () => metrics.calibrationCurve([0.1, 0.2], [0, 2])],
    ["bins must be", () => metrics.calibrationCurve([0.1, 0.2], [0, 1], { bins: 0 })],
    ["strategy 'even' is not known", () => metrics.expectedCalibrationError([0.1], [0], { strategy: "even" as never })],
    ["scores[0] is NaN", () => metrics.rocAucScore([Number.NaN, 1], [0, 1])],
    ["expected scores [2, classes]", () => metrics.rocAucScoreOvr([0.1, 1], [0, 1])],
    ["targets[1] is Infinity", () => metrics.r2Score([0, 1], [0, Number.POSITIVE_INFINITY])],
    ["predictions[1] is 0; Poisson's deviance takes rates > 0", () => metrics.meanPoissonDeviance([1, 0], [1, 0])],
    ["targets[0] is -1; Poisson's", () => metrics.meanPoissonDeviance([1, 1], [-1, 0])],
    ["alpha must be", () => metrics.meanPinballLoss([1], [1], { alpha: 2 })],
    ["all weights are 0", () => metrics.meanAbsoluteError([1], [1], { weights: [0] })],
    ["there are no rows", () => metrics.accuracyScore([], [])],
  ];
  for (const [message, work] of refusals) {
    expect(work, message).toThrow(RangeError);
    expect(work).toThrow(message);
  }
});

test("what is not defined of one class alone is null", () => {
  expect(metrics.rocAucScore([0.1, 0.9], [1, 1])).toBeNull();
  expect(metrics.averagePrecisionScore([0.1, 0.9], [0, 0])).toBeNull();
  expect(metrics.averagePrecisionScore([0.1, 0.9], [1, 1])).toBe(1);
  expect(metrics.matthewsCorrcoef([0, 1], [1, 1])).toBeNull();
  expect(metrics.matthewsCorrcoef([1, 1], [0, 1])).toBe(0);
  expect(metrics.cohenKappaScore([1, 1], [1, 1])).toBeNull();
  expect(metrics.precisionScore([0, 0], [0, 1], { of: 1 })).toBeNull();
  expect(metrics.r2Score([1, 2], [3, 3])).toBeNull();
  expect(metrics.rocAucScoreOvr([0.5, 0.5], [0])).toEqual({ classes: [null, null], macro: null });
});
