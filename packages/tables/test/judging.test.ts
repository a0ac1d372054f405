/** What a training reached, in numbers and words; predictions as columns; categories that training never saw. */
import { type EndEvent, wasmEngine } from "@chaingrad/core";
import { expect, test } from "vitest";
import { judgeTraining } from "../src/judging/judge-training.ts";
import { averagesOf, endingOf, placeOfFault, tellDivergence } from "../src/judging/words.ts";
import { predictedColumns } from "../src/model/predicted-columns.ts";
import { unseenValues } from "../src/model/unseen.ts";
import { ACTIVATIONS, DEFAULTS, OPTIMIZERS, RECIPE_WORDS, type Recipe } from "../src/recipe.ts";
import { remedyFor } from "../src/remedy.ts";
import { tableOf } from "../src/rows.ts";
import { prepareTable } from "../src/table/prepare.ts";
import { type TrainedTable, trainPrepared } from "../src/training.ts";

const rows = Array.from({ length: 90 }, (_, i) => ({
  x: i % 10,
  kind: i % 3 ? "a" : "b",
  y: i % 10 > 4 ? "high" : "low",
}));
const engine = await wasmEngine({ threads: 1 });

async function learn(target: "x" | "y", recipe: Partial<Recipe> = {}) {
  const prepared = prepareTable(tableOf(rows), { target });
  const events = trainPrepared(prepared, { ...DEFAULTS, epochs: 40, flow: true, ...recipe }, { engine });
  let step = await events.next();
  while (!step.done) step = await events.next();
  return { prepared, trained: step.value satisfies TrainedTable };
}

test("scores of every part beside guessing", async () => {
  const { prepared, trained } = await learn("y");
  const { model, evaluations, baseline, beatsBaseline } = judgeTraining(trained, prepared, engine);
  expect(model.metrics).toEqual({
    train: evaluations.train?.scores,
    validation: evaluations.validation?.scores,
    test: evaluations.test?.scores,
  });
  expect(evaluations.test?.scores.accuracy).toBe(1);
  expect(Number(baseline.accuracy)).toBeLessThan(1);
  expect(beatsBaseline).toBe(true);
  const blind = { ...trained.model, tensors: { ...trained.model.tensors } };
  for (const name of Object.keys(blind.tensors)) blind.tensors[name] = new Float64Array(blind.tensors[name].length);
  expect(judgeTraining({ model: blind }, prepared, engine).beatsBaseline).toBe(false);
});

test("the history of every epoch, and of the flow where it was measured", async () => {
  const { trained } = await learn("x", { epochs: 3 });
  expect(trained.history.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(trained.history.epochs.every(({ loss, validation }) => loss > 0 && Number(validation) > 0)).toBe(true);
  expect(trained.history.flow[0]).toMatchObject({ epoch: 0, layers: [{ layer: 1 }, { layer: 2 }, { layer: 3 }] });
  expect(trained.history.flow.at(-1)?.epoch).toBe(3);
});

test("where it met what is not finite, and what helps", async () => {
  const wild = { optimizer: "sgd", rate: 1e4, activation: "relu", epochs: 4 } as const;
  const judged = (await learn("x", wild)).trained.end;
  expect(tellDivergence(judged)).toMatch(
    /^judging the validation rows met -?(NaN|Infinity) after step \d+ \(epoch 1\)$/,
  );
  const { prepared, trained } = await learn("x", { ...wild, batch: 4 });
  const { end } = trained;
  expect(end.stopped).toBe("diverged");
  expect(tellDivergence(end)).toMatch(/^training met -?(NaN|Infinity) in step \d+ \(epoch 1\)$/);
  const [expression, place] = placeOfFault(end.fault!, prepared, "t.csv");
  expect(expression).toContain("=");
  expect(place).toMatch(/^(forward|backward|update), layer \d \('.*'\)/);
  const remedy = await remedyFor(trained, { seconds: 20 });
  expect(remedy?.tried.length).toBeGreaterThan(0);
  expect(await remedyFor((await learn("x", { epochs: 1 })).trained)).toBeUndefined();
}, 120_000);

test("words for endings, averages, and where nothing is known of a fault", () => {
  const end = { stopped: "patience", epochs: 40, bestEpoch: 10 } as EndEvent;
  expect(endingOf(end)).toBe("no better validation loss in 30 epochs");
  expect(tellDivergence({ fault: undefined, epochs: 3 })).toBe("the loss was no longer finite in epoch 3");
  const classes = { task: "classification", name: "y", classes: ["a", "b"], counts: [1, 1], why: "" } as const;
  expect(averagesOf(classes)).toBe("f1: macro, the mean over the classes; auc: of 'b'");
  expect(averagesOf({ task: "regression", name: "y", mean: 0, scale: 1, why: "" })).toBeUndefined();
});

test("predictions as columns, never over one that is there", async () => {
  const { prepared, trained } = await learn("y");
  const { model } = judgeTraining(trained, prepared, engine);
  const table = tableOf(rows);
  const { columns, wild } = predictedColumns(model, engine, table);
  expect(columns.map(({ name }) => name)).toEqual(["prediction", "probability high", "probability low"]);
  expect(columns[0].values.slice(4, 6)).toEqual(["low", "high"]);
  expect(Number(columns[1].values[5]) + Number(columns[2].values[5])).toBeCloseTo(1, 5);
  expect(wild).toBe(0);
  const clash = tableOf(rows.map((row) => ({ ...row, prediction: 1 })));
  expect(() => predictedColumns(model, engine, clash)).toThrow("the table already has a column 'prediction'");
  expect(unseenValues(model.encoder, table)).toEqual([]);
  const strange = tableOf(rows.map((row, i) => (i < 2 ? { ...row, kind: `new ${i}` } : row)));
  expect(unseenValues(model.encoder, strange)).toEqual([
    "column 'kind': 2 rows hold categories that training never saw (new 0, new 1)",
  ]);
});

test("a recipe is told in words, and its lists have its defaults", () => {
  expect(ACTIVATIONS).toContain(DEFAULTS.activation);
  expect(OPTIMIZERS).toContain(DEFAULTS.optimizer);
  expect(Object.keys(RECIPE_WORDS)).toEqual(expect.arrayContaining(Object.keys(DEFAULTS)));
});
