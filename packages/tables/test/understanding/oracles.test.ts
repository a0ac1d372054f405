/** Local effects, integrated gradients and Shapley values against what NumPy, SciPy and enumeration say of the same network. */
import { referenceEngine } from "@chaingrad/core";
import { expect, test } from "vitest";
import { accumulatedLocalEffects, integratedGradients, prefers, shapleyValues } from "../../src/understanding.ts";
import { amounts, oracle, table } from "./oracle.ts";

const engine = referenceEngine;

test.each(oracle.localEffects)("accumulated local effects of $column in $bins bins", async (theirs) => {
  const { column, bins } = theirs;
  const own = await accumulatedLocalEffects(amounts, table, column, { bins, engine });
  expect(own.edges).toEqual(theirs.edges);
  expect(own.counts).toEqual(theirs.counts);
  for (const [k, effect] of theirs.effects.entries()) expect(Math.abs(own.effects[k] - effect)).toBeLessThan(1e-10);
});

test.each(oracle.integrated)(
  "integrated gradients of row $row from row $baseline",
  async ({ row, baseline, contributions }) => {
    const own = await integratedGradients(amounts, table, row + 1, { baseline: baseline + 1, engine });
    expect(own.contributions.map(({ column }) => column).sort()).toEqual(Object.keys(contributions).sort());
    for (const { column, contribution } of own.contributions)
      expect(Math.abs(contribution - contributions[column])).toBeLessThan(1e-7);
    const total = own.contributions.reduce((sum, one) => sum + one.contribution, 0);
    expect(own.prediction - own.baselinePrediction - total).toBe(own.gap);
    expect(Math.abs(own.gap)).toBeLessThan(1e-8);
    const preference = await prefers(amounts, table, row + 1, baseline + 1, { engine });
    expect(preference.contributions).toEqual(own.contributions);
    expect(preference.preferred).toBe(own.prediction > own.baselinePrediction ? row + 1 : baseline + 1);
  },
);

test.each(oracle.shapley)("Shapley values of row $row", async ({ row, average, contributions }) => {
  const own = await shapleyValues(amounts, table, row + 1, { samples: 1200, seed: 3, engine });
  expect(own.samples).toBe(1200);
  expect(own.background).toHaveLength(oracle.y.length);
  expect(own.average).toBeCloseTo(average, 10);
  const largest = Math.max(...Object.values(contributions).map(Math.abs));
  for (const { column, contribution, standardError } of own.contributions) {
    expect(standardError).toBeGreaterThan(0);
    expect(standardError).toBeLessThan(0.02 * largest);
    expect(Math.abs(contribution - contributions[column])).toBeLessThan(4 * standardError);
  }
  const total = own.contributions.reduce((sum, one) => sum + one.contribution, 0);
  expect(Math.abs(own.prediction - own.average - total)).toBeLessThan(1e-10);
});

test("the error bar of Shapley values says how far they are off: over 30 seeds, in units of it", async () => {
  const { row, contributions } = oracle.shapley[0];
  const off: number[] = [];
  for (let seed = 0; seed < 30; seed++) {
    const own = await shapleyValues(amounts, table, row + 1, { samples: 480, seed, engine });
    for (const one of own.contributions) off.push((one.contribution - contributions[one.column]) / one.standardError);
  }
  const spread = Math.sqrt(off.reduce((sum, one) => sum + one * one, 0) / off.length);
  expect(spread).toBeGreaterThan(0.8);
  expect(spread).toBeLessThan(1.25);
});
