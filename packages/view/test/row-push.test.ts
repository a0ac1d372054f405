/** The page of a row's pull: its numbers are those of the row, in both languages, wide and narrow. */
import type { Language } from "@chaingrad/core/explain";
import { formatNumber } from "@chaingrad/core/format";
import type { Table } from "@chaingrad/tables";
import type { RowPush } from "@chaingrad/tables/data-attribution";
import { parseHTML } from "linkedom";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rowPushPage } from "../src/row-push.ts";
import { hasChromium, launch, onPage, VIEWS, violations } from "./browser.ts";

const table: Table = {
  rows: 3,
  columns: [
    { name: "price", type: "number", values: Float64Array.of(1, 250, 3) },
    { name: "district <b>", type: "text", values: ["a", "north & south", null] },
    { name: "size", type: "number", values: Float64Array.of(1, Number.NaN, 3) },
  ],
};

/** A row with so many layers, the later ones pulled at less. */
function pushOf(count: number, cosine = -0.25): RowPush {
  const norms = Array.from({ length: count }, (_, i) => 4 / (i + 1));
  const squares = norms.reduce((sum, norm) => sum + norm ** 2, 0);
  const layers = norms.map((norm, i) => ({
    ...{ layer: i + 1 < count ? `hidden${i + 1}` : "output", norm, median: 1.5, share: norm ** 2 / squares },
    ...{ cosine: i % 2 === 0 ? -0.5 : 0.25, part: cosine / count },
  }));
  return { target: "price", row: 2, loss: 1.25, norm: Math.sqrt(squares), cosine, rank: 3, of: 3, layers };
}

const pageOf = (found: RowPush, language: Language = "en") =>
  rowPushPage({ found, table, title: "t<i>.csv", language });
const read = (html: string) => parseHTML(html).document as unknown as Document;

test("every layer has its bars, and its numbers in the tables", () => {
  const found = pushOf(3);
  const page = read(pageOf(found));
  expect(page.querySelector("h1")!.textContent).toBe("Row 2 of t<i>.csv: how it pulls at each layer");
  const tables = Array.from(page.querySelectorAll("figure table"), (one) =>
    Array.from(one.querySelectorAll("tbody tr"), (row) => Array.from(row.children, (cell) => cell.textContent)),
  );
  const shown = (value: number): string => formatNumber(value, 4);
  expect(tables).toEqual([
    found.layers.map(({ layer, norm, median }) => [layer, shown(norm), shown(median)]),
    found.layers.map(({ layer, cosine, part }) => [layer, shown(cosine), shown(part)]),
    found.layers.map(({ layer, share }) => [layer, shown(100 * share)]),
  ]);
  for (const chart of page.querySelectorAll("figure svg")) expect(chart.querySelectorAll("rect")).toHaveLength(3);
  const cells = Array.from(page.querySelectorAll("main > .scroll tbody tr"), (row) => row.textContent);
  expect(cells).toEqual(["price250", "district <b>north & south", "size–"]);
  expect(page.body.textContent).toContain("It pulls against what the rows want on the whole");
});

test.each([
  [0.3, "It pulls the way that the rows pull on the whole."],
  [0.01, "It pulls neither with the rows nor against them."],
])("a cosine of %d is said in words", (cosine, words) => {
  expect(read(pageOf(pushOf(2, cosine))).body.textContent).toContain(words);
});

test("of many layers the strongest have bars, all have numbers", () => {
  const page = read(pageOf(pushOf(40)));
  const [strength] = page.querySelectorAll("figure");
  expect(strength.querySelectorAll("svg rect")).toHaveLength(30);
  expect(strength.querySelectorAll("tbody tr")).toHaveLength(40);
  expect(strength.textContent).toContain("10 layers with less are in the table alone.");
});

test("in Chinese no sentence is English", () => {
  const page = read(pageOf(pushOf(3), "zh"));
  expect(page.documentElement.getAttribute("lang")).toBe("zh-Hans");
  for (const style of page.querySelectorAll("style")) style.remove();
  const own = page
    .querySelector("main")!
    .textContent!.replaceAll(/t<i>\.csv|hidden\d|output|price|district <b>|north & south|size/g, "");
  expect(own).not.toMatch(/[A-Za-z]{2,}/);
});

describe.skipIf(!hasChromium)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test.each(VIEWS)("%o: no violation that axe-core knows, and nothing beside the page", async (view) => {
    for (const language of ["en", "zh"] as const)
      await onPage(browser, pageOf(pushOf(4), language), view, async (tab) => {
        for (const one of await tab.locator("summary").all()) await one.click();
        expect(await violations(tab)).toEqual([]);
        expect(await tab.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      });
  });
});
