/** The certificate of the columns: right derivatives pass by every witness, wrong ones fail where they are wrong. */
import { isWrong } from "@chaingrad/core/check";
import { describe, expect, test } from "vitest";
import { type ColumnGradients, checkColumns } from "../../src/chain/check-columns.ts";
import type { TableModelData } from "../../src/model/model-file.ts";
import { encoderOf } from "../../src/table/encoder.ts";
import { all, batchOf, classes, counts, netOf, regression, table } from "./models.ts";

const check = (model: TableModelData, claimed?: ColumnGradients) =>
  checkColumns(netOf(model), model.tensors, { model, table, rows: all, batch: batchOf(model, all) }, claimed);

const claims = (model: TableModelData): ColumnGradients => {
  const of = (part: string): Record<string, number[]> =>
    Object.fromEntries(
      check(model)
        .filter((one) => (one.of === "L") === (part === "loss"))
        .map(({ name, entries }) => [
          name,
          [...entries].sort((a, b) => a.index - b.index).map(({ claimed }) => claimed),
        ]),
    );
  return { loss: of("loss"), prediction: of("prediction") };
};

describe.each([
  ["an amount", regression, "miles_per_gallon", true],
  ["a rate", counts, "miles_per_gallon", false],
  ["classes", classes, "p", true],
] as const)("of %s", (_, model, of, hasComplex) => {
  test("passes, of the loss and of the prediction", () => {
    const checks = check(model);
    const names = ["horse power", "mass", "paid", "sold", "tiny", "weight_lbs"];
    expect(
      checks
        .slice(0, 6)
        .map((one) => one.name)
        .sort(),
    ).toEqual(names);
    expect(checks.map((one) => one.of)).toEqual([...Array(6).fill("L"), ...Array(6).fill(of)]);
    for (const { entries, forwardError, verdict, shape, name } of checks) {
      // A row of sold stands at the first of a month, where the days of the month change their length.
      expect(verdict).toBe(name === "sold" && verdict === "kink" ? "kink" : "ok");
      expect(shape).toEqual([4]);
      expect(entries).toHaveLength(4);
      expect(entries[0].relativeError).toBeLessThan(1e-6);
      expect(forwardError).toBeLessThan(1e-12);
      expect(entries.every(({ complex }) => (complex !== undefined) === hasComplex)).toBe(true);
    }
  });

  test("gives 0 for a cell that is missing, and for one beyond the limit", () => {
    const entry = (name: string, index: number): number[] =>
      check(model)
        .filter((one) => one.name === name)
        .flatMap(({ entries }) =>
          entries.filter((found) => found.index === index).map(({ claimed }) => Math.abs(claimed)),
        );
    expect(entry("horse power", 1)).toEqual([0, 0]);
    expect(entry("weight_lbs", 3)).toEqual([0, 0]);
  });

  test.each([
    ["loss", "weight_lbs", 0],
    ["prediction", "sold", 2],
    ["prediction", "tiny", 1],
  ] as const)("finds a wrong ∂%s by %s in row %i", (part, name, index) => {
    const right = claims(model);
    const changed = [...Array.from(right[part][name])].with(index, right[part][name][index] * 1.001);
    const checks = check(model, { ...right, [part]: { ...right[part], [name]: changed } });
    const wrong = checks.filter(({ verdict }) => isWrong(verdict));
    expect(wrong.map((one) => [one.name, one.of === "L" ? "loss" : "prediction"])).toEqual([[name, part]]);
    expect(wrong[0].entries.filter(({ verdict }) => isWrong(verdict)).map((one) => one.index)).toEqual([index]);
  });

  test("finds that the unit was forgotten", () => {
    const right = claims(model);
    const scaled = Object.fromEntries(
      Object.entries(right.prediction).map(([name, values]) => [name, Array.from(values, (value) => value / 7.8)]),
    );
    expect(check(model, { ...right, prediction: scaled }).filter(({ verdict }) => isWrong(verdict))).toHaveLength(6);
  });
});

test("a model of categories alone has none", () => {
  const columns = regression.encoder.columns.filter(({ kind }) => kind === "category" || kind === "binary");
  const model: TableModelData = { ...regression, encoder: encoderOf(columns) };
  expect(
    checkColumns(netOf(regression), regression.tensors, { model, table, rows: all, batch: batchOf(regression, all) }),
  ).toEqual([]);
});
