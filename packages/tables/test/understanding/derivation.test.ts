/** Derivations of a model's answers: every number is computed again from what the view shows, and that from the model itself. */
import { referenceEngine } from "@chaingrad/core";
import {
  type Block,
  catalogue,
  htmlBody,
  type Language,
  latexDocument,
  markdownDocument,
  terminalLines,
  viewJson,
} from "@chaingrad/core/explain";
import katex from "katex";
import { describe, expect, test } from "vitest";
import { TableModel } from "../../src/model/table-model.ts";
import type { Column, Table } from "../../src/table/table.ts";
import {
  accumulatedLocalEffects,
  dependenceView,
  importanceView,
  integratedGradients,
  localEffectsView,
  partialDependence,
  pathView,
  permutationImportance,
  prefers,
  shapleyValues,
  sharesView,
} from "../../src/understanding.ts";
import { classes, counts, table as mixedTable, regression } from "../chain/models.ts";
import { amounts, kinds, oracle, table } from "./oracle.ts";

const engine = referenceEngine;
const model = new TableModel(amounts, engine);
const all = { most: Number.POSITIVE_INFINITY };

type Cells = readonly (string | number)[];
interface Shown {
  readonly kind: string;
  readonly symbol?: string;
  readonly values?: readonly number[];
  readonly caption?: string;
  readonly rows?: readonly Cells[];
}

/** What is shown, with all digits: the rows of each table, and each equation's value by its symbol. */
function shown(blocks: readonly Block[]) {
  const json = viewJson(blocks, catalogue.en) as Shown[];
  const tables = json.filter(({ kind }) => kind === "table").map(({ rows = [] }) => rows);
  const values = Object.fromEntries(
    json.flatMap(({ symbol, values = [] }) => (symbol === undefined ? [] : [[symbol, values[0]] as const])),
  );
  return { tables, values };
}

const sumOf = (values: Iterable<string | number>): number => [...values].reduce<number>((a, b) => a + Number(b), 0);
const meanOf = (values: readonly number[]): number => sumOf(values) / values.length;
/** Without the line of the sum. */
const body = (rows: readonly Cells[]): readonly Cells[] => rows.slice(0, -1);

/** The table with a column set in every row, or in some. */
function withColumn(
  name: string,
  value: string | number,
  rows = Array.from({ length: table.rows }, (_, i) => i),
): Table {
  const columns = table.columns.map((column): Column => {
    const own = rows.map((row) => (column.name === name ? value : column.values[row]));
    if (column.type === "number") return { ...column, values: Float64Array.from(own as number[]) };
    return { ...column, values: own as string[] } as Column;
  });
  return { rows: rows.length, columns };
}

const said = (of: Table): number[] =>
  (model.predict(of as never) as unknown as { price: number }[]).map(({ price }) => price);

describe("permutation importance", () => {
  test.each([
    ["r2", 1],
    ["mae", -1],
  ] as const)("of %s is the mean of what each permutation changes", async (score, sign) => {
    const found = await permutationImportance(amounts, table, { repeats: 4, seed: 3, score, engine });
    for (const { column, importance, standardError } of found.columns) {
      const { tables, values } = shown(importanceView(found, column));
      const [rows] = tables;
      expect(rows).toHaveLength(5);
      const drops = body(rows).map(([, reached]) => sign * (values.s - Number(reached)));
      for (const [k, [, , drop]] of body(rows).entries()) expect(drops[k]).toBeCloseTo(Number(drop), 12);
      expect(meanOf(drops)).toBeCloseTo(importance, 12);
      expect(values.I).toBeCloseTo(importance, 12);
      const squares = sumOf(drops.map((drop) => (drop - values.I) ** 2));
      expect(values.e).toBeCloseTo(Math.sqrt(squares / (4 * 3)), 12);
      expect(values.e).toBeCloseTo(standardError as number, 12);
    }
    expect(found.reached).toBe(shown(importanceView(found, "size")).values.s);
  });

  test("of one permutation has no error, and a column that it is not of is refused with the nearest", async () => {
    const found = await permutationImportance(amounts, table, { repeats: 1, engine });
    expect(shown(importanceView(found, "age")).values).not.toHaveProperty("e");
    expect(() => importanceView(found, "sise")).toThrow("there is no number of a column 'sise' to be derived");
  });
});

