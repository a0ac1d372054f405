/** Permutation importance and partial dependence are scikit-learn's, to 1e-10: same model, same permutations, same grids. */
import { referenceEngine, type SyncEngine, wasmEngine } from "@chaingrad/core";
import { beforeAll, describe, expect, test } from "vitest";
import { permuted } from "../../src/understanding/permutation-importance.ts";
import { partialDependence } from "../../src/understanding.ts";
import { amounts, kinds, oracle, table } from "./oracle.ts";

let wasm: SyncEngine;
beforeAll(async () => {
  wasm = await wasmEngine();
});
const engines = { reference: () => referenceEngine, wasm: () => wasm };

/** Differences count relative to the largest of what is compared, or 1. */
function expectSame(own: ArrayLike<number>, theirs: readonly number[]): void {
  expect(own.length).toBe(theirs.length);
  const largest = Math.max(1, ...theirs.map(Math.abs));
  const worst = Math.max(...Array.from(own, (value, i) => Math.abs(value - theirs[i])));
  expect(worst).toBeLessThan(1e-10 * largest);
}

describe.each(Object.keys(engines) as (keyof typeof engines)[])("in float64 on the engine %s", (name) => {
  test.each(Object.keys(oracle.importance))("permutation importance by %s", (score) => {
    const model = ["r2", "rmse", "mae"].includes(score) ? amounts : kinds;
    const repeats = oracle.permutations.length;
    const found = permuted(
      { model, table, engine: engines[name]() },
      { repeats, score },
      (_, repeat) => oracle.permutations[repeat],
    );
    const { mean, drops, std } = oracle.importance[score];
    const inOrder = Object.keys(oracle.columns).map((column) => found.columns.find((one) => one.column === column));
    expectSame(
      inOrder.map((one) => one?.importance ?? Number.NaN),
      mean,
    );
    expectSame(
      inOrder.flatMap((one) => one?.drops ?? []),
      drops.flat(),
    );
    // Theirs is the spread of the repeats (with n), ours is the error of their mean (with n − 1).
    expectSame(
      inOrder.map((one) => one?.standardError ?? Number.NaN),
      std.map((one) => one / Math.sqrt(repeats - 1)),
    );
    expect(Math.max(...mean.map(Math.abs))).toBeGreaterThan(0.01);
  });

  test.each(oracle.dependence)("partial dependence on $features, $resolution values each", async (theirs) => {
    const { features, resolution } = theirs;
    const column = features.length === 2 ? ([features[0], features[1]] as const) : features[0];
    const own = await partialDependence(amounts, table, column, { resolution, curves: true, engine: engines[name]() });
    for (const [i, axis] of own.axes.entries()) {
      if (axis.kind === "category") expect(axis.values).toEqual(theirs.grid[i]);
      else expectSame(axis.values as number[], theirs.grid[i] as number[]);
    }
    expectSame(own.mean, theirs.average);
    for (const [i, curve] of theirs.curves.entries()) expectSame(own.curves?.[i] ?? [], curve);
    expect(own.output).toEqual({ place: 0, name: "price", from: "prediction" });
  });

  test.each(oracle.dependenceOfClasses.map((theirs, place) => ({ theirs, name: oracle.classes[place] })))(
    "partial dependence of the probability of $name",
    async ({ theirs, name: of }) => {
      const own = await partialDependence(kinds, table, "age", { resolution: 11, class: of, engine: engines[name]() });
      expectSame(own.mean, theirs.average);
      expect(own.output.name).toBe(`p(${of})`);
    },
  );
});
