/** What is said of each row's gradient is what the gradient itself says, made for one row at a time; and what finite differences say. */
import { type Model, predictorOf, referenceEngine } from "@chaingrad/core";
import { computeGradients, oneRow } from "@chaingrad/core/net";
import { describe, expect, test } from "vitest";
import { type RowGradients, rowGradients, rowPush } from "../../src/data-attribution/index.ts";
import { batchOf } from "../../src/judging/labelled-rows.ts";
import type { TableModelData } from "../../src/model/model-file.ts";
import type { Table } from "../../src/table/table.ts";
import { trainTable } from "../../src/train-table.ts";
import { randomNumbers } from "../random-numbers.ts";
import { column, range, table as tableOf } from "../table/tables.ts";
import { amounts, kinds, table } from "../understanding/oracle.ts";

const engine = referenceEngine;
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i], 0);
const norm = (a: readonly number[]) => Math.sqrt(dot(a, a));

/** Every row's gradient, by the program that explains one row: without penalties, [rows][parameters]; and each row's loss. */
function oneByOne(model: TableModelData, rows: Table) {
  const bare: Model = { ...model, objective: { loss: model.objective.loss } };
  const batch = batchOf(model, rows);
  return range(batch.rows).map((row) => {
    const { loss, gradients } = computeGradients(bare, model.tensors, oneRow(batch, row), engine, "f64");
    const own = Object.entries(gradients).filter(([name]) => name !== "x");
    const by = new Map<string, number[]>(own.map(([name, { values }]) => [name, Array.from(values)]));
    return { loss, by, all: [...by.values()].flat() };
  });
}

function expectSame(found: RowGradients, rows: ReturnType<typeof oneByOne>, weights?: readonly number[]): void {
  const share = weights ?? rows.map(() => 1);
  const sum = share.reduce((a, b) => a + b);
  const mean = rows[0].all.map((_, p) => rows.reduce((total, { all }, r) => total + (share[r] / sum) * all[p], 0));
  expect(found.meanNorm).toBeCloseTo(norm(mean), 10);
  for (const [r, { loss, all, by }] of rows.entries()) {
    expect(found.loss[r]).toBeCloseTo(loss, 10);
    expect(found.norm[r]).toBeCloseTo(norm(all), 10);
    expect(found.cosine[r]).toBeCloseTo(dot(all, mean) / norm(all) / norm(mean), 8);
    const squares = found.layers.reduce((total, layer) => total + layer.norm[r] ** 2, 0);
    expect(Math.sqrt(squares)).toBeCloseTo(norm(all), 10);
    expect(found.layers.reduce((total, { push }) => total + push[r], 0)).toBeCloseTo(dot(all, mean), 10);
    const push = rowPush(found, found.rows[r]);
    expect(push.layers.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 10);
    expect(push.layers.reduce((total, { part }) => total + part, 0)).toBeCloseTo(found.cosine[r], 8);
    const last = [...by].slice(-2).flatMap(([, values]) => values);
    expect(found.layers[found.layers.length - 1].norm[r]).toBeCloseTo(norm(last), 10);
    const ofLast = mean.slice(-last.length);
    const output = push.layers[push.layers.length - 1];
    expect(output.norm).toBeCloseTo(norm(last), 10);
    expect(output.cosine).toBeCloseTo(dot(last, ofLast) / norm(last) / norm(ofLast), 8);
    expect(output.share).toBeCloseTo(norm(last) ** 2 / norm(all) ** 2, 8);
  }
}

describe("each row's gradient, beside that of the row alone", () => {
  test.each([
    ["amounts", amounts],
    ["classes", kinds],
  ] as const)("of %s", async (_, model) => {
    const found = await rowGradients(model, table, { engine });
    expect(found.rows).toEqual(Int32Array.from(range(table.rows), (row) => row + 1));
    expect(found.layers.map(({ layer }) => layer)).toEqual(["hidden1", "output"]);
    expectSame(found, oneByOne(model, table));
  });

  test("of weighed rows more than a batch, some without a target, with embedded categories, bins and an ensemble", async () => {
    const [a, b] = [0, 1].map((stream) => [...randomNumbers(150, stream, 3)]);
    const kind = range(150).map((i) => `k${i % 7}`);
    const y = a.map((value, i) => (i % 50 === 3 ? null : value * 2 + (i % 7) + Math.tanh(b[i])));
    const weight = range(150).map((i) => 1 + (i % 3));
    const rows = tableOf(
      ...[column("a", a), column("b", b), column("kind", kind), column("y", y), column("w", weight)],
    );
    const { model } = await trainTable(rows, { target: "y", weight: "w", embed: 2, test: 0.1, workers: false });
    const found = await rowGradients(model, rows, { engine });
    expect(found.rows).toHaveLength(147);
    expect([...found.rows]).not.toContain(4);
    const known = weight.filter((_, i) => i % 50 !== 3);
    expectSame(found, oneByOne(model, rows), known);
  });
});

test("norms are those of finite differences", async () => {
  const found = await rowGradients(amounts, table, { engine });
  const batch = oneRow(batchOf(amounts, table), 7);
  const lossAt = (tensors: Model["tensors"]) =>
    predictorOf({ ...amounts, tensors }, engine, 1, "f64").judge({ x: batch.x, y: batch.y }).loss;
  const slopes = Object.entries(amounts.tensors).flatMap(([name, values]) =>
    Array.from(values, (value, i) => {
      const at = (moved: number) => {
        const own = Float64Array.from(values);
        own[i] = moved;
        return lossAt({ ...amounts.tensors, [name]: own });
      };
      return (at(value + 1e-5) - at(value - 1e-5)) / 2e-5;
    }),
  );
  expect(found.norm[7]).toBeCloseTo(norm(slopes), 6);
});

test("of one row its layers, its rank among all, the medians; what is none of the rows is refused", async () => {
  const found = await rowGradients(amounts, table, { engine });
  const order = [...found.norm].sort((a, b) => a - b);
  for (const row of [1, 7, table.rows]) {
    const push = rowPush(found, row);
    expect(push).toMatchObject({ target: "price", row, loss: found.loss[row - 1], norm: found.norm[row - 1] });
    expect([push.of, order[push.rank - 1]]).toEqual([table.rows, push.norm]);
    for (const [i, { layer, median }] of push.layers.entries()) {
      const own = [...found.layers[i].norm].sort((a, b) => a - b);
      expect(layer).toBe(found.layers[i].layer);
      expect(own.filter((value) => value <= median).length).toBeGreaterThanOrEqual(own.length / 2);
      expect(own.filter((value) => value >= median).length).toBeGreaterThanOrEqual(own.length / 2);
    }
  }
  for (const row of [0, table.rows + 1, 1.5])
    expect(() => rowPush(found, row)).toThrow(
      `row must be a row of the table, from 1, whose 'price' is known, got ${row}`,
    );
});

test("a row without a gradient pulls nowhere", () => {
  const zero = Float64Array.of(0, 3);
  const layers = [{ layer: "output", norm: zero, push: Float64Array.of(0, 3), meanNorm: 1 }];
  const found = { target: "y", rows: Int32Array.of(1, 2), loss: zero, norm: zero, cosine: Float64Array.of(0, 1) };
  const { layers: own, rank } = rowPush({ ...found, meanNorm: 1, layers }, 1);
  expect([own, rank]).toEqual([[{ layer: "output", norm: 0, median: 1.5, share: 0, cosine: 0, part: 0 }], 1]);
});
