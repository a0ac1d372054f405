/** Derivations through layers that keep numbers apart: names go through them, and a scatter is written as its terms. */
import { describe, expect, test } from "vitest";
import {
  type Block,
  catalogue,
  explainNet,
  parseTarget,
  symbolsView,
  terminalLines,
  views,
} from "../../src/explain.ts";
import { initialParameters, type LayerSpec, losses } from "../../src/index.ts";
import type { Batch, Net } from "../../src/net.ts";

const last: LayerSpec = { units: 2, activation: "identity" };
const netOf = (...first: LayerSpec[]): Net => ({
  network: { inputs: 3, layers: [...first, last] },
  objective: { loss: losses["mean-squared-error"]() },
});
const embedding: LayerSpec = {
  ...{ kind: "embedding", units: 4, activation: "identity", name: "embedding" },
  ...{ features: [1], categories: [4], dimension: 2 },
};
const names = {
  inputs: ["size", "city", "age"],
  categories: { 1: ["city = Paris", "city = Rome", "city (other)", "city (missing)"] },
};

const batchOf = (cities: readonly number[]): Batch => ({
  rows: cities.length,
  x: Float64Array.from(cities.flatMap((city, i) => [0.5 * i, city, 1 - i])),
  y: Float64Array.from(cities.flatMap((_, i) => [i, -i])),
  weight: undefined,
});
const explained = (net: Net, batch: Batch) => explainNet(net, initialParameters(net.network, 3), batch, { names });
const axesOf = (net: Net): Record<string, readonly string[]> =>
  Object.fromEntries(
    [...(explained(net, batchOf([0])).names?.axes ?? [])].map(([symbol, [axis]]) => [symbol, axis.names]),
  );

describe("names go through", () => {
  const outputs = ["size", "age", "“city: 1 of 2”", "“city: 2 of 2”"];
  const rows = names.categories[1].map((name) => `“${name}”`);

  test("an embedding, whose table has those of the categories", () => {
    expect(axesOf(netOf(embedding))).toEqual({ x: names.inputs, z1: outputs, E1: rows, W2: outputs });
  });

  test("a scale behind it", () => {
    const scale: LayerSpec = { kind: "scale", units: 4, activation: "tanh" };
    expect(axesOf(netOf(embedding, scale))).toEqual({
      ...{ x: names.inputs, z1: outputs, E1: rows },
      ...{ s2: outputs, z2: outputs, h2: outputs, W3: outputs },
    });
  });

  test("numbers as waves, and in bins", () => {
    const waves: LayerSpec = { kind: "periodic", units: 5, activation: "identity", features: [2], dimension: 3 };
    expect(axesOf(netOf(waves)).W2).toEqual([...names.inputs, "“age: 1 of 2”", "“age: 2 of 2”"]);
    const bins: LayerSpec = {
      kind: "piecewise-linear",
      units: 4,
      activation: "identity",
      features: [0],
      edges: [[0, 1]],
    };
    expect(axesOf(netOf(bins)).W2).toEqual([...names.inputs, "“size: 1 of 1”"]);
  });

  test("nothing that mixes them", () => {
    const axes = axesOf(netOf(embedding, { units: 3, activation: "tanh" }));
    expect(Object.keys(axes)).toEqual(["x", "z1", "W2", "E1"]);
  });
});

test("a category is shown with its name", () => {
  const of = explained(netOf(embedding), batchOf([1]));
  const table = symbolsView(of).at(-1) as Extract<Block, { kind: "table" }>;
  expect(table.rows.map((cells) => cells[2])).toEqual([0, "1: city = Rome", 1]);
  const without = explainNet(netOf(embedding), initialParameters(netOf(embedding).network, 3), batchOf([1]), {
    names: { inputs: names.inputs },
  });
  expect((symbolsView(without).at(-1) as typeof table).rows[1][2]).toBe(1);
  expect(without.names?.axes.get("E1")?.[0].names[3]).toBe("“city (3)”");
});

describe("an element of a table's gradient", () => {
  const of = explained(netOf(embedding), batchOf([2, 0, 2, 1]));
  const terms = (target: string): string[] => {
    const blocks = views.index(of, parseTarget(of, target));
    const text = terminalLines(blocks, { width: 400, words: catalogue.en, digits: 17 }).join("\n");
    return text.split("This one, with its terms:")[1].trim().split("\n");
  };

  test("is the sum over the rows that chose it", () => {
    const written = terms("E1[3,2]").join("\n");
    expect(written).toContain("δ₁[1,4]");
    expect(written).toContain("δ₁[3,4]");
    expect(written).not.toMatch(/δ₁\[[24],/);
    const delta = of.numbers["∂L/∂z1"];
    expect(of.numbers["∂L/∂E1"][2 * 2 + 1]).toBe(delta[3] + delta[2 * 4 + 3]);
  });

  test("is 0 where none did", () => {
    expect(terms("E1[4,1]").join(" ")).toMatch(/= 0$/);
  });

  test("and what was looked up is the table's own number", () => {
    const blocks = views.index(of, parseTarget(of, "z1[1,3]"));
    expect(blocks.length).toBeGreaterThan(2);
    expect(of.numbers.z1[2]).toBe(of.numbers.E1[2 * 2]);
  });
});
