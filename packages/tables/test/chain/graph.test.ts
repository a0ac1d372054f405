/** The graph below a network computes what encoders and targets compute: to the last bit on the reference engine. */
import { type Expr, evaluate, input, label, program, referenceEngine, wasmEngine } from "@chaingrad/core";
import { takenNames } from "@chaingrad/core/net";
import { describe, expect, test } from "vitest";
import { columnNamed } from "../../src/chain/column-named.ts";
import { prepareRows } from "../../src/chain/prepare-rows.ts";
import { randomRows } from "../../src/chain/random-rows.ts";
import { predictionGraph } from "../../src/chain/target-graph.ts";
import type { TableModelData } from "../../src/model/model-file.ts";
import { encode } from "../../src/table/encoder.ts";
import { allRows, type Table } from "../../src/table/table.ts";
import { decodeTarget, encodeTarget, type RegressionTarget } from "../../src/table/target.ts";
import { all, batchOf, classes, netOf, regression, table } from "./models.ts";

const taken = takenNames(netOf(regression));

/** A missing cell is 0 times something: −0 is 0. */
const signless = (values: ArrayLike<number>): number[] => Array.from(values, (value) => value + 0);

const columnOf = (of: Table, name: string): Table["columns"][number] =>
  of.columns.find((column) => column.name === name) as Table["columns"][number];

describe.each(["reference", "wasm"])("on the %s engine", (name) => {
  const engineOf = async () => (name === "wasm" ? wasmEngine() : referenceEngine);

  test.each([
    ["all rows", table, all, undefined],
    ["a row without missing cells", table, [0], undefined],
    ["a row with a missing cell", table, [1], undefined],
    ["a row beyond the limit", table, [3], undefined],
    ["one column", table, all, "weight_lbs"],
    ["a date", table, [2, 0], "sold"],
    ["200 random rows", randomRows(regression, 200, 7), Array.from({ length: 200 }, (_, i) => i), undefined],
  ])("x and target of %s are those of the encoders", async (_, of, rows, only) => {
    const prepared = prepareRows(regression, of, rows, { taken, only });
    const { x, target, columns, given, values } = prepared;
    const outputs: Record<string, Expr> = { x, target: target as Expr };
    const found = evaluate(await engineOf(), program("below", [...columns, ...given], outputs), values);
    const encoded = Array.from(encode(regression.encoder, of, rows));
    if (name === "reference") expect(signless(found.x)).toEqual(encoded);
    // Other engines have logarithms and sines of their own, and may round a product and a sum at once.
    for (const [i, value] of encoded.entries()) expect(Math.abs(found.x[i] - value)).toBeLessThan(2e-15);
    const y = encodeTarget(regression.target as RegressionTarget, columnOf(of, "miles_per_gallon"), rows);
    expect(Array.from(found.target)).toEqual(Array.from(y));
  });

  test("outputs in the target's unit are what decodeTarget gives", async () => {
    const outputs = [-2.5, 0, 0.1, 3.75];
    const z = input("z", [4, 1], "f64");
    const graph = predictionGraph(regression.target, regression.objective.loss, z);
    const { found } = evaluate(await engineOf(), program("unit", [z], { found: graph }), { z: outputs });
    expect(Array.from(found)).toEqual(Array.from(decodeTarget(regression.target as RegressionTarget, outputs)));
  });
});

test("each step says which rule made it, and labels stay apart from the network's own", () => {
  const renamed = (name: string, to: string): string => (name === "tiny" ? to : name);
  const own: TableModelData = {
    ...regression,
    encoder: {
      ...regression.encoder,
      columns: regression.encoder.columns.map((column) => ({ ...column, name: renamed(column.name, "x") })),
    },
  };
  const renamedTable = {
    ...table,
    columns: table.columns.map((column) => ({ ...column, name: renamed(column.name, "x") })),
  };
  const { x, columns, followed, missing, target } = prepareRows(own, renamedTable, all, { taken });
  const followedNames = ["weight_lbs", "horse power", "sold", "x", "mass", "paid"];
  expect(columns.map((node) => node.label)).toEqual(followedNames.map((name) => (name === "x" ? "x′" : name)));
  expect([...followed.values()].map((one) => one.name)).toEqual(followedNames);
  expect(missing).toEqual(["horse power", "mass", "paid"]);
  const features = x.operands.map((part) => (part.op.name === "reshape" ? part.operands[0] : part));
  // Amounts first: weight, horse power, sold with four cycles, tiny (here x), mass, paid, and the time between sold and paid.
  const amounts = Array.from({ length: 15 }, (_, i) => `x${i + 1}`);
  const flags = ["origin", "horse power (missing)", "mass (missing)", "new", "paid (missing)", "remark"];
  expect(features.map((node) => node.label)).toEqual([...amounts, ...flags]);
  expect(own.encoder.numbers).toBe(amounts.length);
  expect(features[0].provenance).toEqual({ rule: "standardise", of: "weight_lbs" });
  expect(target?.provenance).toEqual({ rule: "standardise", of: "miles_per_gallon" });
  expect(label(x, "x").op.name).toBe("concat");
});

test("classes are targets as they are", () => {
  const prepared = prepareRows(classes, table, all, { taken });
  expect(prepared.target).toBeUndefined();
  expect(batchOf(classes, all).y).toEqual(Float64Array.of(1, 0, 1, 2));
});

test("random rows have what the columns have, the same for the same seed", () => {
  const rows = randomRows(regression, 400, 5);
  expect(rows).toEqual(randomRows(regression, 400, 5));
  expect(rows).not.toEqual(randomRows(regression, 400, 6));
  const x = encode(regression.encoder, rows);
  const width = regression.encoder.features.length;
  const meanOf = (feature: string): number => {
    const place = regression.encoder.features.indexOf(feature);
    return allRows(rows).length === 400
      ? x.filter((_, i) => i % width === place).reduce((a, b) => a + b, 0) / 400
      : Number.NaN;
  };
  for (const feature of ["weight_lbs", "sold", "tiny"]) expect(Math.abs(meanOf(feature))).toBeLessThan(0.15);
  expect(meanOf("origin=USA")).toBeGreaterThan(0.3);
  expect(meanOf("horse power (missing)")).toBeGreaterThan(0.05);
});

describe("a column that is named", () => {
  const named = (text: string): string | undefined => columnNamed(regression, text, taken)?.name;
  test("is found as it is written", () => {
    expect(named("weight_lbs")).toBe("weight_lbs");
    expect(named(" horse power ")).toBe("horse power");
    expect(named("weight_lbs[3]")).toBe("weight_lbs");
  });
  test.each(["x", "W1", "W1[2,3]", "x[4]", "z2", "y", "W9", "h7[2]"])(
    "is not %s, which the network knows or refuses",
    (text) => {
      expect(named(text)).toBeUndefined();
    },
  );
  test.each([
    ["weight_lb", "did you mean 'weight_lbs'? The model reads weight_lbs, horse power, sold, tiny, mass, paid"],
    ["colour", "there is no column 'colour' of numbers or dates; The model reads weight_lbs"],
    ["origin", "origin is a category, which has no derivative: its features are x[16] to x[19]"],
    ["miles_per_gallon", "miles_per_gallon is the target: nothing is predicted from it"],
  ])("%s is refused with what there is", (text, message) => {
    expect(() => named(text)).toThrow(message);
  });
});
