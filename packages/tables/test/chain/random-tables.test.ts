/** Tables of columns drawn at random: graph and encoder agree to the last bit, derivatives are certified, models survive their files. */
import { evaluate, initialParameters, losses, type NetworkSpec, program, referenceEngine } from "@chaingrad/core";
import { isWrong } from "@chaingrad/core/check";
import { takenNames } from "@chaingrad/core/net";
import { describe, expect, test } from "vitest";
import { memberPlan } from "../../src/automatic/member.ts";
import { merged } from "../../src/automatic/merge.ts";
import { membersOf } from "../../src/automatic/recipe.ts";
import { checkColumns } from "../../src/chain/check-columns.ts";
import { prepareRows } from "../../src/chain/prepare-rows.ts";
import { certifyOpened, explainOpened } from "../../src/explain/explain-opened.ts";
import { batchOf } from "../../src/judging/labelled-rows.ts";
import { RowGradient } from "../../src/model/gradient.ts";
import { readModel, type TableModelData, takesTables, writeModel } from "../../src/model/model-file.ts";
import { encode } from "../../src/table/encoder.ts";
import { type Prepared, prepareTable } from "../../src/table/prepare.ts";
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

/** Away from where they start: some of them start as 0. */
const learnt = (tensors: Record<string, Float64Array>): Record<string, Float64Array> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, values], i) => {
      const moved = randomNumbers(values.length, i, 77);
      return [name, values.map((value, k) => value + moved[k] / 4)];
    }),
  );

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

/** A small network for every third table, else the mean of members of the default recipe. */
function networkFor(prepared: Prepared, seed: number): Pick<TableModelData, "network" | "tensors"> {
  const { encoder } = prepared;
  const small: NetworkSpec = {
    inputs: encoder.features.length,
    layers: [
      { units: 4, activation: "tanh" },
      { units: 1, activation: "identity" },
    ],
  };
  if (seed % 3 === 0) return { network: small, tensors: learnt(initialParameters(small, seed)) };
  const members = membersOf("default", prepared);
  return merged(
    members.map((member, k) => {
      const { network } = memberPlan(prepared, { ...member, units: 4 }, ROWS, referenceEngine);
      const tensors = learnt(initialParameters(network, 3 * seed + k));
      return { model: { network, tensors }, weight: 1 / members.length };
    }),
  );
}

describe.each(range(12))("table %i", (seed) => {
  const table = tableOf(seed);
  const prepared = prepareTable(table, { target: "y", task: "regression", seed, embed: seed % 3 > 0 && 2 });
  const { encoder, target } = prepared;
  const objective = { loss: losses["mean-squared-error"]() };
  const weighted = networkFor(prepared, seed);
  const { network } = weighted;
  const model = { ...weighted, ...{ objective, encoder, target, seed, metrics: {} } } as TableModelData;
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

  test.runIf(encoder.embedded.length > 0)("its embedding is certified, and in every view", async () => {
    const rows = tableOf(seed);
    const opened = { ...model, origin: "trained", model } as const;
    const { checks } = certifyOpened(opened, batchOf(model, rows, { withTarget: true }));
    expect(checks.filter(({ verdict }) => isWrong(verdict))).toEqual([]);
    expect(checks.map(({ name }) => name)).toContain("E1");
    for (const from of ["loss", "prediction"]) {
      const row = batchOf(model, rows, { row: 3, withTarget: from === "loss" });
      const { blocks } = await explainOpened(opened, row, { of: "E1[1,2]", from, view: "all" });
      expect(blocks.length).toBeGreaterThan(20);
    }
  });

  test("its file gives the same encoder", () => {
    const again = readModel(writeModel(model));
    if (!takesTables(again)) throw new Error("a model of a table was written");
    expect(encode(again.encoder, table)).toEqual(encode(encoder, table));
    expect(again.tensors).toEqual(model.tensors);
  });
});
