/** 90 % intervals hold 88 to 93 % of rows never seen: means over 30 seeds, each with another split, of three tables. */
import { expect, test } from "vitest";
import { chooseRecipe, preparationFor } from "../../src/automatic/choose.ts";
import type { RecipeName } from "../../src/automatic/recipe.ts";
import { predictRows } from "../../src/judging/evaluate.ts";
import { judgeTraining } from "../../src/judging/judge-training.ts";
import { defaultEngine } from "../../src/model/table-model.ts";
import { prepareTable } from "../../src/table/prepare.ts";
import { trainPrepared } from "../../src/training.ts";
import { coverageOf } from "../../src/uncertainty/coverage.ts";
import { intervalsOf } from "../../src/uncertainty/intervals.ts";
import { example, range } from "../table/tables.ts";

const SEEDS = 30;

/** Of the test rows of one split, by a model that never saw them. */
async function covered(name: string, target: string, recipe: RecipeName, seed: number): Promise<number> {
  const engine = await defaultEngine();
  const chosen = chooseRecipe({ recipe, seed });
  const prepared = prepareTable(example(name), { target, seed, test: 0.3, ...preparationFor(chosen, {}) });
  const events = trainPrepared(prepared, chosen, { engine });
  let step = await events.next();
  while (!step.done) step = await events.next();
  const { judged } = judgeTraining(step.value, prepared, engine);
  const { test: unseen } = prepared.data;
  const intervals = intervalsOf(prepared.target, judged.conformal, predictRows(judged, engine, unseen), 0.9);
  return coverageOf(prepared.target, intervals, unseen)[0]?.covered as number;
}

test.each(
  (["fast", "default"] as const).flatMap((recipe) => [
    ["cars", "miles_per_gallon", recipe] as const,
    ["diabetes", "progression", recipe] as const,
    ["wine", "alcohol", recipe] as const,
  ]),
)("%s, %s, %s", { timeout: 1_800_000 }, async (name, target, recipe) => {
  const shares: number[] = [];
  for (const seed of range(SEEDS)) shares.push(await covered(name, target, recipe, seed));
  const mean = shares.reduce((sum, share) => sum + share, 0) / SEEDS;
  console.log(`${name}, ${recipe}: ${mean.toFixed(4)}`);
  expect(mean).toBeGreaterThan(0.88);
  expect(mean).toBeLessThan(0.93);
});