describe("partial dependence", () => {
  test("is the mean of what the model says of each row with the column set", async () => {
    const found = await partialDependence(amounts, table, "size", { grid: [70, 110], curves: true, engine });
    for (const [point, size] of [70, 110].entries()) {
      const { tables, values } = shown(dependenceView(found, point, all));
      const each = body(tables[0]).map(([, value]) => Number(value));
      expect(values.f).toBeCloseTo(found.mean[point], 10);
      expect(meanOf(each)).toBeCloseTo(found.mean[point], 10);
      for (const [row, value] of said(withColumn("size", size)).entries()) expect(each[row]).toBeCloseTo(value, 9);
    }
  });

  test("shows ten rows and what the others say together; of two columns both are set", async () => {
    const found = await partialDependence(amounts, table, ["size", "district"], {
      ...{ grid: [[80], [oracle.categories[0]]], curves: true, engine },
    });
    const blocks = dependenceView(found, 0);
    const { tables, values } = shown(blocks);
    expect(tables[0].map(([label]) => label).slice(-3)).toEqual(["10", `the other ${table.rows - 10} rows`, "sum"]);
    expect(sumOf(body(tables[0]).map(([, value]) => value)) / values.n).toBeCloseTo(found.mean[0], 10);
    expect(terminalLines(blocks).join("\n")).toContain(`size = 80, district = ${oracle.categories[0]}`);
    expect(() => dependenceView(found, 1)).toThrow("point must be a whole number from 0 to 0, got 1");
  });

  test("needs the rows' curves", async () => {
    const found = await partialDependence(amounts, table, "size", { grid: [70], engine });
    expect(() => dependenceView(found, 0)).toThrow("ask partialDependence for curves: true");
  });
});

test("local effects are mean differences across bins, added up and centred over the rows", async () => {
  const found = await accumulatedLocalEffects(amounts, table, "age", { bins: 6, engine });
  const ages = oracle.columns.age;
  for (const edge of found.edges.keys()) {
    const { tables, values } = shown(localEffectsView(found, edge));
    const g = [0];
    for (const [bin, row] of tables[0].entries()) {
      const [, from, to, count, lower, upper] = row.map(Number);
      const own = ages.flatMap((age, i) => ((bin === 0 ? age >= from : age > from) && age <= to ? [i] : []));
      expect(own).toHaveLength(count);
      expect(lower).toBeCloseTo(meanOf(said(withColumn("age", from, own))), 9);
      expect(upper).toBeCloseTo(meanOf(said(withColumn("age", to, own))), 9);
      g.push(g[bin] + upper - lower);
    }
    const centre = sumOf(tables[0].map((row, j) => (Number(row[3]) * (g[j] + g[j + 1])) / 2)) / ages.length;
    expect(g[edge] - centre).toBeCloseTo(found.effects[edge], 10);
    expect(values.f).toBeCloseTo(found.effects[edge], 10);
    expect(values.c).toBeCloseTo(centre, 10);
    if (edge > 0) expect(values[`g[${edge}]`]).toBeCloseTo(g[edge], 10);
  }
  expect(() => localEffectsView(found, 7)).toThrow("edge must be a whole number from 0 to 6, got 7");
});

