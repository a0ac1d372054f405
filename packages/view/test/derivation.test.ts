/** The derivation's page: in Chromium by keyboard alone, and without a violation that axe-core knows. */

import { initialParameters, losses } from "@chaingrad/core";
import {
  catalogue,
  type Explained,
  explainNet,
  type Language,
  parseTarget,
  printNotation,
  views,
} from "@chaingrad/core/explain";
import { exampleBatch, exampleNetwork, randomBatch } from "@chaingrad/core/net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { derivationPage } from "../src/derivation/page.ts";
import { pageWords } from "../src/derivation/words.ts";
import { hasChromium, launch, onPage, VIEWS, violations } from "./browser.ts";

const example = explainNet(exampleNetwork, exampleNetwork.tensors, exampleBatch);

function network(sizes: readonly number[], rows = 1): Explained {
  const layers = sizes
    .slice(1)
    .map((units, i) => ({ units, activation: i === sizes.length - 2 ? ("identity" as const) : ("relu" as const) }));
  const loss = losses["softmax-cross-entropy"]();
  const net = { network: { inputs: sizes[0], layers }, objective: { loss } };
  return explainNet(net, initialParameters(net.network, 1), randomBatch(net.network, loss, rows, 1));
}

const pageOf = (of: Explained, language: Language = "en", target?: string): string =>
  derivationPage(of, { title: ["A network", 'its <features> & "more"'], language, digits: 4, target });

const pages: [string, string][] = [
  ["the example", pageOf(example)],
  ["the example in Chinese, with a choice", pageOf(example, "zh", "W2[1,3]")],
  ["a classifier of three rows", pageOf(network([4, 5, 3], 3))],
  ["a network too wide to draw", pageOf(network([30, 20, 12]), "en", "h1[1]")],
];

test.each(pages)("%s: self-contained, nothing taken for a tag", (_, html) => {
  expect(html).not.toMatch(/https?:\/\/|url\(|@import|<link|<img| on[a-z]+="|<features>/);
  expect(html).toContain("its &#60;features&#62; &#38; &#34;more&#34;");
});

test("both languages have every text of the page, with the same places", () => {
  const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const key of Object.keys(pageWords.en) as (keyof typeof pageWords.en)[]) {
    expect(places(pageWords.zh[key]), key).toEqual(places(pageWords.en[key]));
    expect(pageWords.zh[key]).not.toBe(pageWords.en[key]);
  }
  expect(Object.keys(pageWords)).toEqual(Object.keys(catalogue));
});

describe.skipIf(!hasChromium)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  // Every view of one page; pages that differ in their contents alone in one.
  const seen = pages.flatMap(([name, html], i) =>
    VIEWS.filter((_, v) => i === 1 || v === (i % 2 === 0 ? 0 : 3)).map((view) => ({ name, html, ...view })),
  );
  test.each(seen)(
    "$name, $width pixels, $scheme: no violation, nothing wider than the page",
    async ({ html, ...view }) => {
      await onPage(browser, html, view, async (tab) => {
        await tab.click("summary");
        expect(await violations(tab)).toEqual([]);
        expect(await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      });
    },
  );

  const text = (tab: Page, selector: string): Promise<string> => tab.locator(selector).innerText();
  const focused = (tab: Page): Promise<string> =>
    tab.evaluate("document.activeElement.dataset.target ?? document.activeElement.id");

  test("by keyboard: to a weight, whose chain, terms and paths appear, and whose path is lit", async () => {
    await onPage(browser, pageOf(example), VIEWS[0], async (tab) => {
      for (let i = 0; i < 5 && (await focused(tab)) !== "x[1]"; i++) await tab.keyboard.press("Tab");
      await tab.keyboard.press("ArrowRight");
      expect(await focused(tab)).toBe("W1[1,1]");
      for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowDown"]) await tab.keyboard.press(key);
      expect(await focused(tab)).toBe("W2[1,3]");
      await tab.keyboard.press("Enter");
      const value = printNotation({ form: "number", value: example.numbers["∂L/∂W2"][2] });
      expect(await text(tab, "#chosen")).toBe(`weight W₂[1,3] = 0.2, derivative ${value}`);
      expect(await tab.locator("#factors > li").count()).toBe(
        views.contracted(example, parseTarget(example, "W2[1,3]")).filter(({ kind }) => kind === "equation").length,
      );
      expect(await text(tab, "#own")).toContain("All ways to the loss");
      const lit = await tab.evaluate("[...document.querySelectorAll('svg .lit')].map((one) => one.dataset.target)");
      expect((lit as string[]).sort()).toEqual(["L", "W2[1,3]", "W3[1,1]", "h1[3]", "h2[1]", "y[1]"]);
      expect(await tab.locator("[aria-pressed=true]").getAttribute("data-target")).toBe("W2[1,3]");
    });
  });

  test("by keyboard: every step forward and backward, with the numbers of the derivation", async () => {
    const { forward, backward } = example.derivation;
    const steps = [...forward, ...backward];
    await onPage(browser, pageOf(example), VIEWS[1], async (tab) => {
      for (const [i, step] of steps.entries()) {
        const direction = i < forward.length ? "forward" : "backward";
        expect(await text(tab, "#progress")).toBe(
          `Step ${i + 1} of ${steps.length}, ${direction}: ${printNotation(step.symbol)}`,
        );
        const shown = (await tab.locator("#step .numbers").textContent()) as string;
        const values = Array.from(example.numbers[step.name], (value) => printNotation({ form: "number", value }));
        for (const value of values) expect(shown.replace(/·10(−?\d+)/g, "e$1")).toContain(value);
        await tab.keyboard.press(".");
      }
      expect(await tab.locator("#next").isDisabled()).toBe(true);
      await tab.keyboard.press(",");
      expect(await text(tab, "#progress")).toContain(`Step ${steps.length - 1}`);
    });
  });

  test("by list, and with the other colours", async () => {
    await onPage(browser, pageOf(example), VIEWS[2], async (tab) => {
      await tab.selectOption("#target", "b1[2]");
      expect(await text(tab, "#chosen")).toContain("bias b₁[2] = −0.1");
      const paper = (): Promise<string> => tab.evaluate("getComputedStyle(document.body).backgroundColor");
      const before = await paper();
      expect(await text(tab, "#scheme")).toBe("Dark");
      await tab.focus("#scheme");
      await tab.keyboard.press("Enter");
      expect(await paper()).not.toBe(before);
      expect(await text(tab, "#scheme")).toBe("Light");
      expect(await violations(tab)).toEqual([]);
    });
  });
});
