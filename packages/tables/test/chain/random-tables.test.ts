/** Tables of columns drawn at random: graph and encoder agree to the last bit, derivatives are certified, models survive their files. */
import { evaluate, initialParameters, losses, type NetworkSpec, program, referenceEngine } from "@chaingrad/core";
import { isWrong } from "@chaingrad/core/check";
import { takenNames } from "@chaingrad/core/net";
import { describe, expect, test } from "vitest";
import { checkColumns } from "../../src/chain/check-columns.ts";
import { prepareRows } from "../../src/chain/prepare-rows.ts";
import { RowGradient } from "../../src/model/gradient.ts";
import { readModel, type TableModelData, takesTables, writeModel } from "../../src/model/model-file.ts";
import { encode } from "../../src/table/encoder.ts";
import { prepareTable } from "../../src/table/prepare.ts";
import type { Column, Table } from "../../src/table/table.ts";
import { encodeTarget } from "../../src/table/target.ts";
import { randomNumbers } from "../random-numbers.ts";
import { column, dates, range } from "../table/tables.ts";

const ROWS = 90;
const DAY = 86_400_000;

/** Ways in which columns are made of numbers from −1 to 1. */
const WAYS: readonly ((name: string, u: Float64Array) => Column[])[] = [
  (name, u) => [column(name, [...u])],
  (name, u) => [column(name, [...u.map((x) => 10 ** (6 * x))])],
  (name, u) => [column(name, [...u.map((x) => (x < 0 ? 0 : 10 ** (5 * x)))])],
  (name, u) => [column(name, [...u.map((x) => x ** 21 * 1e9 - 3)])],
  (name, u) => [
    column(
      name,
      Array.from(u, (x) => (x > 0.7 ? null : Math.round(5 * x))),
    ),
  ],
  (name, u) => [
    dates(
      name,
      Array.from(u, (x) => (x > 0.9 ? null : iso(2000 * x).slice(0, 10))),
    ),
  ],
  (name, u) => [
    dates(
      name,
      Array.from(u, (x) => iso(40 * x)),
    ),
  ],
  (name, u) => [
    dates(
      `${name} from`,
      Array.from(u, (_, i) => iso(i)),
    ),
    dates(
      `${name} to`,
      Array.from(u, (x, i) => iso(i + 0.02 + (x + 1) / 50)),
    ),
  ],
  (name, u) => [
    column(
      name,
      Array.from(u, (x) => x > 0.3),
    ),
  ],
  (name, u) => [
    column(
      name,
      Array.from(u, (x) => (x > 0.95 ? null : `v${Math.abs(Math.round(4 * x))}`)),
    ),
  ],
  (name, u) => [
    column(
      name,
      Array.from(u, (x) => `v${Math.round(6 * x)}`),
    ),
  ],
  (name, u) => [
    {
      ...column(
        name,
        Array.from(u, (x) => `${x > 0 ? "good" : "bad"} ${Math.round(9 * x)}`),
      ),
      declared: "text",
    },
  ],
];

function iso(days: number): string {
  return new Date(Date.UTC(2020, 5, 1) + Math.round(days * DAY)).toISOString();
}

function tableOf(seed: number): Table {
  const order = randomNumbers(5, 0, 100 + seed);
  const columns = Array.from(order, (x, i) => {
    const way = WAYS[(seed * 5 + i + (x > 0 ? 1 : 0)) % WAYS.length];
    return way(
      `c${i}`,
      randomNumbers(ROWS, 0, 10 * seed + i + 1).map((value) => Math.max(-1, Math.min(1, value))),
    );
  });
  const y = randomNumbers(ROWS, 0, 999 + seed);
  return { rows: ROWS, columns: [...columns.flat(), column("y", [...y])] };
}

describe.each(range(12))("table %i", (seed) => {
  const table = tableOf(seed);
  const prepared = prepareTable(table, { target: "y", task: "regression", seed, embed: seed % 2 === 0 });
  const { encoder, target } = prepared;
  const network: NetworkSpec = {
    inputs: encoder.features.length,
    layers: [
      { units: 4, activation: "tanh" },
      { units: 1, activation: "identity" },
    ],
  };
  const objective = { loss: losses["mean-squared-error"]() };
  const model = {
    ...{ network, objective, encoder, target, seed, metrics: {} },
    tensors: initialParameters(network, seed),
  } as TableModelData;
  const net = { network, objective };
  const taken = takenNames(net);

  test("graph and encoder agree to the last bit", () => {
    const rows = range(ROWS);
    const { x, columns, given, values } = prepareRows(model, table, rows, { taken, withTarget: false });
    const found = evaluate(referenceEngine, program("below", [...columns, ...given], { x }), values);
    const signless = (values: ArrayLike<number>): number[] => Array.from(values, (value) => value + 0);
    expect(signless(found.x)).toEqual(signless(encode(encoder, table, rows)));
  });

  test("every derivative by a column is certified, and is what gradient gives", () => {
    const rows = range(6);
    const y = Float64Array.from(encodeTarget(target as never, table.columns.at(-1) as Column, rows));
    const batch = { rows: 6, x: encode(encoder, table, rows), y, weight: undefined };
    const checks = checkColumns(net, model.tensors, { model, table, rows, batch });
    expect(checks.filter(({ verdict }) => isWrong(verdict))).toEqual([]);
    const gradient = new RowGradient(model, referenceEngine);
    for (const { name, of, entries } of checks) {
      if (of !== "y") continue;
      for (const { index, claimed } of entries) {
        const [by] = gradient.of(table, index).outputs;
        expect(Math.abs(by[name] - claimed)).toBeLessThanOrEqual(1e-12 * Math.abs(claimed));
      }
    }
  });

  test("its file gives the same encoder", () => {
    const again = readModel(writeModel(model));
    if (!takesTables(again)) throw new Error("a model of a table was written");
    expect(encode(again.encoder, table)).toEqual(encode(encoder, table));
  });
});