describe("integrated gradients", () => {
  test("are the sum over pieces and points, and complete", async () => {
    const found = await integratedGradients(amounts, table, 5, { baseline: 9, path: true, engine });
    for (const { column, contribution } of found.contributions) {
      const { tables, values } = shown(pathView(found, column, all));
      const [inputs, pieces, points] = tables;
      expect(sumOf(body(inputs).map(([, , , way, slope]) => Number(way) * Number(slope)))).toBeCloseTo(
        contribution,
        10,
      );
      expect(sumOf(body(pieces).map((row) => row[5]))).toBeCloseTo(contribution, 10);
      const own = sumOf(body(points).map(([, , weight, rate]) => Number(weight) * Number(rate)));
      expect(own).toBeCloseTo(Number(pieces[0][5]), 10);
      expect(values.φ).toBeCloseTo(contribution, 10);
      // Each piece begins where one ends, and what all columns add in it is what the prediction moves by.
      const inOrder = [...body(pieces)].sort((a, b) => Number(a[0]) - Number(b[0]));
      expect([inOrder[0][0], inOrder[inOrder.length - 1][1]]).toEqual([0, 1]);
      for (const [i, [from, , before, after, added]] of inOrder.entries()) {
        if (i > 0) expect([from, before]).toEqual([inOrder[i - 1][1], inOrder[i - 1][3]]);
        expect(Number(after) - Number(before)).toBeCloseTo(Number(added), 6);
      }
      expect(values.F - values["F′"] - sumOf(found.contributions.map((one) => one.contribution))).toBe(values.r);
    }
    const [own, other] = said(withColumn("", 0, [4, 8]));
    expect([found.prediction, found.baselinePrediction].map((value) => Number(value.toFixed(8)))).toEqual(
      [own, other].map((value) => Number(value.toFixed(8))),
    );
  });

  test("the points are those of Gauss, and their rates the slope of the prediction along the column's share of the way", async () => {
    // Rows that differ in one column of numbers: the way is that column's alone, and its values are known at each point.
    const two = {
      rows: 2,
      columns: withColumn("", 0, [0, 0]).columns.map((column) =>
        column.name === "age" ? ({ ...column, values: Float64Array.of(10, 60) } as Column) : column,
      ),
    };
    const found = await prefers(amounts, two, 2, 1, { path: true, engine });
    const { tables } = shown(pathView(found, "age", all));
    const one = (age: number): number => said({ ...withColumn("age", age, [0]) })[0];
    // The feature goes straight, the column as far as its feature says: x = z / √(1 + (z/3)²) of z = (age − μ)/σ.
    const [[, start, end]] = tables[0].map((row) => row.map(Number));
    const ageAt = (t: number): number => {
      const x = start + t * (end - start);
      return oracle.centre.age + (oracle.scale.age * x) / Math.sqrt(1 - (x / 3) ** 2);
    };
    expect([ageAt(0), ageAt(1)].map((age) => Number(age.toFixed(6)))).toEqual([10, 60]);
    for (const [, time, weight, rate] of body(tables[2])) {
      const [t, h] = [Number(time), 1e-5];
      expect(Number(rate)).toBeCloseTo((one(ageAt(t + h)) - one(ageAt(t - h))) / (2 * h), 4);
      expect(Number(weight)).toBeGreaterThan(0);
    }
    const { contribution } = found.contributions.find(({ column }) => column === "age")!;
    expect(contribution).toBeCloseTo(one(60) - one(10), 6);
    expect(terminalLines(pathView(found, "age")).join("\n")).toContain("from row 1, t = 0, to row 2, t = 1");
  });

  test("need the path", async () => {
    const found = await integratedGradients(amounts, table, 5, { engine });
    expect(found).not.toHaveProperty("path");
    expect(() => pathView(found, "age")).toThrow("for path: true");
  });
});

