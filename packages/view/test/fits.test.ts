/** The drawing fits its column without sideways scrolling from 700 pixels on, whatever network and columns there are. */
import { initialParameters, losses } from "@chaingrad/core";
import { type Explained, explainNet } from "@chaingrad/core/explain";
import { randomBatch } from "@chaingrad/core/net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { networkDrawing } from "../src/derivation/drawing.ts";
import { derivationPage } from "../src/derivation/page.ts";
import { STYLE } from "../src/derivation/style.ts";
import { htmlPage } from "../src/html/page.ts";
import { hasChromium, launch, onPage, violations } from "./browser.ts";

function network(
  sizes: readonly number[],
  names?: { readonly inputs: string[]; readonly outputs: string[] },
): Explained {
  const layers = sizes
    .slice(1)
    .map((units, i) => ({ units, activation: i === sizes.length - 2 ? ("identity" as const) : ("tanh" as const) }));
  const loss = losses["softmax-cross-entropy"]();
  const net = { network: { inputs: sizes[0], layers }, objective: { loss } } as const;
  const batch = randomBatch(net.network, net.objective.loss, 1, 1);
  return explainNet(net, initialParameters(net.network, 1), batch, { names });
}

const called = (count: number, what: string): string[] => Array.from({ length: count }, (_, i) => `${what} ${i + 1}`);
const LONG = "the distance to the nearest railway station in kilometres";

const NETWORKS: Record<string, Explained> = {
  "many units": network([60, 40, 12]),
  "long names": network([5, 4, 3], { inputs: called(5, LONG), outputs: called(3, "一个很长很长的类别名称，比图更宽") }),
};

const DEEP: Record<string, Explained> = {
  "a deep network": network([3, 4, 4, 4, 4, 4, 4, 4, 4, 2], { inputs: called(3, LONG), outputs: ["no", "yes"] }),
  "a very deep network": network([2, ...Array(24).fill(2), 2]),
};

describe.skipIf(!hasChromium)("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  const look = async (html: string, width: number, see: (tab: Page) => Promise<void>): Promise<void> =>
    onPage(browser, html, { width, scheme: width === 900 ? "dark" : "light" }, see);

  const pages: [string, string][] = [
    ...Object.entries(NETWORKS).map(([name, of]): [string, string] => [
      name,
      derivationPage(of, { title: [name], language: "en", digits: 4 }),
    ]),
    // Of these the drawing alone: their derivations are long.
    ...Object.entries(DEEP).map(([name, of]): [string, string] => [
      name,
      htmlPage({ title: name, style: STYLE, body: `<main><h1>${name}</h1>${networkDrawing(of, name)}</main>` }),
    ]),
  ];

  test.each(pages)("%s", { timeout: 120_000 }, async (_, html) => {
    for (const width of [700, 900, 1400]) {
      await look(html, width, async (tab) => {
        const picture = "document.querySelector('.picture')";
        expect(await tab.evaluate(`${picture}.scrollWidth <= ${picture}.clientWidth`), `${width}`).toBe(true);
        expect(await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
        expect(await tab.evaluate(outside), "drawn outside of the picture").toEqual([]);
      });
    }
    await look(html, 360, async (tab) => {
      expect(await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      // What does not fit can be scrolled to in its box, and can still be read there.
      expect(await tab.evaluate("document.querySelector('.picture svg').clientWidth >= 400")).toBe(true);
      expect(await violations(tab)).toEqual([]);
    });
  });

  test("columns' names give way to symbols by a checkbox", async () => {
    const options = { title: ["A network"], language: "en", digits: 4, target: "W1[2,3]" } as const;
    await look(derivationPage(NETWORKS["long names"], options), 900, async (tab) => {
      const shown = (kind: string): Promise<number> =>
        tab.evaluate(
          `[...document.querySelectorAll('#own .${kind}')].filter((one) => one.getClientRects().length > 0).length`,
        );
      expect(await tab.locator("#own").innerText()).toContain(`“${LONG} 3”`);
      expect(await tab.locator("#chosen").innerText()).toContain(`W₁[2,“${LONG} 3”]`);
      const named = await shown("name");
      expect([named > 0, await shown("symbol")]).toEqual([true, 0]);
      await tab.check(".symbols-switch input");
      expect([await shown("name"), await shown("symbol")]).toEqual([0, named]);
    });
  });
});

/** Texts and circles that stand out of the picture, by their contents. */
const outside = `(() => {
  const frame = document.querySelector(".picture").getBoundingClientRect();
  return [...document.querySelectorAll(".picture text, .picture circle, .picture rect")]
    .filter((one) => { const box = one.getBoundingClientRect(); return box.left < frame.left || box.right > frame.right; })
    .map((one) => one.textContent);
})()`;
