/** Where numbers bend: at equal shares of the rows, and never at a row. */
import { describe, expect, test } from "vitest";
import { binsFor } from "../../src/automatic/bins.ts";
import { prepareTable, tableOf } from "../../src/index.ts";
import { randomNumbers } from "../random-numbers.ts";

const ROWS = 240;
const [a, b] = [0, 1].map((stream) => randomNumbers(ROWS, stream, 3));
const bins = (columns: (i: number) => Record<string, number | string>, embed = 20) => {
  const table = tableOf(Array.from({ length: ROWS }, (_, i) => ({ ...columns(i), y: a[i] + b[i] })));
  const prepared = prepareTable(table, { target: "y", folds: true, test: 0, embed });
  return { prepared, layer: binsFor(prepared) };
};

describe("edges", () => {
  test("hold equal shares of the rows between them, and every row is inside", () => {
    const { prepared, layer } = bins((i) => ({ a: a[i] }));
    const [edges] = layer?.edges ?? [];
    expect(edges).toHaveLength(25);
    const inside = edges
      .slice(1)
      .map((to, k) => Array.from(prepared.data.train.x).filter((x) => x > edges[k] && x < to).length);
    // Values that are hardly apart are not parted: a few rows more or fewer.
    for (const rows of inside) expect(Math.abs(rows - ROWS / 24)).toBeLessThanOrEqual(2);
    expect(inside.reduce((p, q) => p + q)).toBe(ROWS);
  });

  test("stand between the values of a column that has few", () => {
    const { prepared, layer } = bins((i) => ({ a: i % 5 }));
    const [edges] = layer?.edges ?? [];
    const values = [...new Set(Array.from(prepared.data.train.x))].sort((p, q) => p - q);
    expect(edges).toHaveLength(6);
    expect(values.every((value, i) => edges[i] < value && value < edges[i + 1])).toBe(true);
  });
});

test("few values, sides and categories that are looked up have none; embedded ones do not move the others", () => {
  const { layer, prepared } = bins((i) => ({ kind: `k${i % 30}`, side: i % 2 ? "l" : "r", few: i % 3, b: b[i] }));
  expect(prepared.encoder.embedded).toHaveLength(1);
  const [{ feature }] = prepared.encoder.embedded;
  const numbers = prepared.encoder.features.filter((_, j) => j !== feature);
  expect(layer?.features).toEqual([numbers.indexOf("b")]);
  expect(bins((i) => ({ few: i % 3 })).layer).toBeUndefined();
});

test("all together are not too many: a table of pixels has few of each", () => {
  const wide = (columns: number) =>
    bins((i) => Object.fromEntries(Array.from({ length: columns }, (_, j) => [`p${j}`, a[i] * (j + 1)])));
  const { layer } = wide(64);
  expect(layer?.edges?.map((own) => own.length - 1)).toEqual(new Array(64).fill(4));
  expect(wide(200).layer).toBeUndefined();
});
