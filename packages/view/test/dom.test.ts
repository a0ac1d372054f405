/** Views in somebody else's page: as fragments, two of them together, without touching what is around them. */
import { resolve } from "node:path";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasChromium, launch, onPage, violations } from "./browser.ts";
import { programsOf } from "./programs.ts";

const STRICT = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline'; style-src 'none'">`;
const HOST = `<!doctype html><html lang="en"><head>${STRICT}<title>A studio</title></head>
<body><main><h1>Studio</h1><h2 id="own">Own</h2><table><tbody><tr><td>1</td></tr></tbody></table><div class="first"></div><div class="second"></div></main></body></html>`;

const PROGRAM = `
import { explainNet } from "@chaingrad/core/explain";
import { exampleBatch, exampleNetwork } from "@chaingrad/core/net";
import { checkNet } from "@chaingrad/core/check";
import * as view from "@chaingrad/view";
import * as dom from "@chaingrad/view/dom";
const [net, { tensors }] = [exampleNetwork, exampleNetwork];
window.view = view; window.dom = dom;
window.of = explainNet(net, tensors, exampleBatch);
window.checks = checkNet(net, tensors, exampleBatch);
`;

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    ...{ stdin: { contents, resolveDir: resolve(import.meta.dirname, "..") }, bundle: true, format: "iife" },
    ...{ platform: "browser", conditions: ["@chaingrad/source"], external: ["node:*"], write: false, outdir: "out" },
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

describe.skipIf(!hasChromium)("in Chromium", () => {
  let browser: Browser;
  let script: string;
  beforeAll(async () => {
    browser = await launch();
    script = await bundled(PROGRAM);
  }, 120_000);
  afterAll(() => browser?.close());

  const inStudio = (see: (tab: Page) => Promise<void>): Promise<void> =>
    onPage(browser, HOST, { width: 1200, scheme: "light" }, async (tab) => {
      await tab.addScriptTag({ content: script });
      await see(tab);
    });

  test("two derivations have ids of their own, and each its own steps", { timeout: 120_000 }, async () => {
    await inStudio(async (tab) => {
      await tab.evaluate(`
        dom.adopt(view.DERIVATION_STYLE);
        dom.adopt(view.DERIVATION_STYLE);
        dom.mount(document.querySelector(".first"), view.derivationView(of, { id: "a-" }));
        window.takeOut = dom.mount(document.querySelector(".second"), view.derivationView(of, { id: "b-", language: "zh", target: "W1[1,2]" }));
      `);
      const twice =
        "const all = [...document.querySelectorAll('[id]')].map((one) => one.id); all.filter((id, i) => all.indexOf(id) !== i)";
      expect(await tab.evaluate(`(() => { ${twice.replace("; all.filter", "; return all.filter")} })()`)).toEqual([]);
      expect(await tab.evaluate("document.adoptedStyleSheets.length")).toBe(1);
      await tab.click("#a-next");
      expect(await tab.locator("#a-progress").innerText()).toContain("Step 2 of");
      expect(await tab.locator("#b-progress").innerText()).not.toContain("2 步");
      expect(await tab.locator("#b-chosen").innerText()).toContain("W₁[1,2]");
      // Comma and full stop are for the view that has the focus.
      await tab.focus("#b-next");
      await tab.keyboard.press(".");
      expect(await tab.locator("#a-progress").innerText()).toContain("Step 2 of");
      expect(await violations(tab)).toEqual([]);
      await tab.evaluate("takeOut()");
      expect(await tab.locator(".second").innerHTML()).toBe("");
    });
  });

  test("a style sheet reaches nothing but views", { timeout: 120_000 }, async () => {
    const look = `["h1", "h2", "td", "body"].map((name) => {
      const { font, color, backgroundColor, margin, padding, borderTop, maxWidth } = getComputedStyle(document.querySelector(name));
      return [font, color, backgroundColor, margin, padding, borderTop, maxWidth].join();
    })`;
    await inStudio(async (tab) => {
      const before = await tab.evaluate(look);
      await tab.evaluate(
        "[view.STYLE, view.DERIVATION_STYLE, view.CERTIFICATE_STYLE].forEach((one) => dom.adopt(one))",
      );
      await tab.evaluate("dom.mount(document.querySelector('.first'), view.certificateView(checks))");
      expect(await tab.evaluate(look)).toEqual(before);
      const cell = ".first td";
      expect(await tab.evaluate(`getComputedStyle(document.querySelector("${cell}")).whiteSpaceCollapse`)).toBe(
        "collapse",
      );
      expect(await tab.evaluate(`getComputedStyle(document.querySelector("${cell}")).textWrapMode`)).toBe("nowrap");
    });
  });

  test("the README's program for a page", { timeout: 120_000 }, async () => {
    const [, program] = programsOf();
    const own = await bundled(program);
    await onPage(
      browser,
      HOST.replace('class="first"', 'id="network"'),
      { width: 1200, scheme: "dark" },
      async (tab) => {
        await tab.addScriptTag({ content: own });
        await tab.click("#first-next");
        expect(await tab.locator("#first-progress").innerText()).toContain("Step 2 of");
      },
    );
  });
});

test("in Node the main entry and the one for documents are loaded without a document", async () => {
  const dom = await import("../src/dom.ts");
  expect("document" in globalThis).toBe(false);
  expect(Object.keys(dom).sort()).toEqual(["adopt", "enliven", "fragment", "mount"]);
  expect(Object.keys(await import("../src/index.ts"))).toContain("derivationView");
});
