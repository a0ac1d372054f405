/** The certificate of a model by the default recipe, many networks as one: right, and wrong in one place of many. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { add, constant, type Expr, mul, referenceEngine, sigmoid, sub } from "@chaingrad/core";
import { checkNet, isWrong, type VariableCheck } from "@chaingrad/core/check";
import { defineOp } from "@chaingrad/core/define-op";
import { computeGradients, randomBatch } from "@chaingrad/core/net";
import { beforeAll, describe, expect, test } from "vitest";
import { checkModel } from "../../src/explain/explain-model.ts";
import type { TableModelData } from "../../src/model/model-file.ts";
import type { AnyRow } from "../../src/model/table-model.ts";
import { trainTable } from "../../src/train-table.ts";
import { netOf } from "../chain/models.ts";

const [head, ...lines] = readFileSync(join(import.meta.dirname, "../../../../examples/data/iris.csv"), "utf8")
  .trim()
  .split(/\r?\n/)
  .map((line) => line.split(","));
const rows: AnyRow[] = lines.map((cells) =>
  Object.fromEntries(cells.map((cell, i) => [head[i], i < 4 ? Number(cell) : cell])),
);

let model: TableModelData;
/** Of the merged hidden layer, and the number of the layer of outputs. */
let units: number;
let last: number;
beforeAll(async () => {
  model = (await trainTable(rows, { target: "species" })).model;
  const [hidden, output] = model.network.layers.slice(-2);
  last = model.network.layers.length;
  units = hidden.units;
  expect(units).toBeGreaterThanOrEqual(320);
  expect(output.units).toBe(3);
}, 240_000);

const wrongIn = (checks: readonly VariableCheck[]): string[] =>
  checks
    .filter(({ verdict }) => isWrong(verdict))
    .map(({ name, of }) => (of === undefined ? name : `${of} by ${name}`));

test("is right, of every row and every column", () => {
  const { verdict, rows: own, columns, checks } = checkModel({ model }, rows);
  expect({ verdict, own, columns }).toEqual({
    verdict: "ok",
    own: { compared: 150, of: 150 },
    columns: { compared: 4, of: 4, rows: 16 },
  });
  expect(checks.map(({ size }) => size)).toContain(3 * units);
  for (const { entries, forwardError, direction } of checks) {
    expect(entries.length).toBeGreaterThanOrEqual(2);
    expect(forwardError).toBeLessThan(1e-11);
    expect(direction.relativeError).toBeLessThan(1e-6);
    for (const { complex, claimed } of entries) expect(complex).toBeCloseTo(claimed, 12);
  }
}, 60_000);

describe("is wrong where one derivative is", () => {
  test.each([
    ["W", 1, () => 4 * 200 + 1],
    ["b", 1, () => units - 1],
    ["W", 0, () => 2 * units + 211],
  ])("claimed in ∂L/∂%s, %i below the outputs", (symbol, below, place) => {
    const [name, index] = [`${symbol}${last - below}`, place()];
    const net = netOf(model);
    const batch = randomBatch(net.network, net.objective.loss, 20, 1);
    const right = computeGradients(net, model.tensors, batch, referenceEngine, "f64");
    const { shape, values } = right.gradients[name];
    const claimed = (by: number) => ({
      ...right,
      gradients: {
        ...right.gradients,
        [name]: { shape, values: Float64Array.from(values).with(index, values[index] + by) },
      },
    });
    expect(wrongIn(checkNet(net, model.tensors, batch, claimed(0)))).toEqual([]);
    expect(wrongIn(checkNet(net, model.tensors, batch, claimed(1e-3 * Math.abs(values[index]))))).toEqual([name]);
  });

  /** silu, whose derivative is wrong by so much in one of the units: both modes share the mistake. */
  function siluWrongBy(error: number): (z: Expr) => Expr {
    const factor = constant(new Float64Array(units).fill(1).with(200, 1 + error), [units], "f64");
    return defineOp({
      name: "silu",
      evaluate: (z) => z / (1 + Math.exp(-z)),
      derivative: (_, z) => {
        const s = sigmoid(z);
        return mul(factor, add(s, mul(mul(z, s), sub(1, s))));
      },
      decompose: (z) => mul(z, sigmoid(z)),
    });
  }

  test("of an activation, in one unit of all", () => {
    const withActivation = (activation: (z: Expr) => Expr): TableModelData => {
      const { network } = model;
      const layers = network.layers.map((layer, i) => (i === last - 2 ? { ...layer, activation } : layer));
      return { ...model, network: { ...network, layers } };
    };
    const certified = (error: number) => checkModel({ model: withActivation(siluWrongBy(error)) }, rows.slice(0, 40));
    expect(certified(0).verdict).toBe("ok");
    const { verdict, checks } = certified(1e-3);
    expect(verdict).toBe("mismatch");
    expect(wrongIn(checks.filter(({ of }) => of === undefined)).sort()).toEqual([`W${last - 1}`, `b${last - 1}`, "x"]);
    expect(wrongIn(checks)).toContain("p by petal_length_cm");
  }, 60_000);
});
