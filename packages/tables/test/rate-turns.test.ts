/** A rate that was turned is said by the model and its file, and events are told as they happen. */
import { referenceEngine } from "@chaingrad/core";
import { describe, expect, test } from "vitest";
import { chooseRecipe, preparationFor } from "../src/automatic/choose.ts";
import type { TableEvent } from "../src/history.ts";
import { judgeTraining } from "../src/judging/judge-training.ts";
import { turnedWords } from "../src/judging/turned.ts";
import { readModel, writeModel } from "../src/model/model-file.ts";
import { defaultEngine, TableModel } from "../src/model/table-model.ts";
import { tableOf } from "../src/rows.ts";
import { prepareTable } from "../src/table/prepare.ts";
import { type TrainedTable, trainPrepared } from "../src/training.ts";
import { randomNumbers } from "./random-numbers.ts";

const [a, b] = [0, 1].map((stream) => randomNumbers(90, stream, 7));
const table = tableOf(Array.from(a, (_, i) => ({ a: a[i], b: b[i], y: 2 * a[i] - b[i] ** 2 })));
const engine = await defaultEngine();

async function train(recipe: ReturnType<typeof chooseRecipe>, host: object, onEvent?: (event: TableEvent) => void) {
  const prepared = prepareTable(table, { target: "y", seed: recipe.seed, ...preparationFor(recipe, {}) });
  const events: TableEvent[] = [];
  const training = trainPrepared(prepared, recipe, { engine, ...host });
  for (;;) {
    const { done, value } = await training.next();
    if (done) return { events, prepared, trained: value as TrainedTable };
    events.push(value);
    onEvent?.(value);
  }
}

const one = chooseRecipe({ epochs: 5, hidden: [3], seed: 2 });
const several = chooseRecipe({ recipe: "default", seed: 2 });

describe("one network", () => {
  test("trained with a factor of 1 is the one without", async () => {
    const { trained } = await train(one, {});
    const turnable = await train(one, { rateFactor: Float64Array.of(1) });
    expect(turnable.trained.model).toEqual(trained.model);
    expect("rateTurns" in trained.model).toBe(false);
  });

  test("whose rate was turned says from which epoch on, in its file, too", async () => {
    const rateFactor = Float64Array.of(1);
    const { prepared, trained } = await train(one, { rateFactor }, (event) => {
      if (event.type === "epoch") rateFactor[0] = { 2: 0.25, 4: 1 }[event.epoch] ?? rateFactor[0];
    });
    const turns = [
      { network: 1, epoch: 3, factor: 0.25 },
      { network: 1, epoch: 5, factor: 1 },
    ];
    expect(trained.history.turns).toEqual(turns);
    const { model } = judgeTraining(trained, prepared, engine);
    const read = readModel(writeModel(model));
    expect(read).toMatchObject({ rateTurns: turns });
    expect(new TableModel(model, referenceEngine).summary()).toContain(`\n${turnedWords(turns)}\n`);
    for (const wrong of [{ network: 0 }, { epoch: 1.5 }, { factor: 0 }, { factor: "1" }])
      expect(() => writeModel({ ...model, rateTurns: [{ ...turns[0], ...(wrong as object) }] })).toThrow("rateTurns.0");
  });

  test("has no rate where its method has none", async () => {
    const { trained } = await train(chooseRecipe({ optimizer: "lbfgs", epochs: 3, seed: 1 }), {
      rateFactor: Float64Array.of(0.5),
    });
    expect(trained.history.turns).toEqual([]);
  });
});

describe("several networks", () => {
  test("tell the same events when they happen as when they are gone through, each of its network", async () => {
    const told: TableEvent[] = [];
    const { events } = await train(several, { onEvent: (event: TableEvent) => told.push(event), workers: 2 });
    // Of each network but its end, which is not among those that are gone through.
    const plain = (all: readonly TableEvent[]) =>
      all
        .filter(({ type, network }) => network === undefined || type !== "end")
        .map((event) => (event.type === "epoch" ? [event.network?.number, event.epoch, event.loss] : [event.type]))
        .sort();
    expect(plain(told)).toEqual(plain(events));
    const ends = told.flatMap(({ type, network }) => (type === "end" ? [network?.number] : []));
    expect(ends.at(-1)).toBeUndefined();
    const numbers = new Set(events.flatMap(({ network }) => network?.number ?? []));
    expect(ends.slice(0, -1).sort()).toEqual([...numbers].sort());
  });

  test("say of each from where on it was turned", async () => {
    const rateFactor = new Float64Array(new SharedArrayBuffer(8)).fill(1);
    const { trained } = await train(several, { rateFactor, workers: 1 }, (event) => {
      if (event.network?.number === 2) rateFactor[0] = 0.5;
    });
    const { turns } = trained.history;
    expect(trained.model.rateTurns).toBe(turns);
    expect(turns.length).toBeGreaterThan(10);
    expect(turns.every(({ factor }) => factor === 0.5)).toBe(true);
    expect(turns.at(-1)).toMatchObject({ epoch: 1 });
    expect(turnedWords(turns)).toMatch(/of network \d+, .* more; the seed alone does not make this model again$/);
  });
});
