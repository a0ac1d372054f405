/**
 * The site as it is served: built in a folder of its own, all of its links and anchors lead somewhere, nothing is asked of
 * another host, axe-core finds nothing, and its search finds pages. And programs of the pages that are for browsers, in one.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { parseHTML } from "linkedom";
import type { Browser, Page as Tab } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { linesOf, missing } from "../../packages/cli/test/support/documents.ts";
import { hasChromium, launch, violations } from "../../packages/view/test/browser.ts";
import { DOCS, pages } from "./support/pages.ts";
import { programsOf, sourceOf } from "./support/programs.ts";

const ROOT = resolve(DOCS, "..");
const BASE = "/a/folder/";
const SITE = join(DOCS, ".vitepress/dist");
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** Serves a folder under a path, as any host does. */
async function serve(folder: string, base: string): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    try {
      if (!path.startsWith(base)) throw new Error("outside");
      const file = join(folder, path.slice(base.length).replace(/(^|\/)$/, "$1index.html"));
      const content = readFileSync(file); // before the answer begins
      response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "application/octet-stream" }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${base}`, server };
}

let browser: Browser | undefined;
beforeAll(async () => {
  if (hasChromium) browser = await launch();
});
afterAll(() => browser?.close());

describe("the site", () => {
  let site: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    const env = { ...process.env, DOCS_BASE: BASE };
    execFileSync("npm", ["run", "docs"], { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] });
    site = await serve(SITE, BASE);
  }, 600_000);
  afterAll(() => site?.server.close());

  test("all links and anchors lead somewhere", () => {
    const files = readdirSync(SITE, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".html"));
    expect(files.length).toBeGreaterThan(60);
    const found = files.map((file) => {
      const { document } = parseHTML(readFileSync(join(SITE, file), "utf8"));
      const ids = [...document.querySelectorAll("[id]")].map(({ id }: Element) => id);
      const links = [...document.querySelectorAll("a[href]")].map((link: Element) => link.getAttribute("href") ?? "");
      return { file, ids: new Set(ids), links };
    });
    const known = new Map(found.map(({ file, ids }) => [BASE + file, ids]));
    const dead = found.flatMap(({ file, links }) =>
      links.flatMap((href) => {
        const { origin, pathname, hash } = new URL(href, `http://site${BASE}${file}`);
        if (origin !== "http://site") return [`${file}: ${href} is another host`];
        const ids = known.get(pathname.replace(/\/$/, "/index.html"));
        const isThere = ids !== undefined && (hash === "" || ids.has(decodeURIComponent(hash.slice(1))));
        // The live pages are served as they are, and have no anchors.
        return isThere ? [] : [`${file}: ${href}`];
      }),
    );
    expect([...new Set(dead)]).toEqual([]);
  });

  /** Opens a page and gives what went wrong: errors, and requests to others. */
  async function opened(
    path: string,
    view: { width: number; scheme: "light" | "dark" },
    look: (tab: Tab) => Promise<void>,
  ) {
    const context = await browser!.newContext({
      viewport: { width: view.width, height: 900 },
      colorScheme: view.scheme,
      reducedMotion: "reduce",
    });
    const tab = await context.newPage();
    const wrong: string[] = [];
    tab.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    tab.on("pageerror", (error) => wrong.push(String(error)));
    tab.on("request", (request) => {
      if (!/^(http:\/\/127\.0\.0\.1:|data:)/.test(request.url())) wrong.push(`a request for ${request.url()}`);
    });
    try {
      await tab.goto(site.url + path, { waitUntil: "networkidle" });
      await look(tab);
    } finally {
      await context.close();
    }
    expect(wrong).toEqual([]);
  }

  const MAIN = [
    "",
    "first-steps.html",
    "guides/table.html",
    "guides/comparison.html",
    "cookbook.html",
    "backpropagation.html",
    "certificate.html",
    "api/tables.html",
    "decisions/",
    "zh/",
    "zh/backpropagation.html",
    "zh/guides/targets.html",
  ];
  const views = (["light", "dark"] as const).flatMap((scheme) => [1400, 390].map((width) => ({ scheme, width })));

  test.skipIf(!hasChromium).each(MAIN)("axe finds nothing on /%s, which fits its window", async (path) => {
    for (const view of views) {
      await opened(path, view, async (tab) => {
        expect.soft(await violations(tab), `${view.scheme}, ${view.width}`).toEqual([]);
        const overhang = await tab.evaluate("document.documentElement.scrollWidth - innerWidth");
        expect.soft(overhang, `${view.scheme}, ${view.width}: the page scrolls sideways`).toBeLessThanOrEqual(0);
      });
    }
  });

  test.skipIf(!hasChromium)("search finds a page by its words", async () => {
    await opened("", { width: 1400, scheme: "light" }, async (tab) => {
      await tab.keyboard.press("Control+k");
      await tab.locator("#localsearch-input").fill("Levenberg");
      const first = tab.locator("#localsearch-list a").first();
      await first.waitFor();
      await first.click();
      await tab.waitForURL(({ pathname }) => pathname !== BASE);
      await tab
        .getByText(/Levenberg/i)
        .first()
        .waitFor();
    });
  });

  test.skipIf(!hasChromium)("the first page shows the derivation, and the live page steps", async () => {
    await opened("", { width: 1400, scheme: "light" }, async (tab) => {
      expect(await tab.locator(".derivation math").count()).toBeGreaterThan(2);
      const live = tab.frameLocator("iframe");
      await live.locator("#next").click();
      expect(await live.locator("#progress").textContent()).toContain("2");
    });
  });
});

describe.skipIf(!hasChromium)("programs for browsers", () => {
  const programs = pages.flatMap((page) => programsOf(page, "page").map((program) => ({ page, program })));
  const folder = mkdtempSync(join(tmpdir(), "chaingrad-docs-page-"));
  let site: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    mkdirSync(join(folder, "src"));
    for (const [i, { program }] of programs.entries()) {
      writeFileSync(join(folder, `src/${i}.ts`), `${sourceOf(program)}\nObject.assign(globalThis, { ended: true });\n`);
      writeFileSync(
        join(folder, `${i}.html`),
        `<!doctype html><body><script type="module" src="/src/${i}.ts"></script>`,
      );
    }
    const input = programs.map((_, i) => join(folder, `${i}.html`));
    const options = { target: "es2022", rolldownOptions: { input } };
    await build({ root: folder, logLevel: "silent", configFile: false, build: options });
    site = await serve(join(folder, "dist"), "/");
  });
  afterAll(() => {
    site?.server.close();
    rmSync(folder, { recursive: true });
  });

  test("print what their pages show", async () => {
    expect(programs.length).toBeGreaterThan(2);
    for (const [i, { page, program }] of programs.entries()) {
      const tab = await browser!.newPage();
      const printed: string[] = [];
      // What the program prints; that the page is not isolated is told by `console.info`.
      tab.on("console", (message) => message.type() === "log" && printed.push(...linesOf(message.text())));
      tab.on("pageerror", (error) => printed.push(String(error)));
      await tab.goto(`${site.url}${i}.html`);
      await tab
        .waitForFunction("globalThis.ended", undefined, { timeout: 120_000 })
        .catch((error) => printed.push(String(error)));
      const shown = program.outputs.at(-1)?.body.trimEnd().split("\n") ?? [];
      expect.soft(missing(shown, printed), `${page.file}: it prints\n${printed.join("\n")}\nand not`).toBeUndefined();
      await tab.close();
    }
  });
});