describe("Shapley values", () => {
  test("are means of what turns move, with the standard error of the orders", async () => {
    const options = { samples: 240, background: 12, seed: 4, orders: true, engine };
    const found = await shapleyValues(amounts, table, 3, options);
    for (const { column, contribution, standardError } of found.contributions) {
      const { tables, values } = shown(sharesView(found, column, all));
      const [forth, back, rows] = tables;
      expect(meanOf(body(rows).map(([, mean]) => Number(mean)))).toBeCloseTo(contribution, 10);
      expect(values.φ).toBeCloseTo(contribution, 10);
      const variances = sumOf(body(rows).map(([, , variance]) => variance));
      expect(Math.sqrt(variances / values.p) / values.n).toBeCloseTo(standardError, 10);
      expect(values.e).toBeCloseTo(standardError, 10);
      expect(values.n * values.p * 2).toBe(found.samples);
      const moves = [forth, back].map((order) => Number(order.find(([name]) => name === column)![2]));
      expect(values.m).toBeCloseTo(meanOf(moves), 12);
      expect(back.slice(1).map(([name]) => name)).toEqual(
        forth
          .slice(1)
          .map(([name]) => name)
          .reverse(),
      );
      // Each line is what the model says of the background row with the columns above filled in.
      const mixed: Record<string, unknown> = Object.fromEntries(
        table.columns.map(({ name, values: own }) => [name, own[found.background[0] - 1]]),
      );
      for (const [name, prediction] of forth) {
        const own = table.columns.find((one) => one.name === name);
        if (own) mixed[own.name] = own.values[2];
        expect(Number(prediction)).toBeCloseTo(
          (model.predict(mixed as never) as unknown as { price: number }).price,
          9,
        );
      }
      expect(values.S).toBeCloseTo(found.prediction - found.average, 10);
    }
  });

  test("need the orders", async () => {
    const found = await shapleyValues(amounts, table, 3, { samples: 40, background: 4, engine });
    expect(() => sharesView(found, "age")).toThrow("for orders: true");
  });
});

describe.each(Object.entries({ regression, counts, classes }))("dates, texts, offsets: a model of %s", (_, of) => {
  test("what each column adds comes about, what two dates lie apart among them", async () => {
    const found = await integratedGradients(of, mixedTable, 1, { baseline: 2, path: true, engine });
    expect(found.contributions.map(({ column }) => column)).toContain("paid − sold (hours)");
    for (const { column, contribution } of found.contributions) {
      const { tables, values } = shown(pathView(found, column, all));
      expect(values.φ).toBeCloseTo(contribution, 9);
      expect(sumOf(body(tables[0]).map((row) => row[5]))).toBeCloseTo(contribution, 9);
    }
    const shares = await shapleyValues(of, mixedTable, 1, { samples: 40, orders: true, engine });
    for (const { column, contribution, standardError } of shares.contributions) {
      const { values } = shown(sharesView(shares, column));
      expect(values.φ).toBeCloseTo(contribution, 9);
      expect(values.e).toBeCloseTo(standardError, 9);
    }
  });
});

test("every printer writes them in both languages, of classes, too", async () => {
  const options = { class: oracle.classes[1], engine };
  const views: Block[][] = [
    importanceView(await permutationImportance(kinds, table, { score: "log-loss", engine }), "district"),
    dependenceView(await partialDependence(kinds, table, "district", { ...options, curves: true }), 1),
    localEffectsView(await accumulatedLocalEffects(kinds, table, "rooms", options), 0),
    pathView(await integratedGradients(kinds, table, 2, { ...options, path: true }), "district"),
    sharesView(await shapleyValues(kinds, table, 2, { ...options, samples: 40, orders: true }), "district"),
  ];
  for (const blocks of views)
    for (const language of ["en", "zh"] as Language[]) {
      const printed = [
        terminalLines(blocks, { words: catalogue[language] }).join("\n"),
        markdownDocument(blocks, { language }),
        latexDocument(blocks, { language }),
        htmlBody(blocks, { language }),
      ];
      const [heading] = viewJson(blocks, catalogue[language]) as { text: string }[];
      expect(printed[0]).toContain(heading.text);
      for (const text of printed) expect(text).not.toMatch(/undefined|NaN/);
      const formulas = [...printed[1].matchAll(/\$\$\n([\s\S]*?)\n\$\$/g)];
      expect(formulas.length).toBeGreaterThan(1);
      for (const [, tex] of formulas) katex.renderToString(tex, { strict: "error", throwOnError: true });
    }
});
