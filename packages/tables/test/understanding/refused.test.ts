/** What cannot be asked of a model is refused before any work, with what there is. */
import { referenceEngine } from "@chaingrad/core";
import { describe, expect, test } from "vitest";
import type { TableModelData } from "../../src/model/model-file.ts";
import {
  accumulatedLocalEffects,
  inputGradients,
  integratedGradients,
  partialDependence,
  permutationImportance,
  prefers,
  shapleyValues,
} from "../../src/understanding.ts";
import { amounts, kinds, table } from "./oracle.ts";

const engine = referenceEngine;
const without = (name: string) => ({ ...table, columns: table.columns.filter((column) => column.name !== name) });
const two: TableModelData = {
  ...amounts,
  target: {
    task: "several",
    name: "price",
    why: "two",
    targets: [amounts.target, { ...amounts.target, name: "rent" }],
  },
} as TableModelData;
const any = (value: unknown) => value as never;

test.each<[string, () => Promise<unknown>, string, string?]>([
  [
    "a column that there is not",
    () => partialDependence(amounts, table, "sice"),
    "there is no column 'sice'",
    "Did you mean 'size'? The model reads size, age, district, rooms.",
  ],
  [
    "the target as a column",
    () => partialDependence(amounts, table, "price"),
    "'price' is the target: nothing is predicted from it",
  ],
  [
    "a column that is not read",
    () => accumulatedLocalEffects(amounts, table, "kind"),
    "the model does not read the column 'kind'",
  ],
  [
    "a column that the table lacks",
    () => partialDependence(amounts, without("age"), "age"),
    "the table has no column 'age', which the model was trained with",
  ],
  ["two columns of one name", () => partialDependence(amounts, table, ["age", "age"]), "'age' is named twice"],
  [
    "effects of a category",
    () => accumulatedLocalEffects(amounts, table, "district"),
    "'district' holds categories, which have no order",
    "Partial dependence shows them.",
  ],
  [
    "a category that there is not",
    () => partialDependence(amounts, table, "district", { grid: ["nord"] }),
    "grid: 'district' has no category 'nord'",
    "Did you mean 'north'?",
  ],
  [
    "a grid of texts",
    () => partialDependence(amounts, table, "age", { grid: ["old"] }),
    "grid: 'age' holds numbers, got 'old'",
  ],
  [
    "an empty grid",
    () => partialDependence(amounts, table, "age", { grid: [] }),
    "grid: expected values of 'age', got none",
  ],
  [
    "a class that there is not",
    () => partialDependence(kinds, table, "age", { class: "fare" }),
    "class: 'kind' has no class 'fare'",
    "Did you mean 'fair'?",
  ],
  [
    "a class of an amount",
    () => inputGradients(amounts, table, 1, { class: "dear" }),
    "class: 'price' is an amount and has none",
  ],
  [
    "a target that there is not",
    () => permutationImportance(kinds, table, { target: "kin" }),
    "target: the model does not predict 'kin'",
    "Did you mean 'kind'?",
  ],
  [
    "several targets, and none named",
    () => shapleyValues(two, table, 1),
    "target: the model predicts price, rent: say which",
  ],
  [
    "a score that the target has not",
    () => permutationImportance(kinds, table, { score: "r2" }),
    "score: 'r2' is none of classification",
    "It can be accuracy, f1, auc, log-loss.",
  ],
  [
    "a row that there is not",
    () => integratedGradients(amounts, table, 61),
    "row: the table has no row 61; its rows are counted from 1 to 60",
  ],
  ["a row before the first", () => shapleyValues(amounts, table, 0), "row: the table has no row 0"],
  [
    "a baseline that there is not",
    () => integratedGradients(amounts, table, 1, { baseline: 99 }),
    "baseline: the table has no row 99",
  ],
  ["a second row that there is not", () => prefers(amounts, table, 1, 1.5), "the table has no row 1.5"],
  [
    "repeats of nothing",
    () => permutationImportance(amounts, table, { repeats: 0 }),
    "repeats must be a whole number ≥ 1, got 0",
  ],
  [
    "half a sample",
    () => shapleyValues(amounts, table, 1, { samples: 2.5 }),
    "samples must be a whole number ≥ 1, got 2.5",
  ],
  [
    "no background",
    () => shapleyValues(amounts, table, 1, { background: 0 }),
    "background must be a whole number ≥ 1, got 0",
  ],
  [
    "a seed that is none",
    () => permutationImportance(amounts, table, { seed: 0.5 }),
    "seed must be a whole number, got 0.5",
  ],
  [
    "too few steps",
    () => integratedGradients(amounts, table, 1, { steps: 3 }),
    "steps must be a whole number ≥ 8, got 3",
  ],
  [
    "percentiles that fall",
    () => partialDependence(amounts, table, "age", { percentiles: [0.9, 0.1] }),
    "percentiles must be two shares",
  ],
  [
    "no bins",
    () => accumulatedLocalEffects(amounts, table, "age", { bins: -1 }),
    "bins must be a whole number ≥ 1, got -1",
  ],
  [
    "an option that there is not",
    () => permutationImportance(amounts, table, any({ repeat: 3 })),
    "permutationImportance has no option 'repeat'; did you mean 'repeats'?",
  ],
  ["another", () => shapleyValues(amounts, table, 1, any({ sample: 3 })), "shapleyValues has no option 'sample'"],
  ["rows without a column", () => permutationImportance(amounts, without("rooms")), "the table has no column 'rooms'"],
  [
    "a table without the target",
    () => permutationImportance(amounts, without("price")),
    "the table has no column 'price', which the predictions are compared with",
  ],
])("%s", async (_, ask, message, hint) => {
  const refused = await ask().then(
    () => undefined,
    (error: Error & { hint?: string }) => error,
  );
  expect(refused?.message).toContain(message);
  if (hint !== undefined) expect(refused?.hint).toBe(hint);
});

describe("rows that nothing can be said of", () => {
  const rows = (cells: Record<string, unknown>) =>
    [0, 1, 2].map(() => ({ size: 60, age: 10, district: "east", rooms: 3, ...cells }));

  test("no row with a target", async () => {
    await expect(permutationImportance(amounts, rows({ price: null }) as object[], { engine })).rejects.toThrow(
      "no row has a value in 'price'",
    );
  });

  test("a score that is not defined, for every target is the same", async () => {
    await expect(permutationImportance(amounts, rows({ price: 4 }) as object[], { engine })).rejects.toMatchObject({
      message: "score: 'r2' is not defined on these rows",
      hint: "It can be rmse, mae.",
    });
    const { reached } = await permutationImportance(amounts, rows({ price: 4 }) as object[], { engine, score: "rmse" });
    expect(reached).toBeGreaterThan(0);
  });

  test("a column without a value has no grid", async () => {
    await expect(partialDependence(amounts, rows({ age: null }) as object[], "age", { engine })).rejects.toThrow(
      "the column 'age' has no values at all",
    );
  });
});
