/** Threads in a browser: the build as it is, on a page that is cross-origin isolated and on one that is not. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, resolve } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const CORE = resolve(import.meta.dirname, "../..");
const TYPES: Record<string, string> = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
const CHROMIUM = [process.env.CHROMIUM ?? "", "/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
if (CHROMIUM === undefined) {
  if (process.env.CI) throw new Error("this test needs Chromium: apt install chromium");
  console.warn("skipped, for want of Chromium: apt install chromium (or set CHROMIUM)");
}

/** The package's own imports ("#host", "#start-worker") are for Node and for bundlers: a page without one says where they lead. */
const PAGE = `<!doctype html><script type="importmap">
{ "imports": {
  "#host": "/dist/engines/wasm/host/browser.js",
  "#start-worker": "/dist/engines/wasm/host/start-worker.browser.js"
} }
</script>
<script type="module">import { train } from "/test/browser/train.js"; globalThis.train = train;</script>`;

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
  const headers = pathname === "/plain.html" ? {} : isolation;
  if (pathname.endsWith(".html")) return response.writeHead(200, { "Content-Type": "text/html", ...headers }).end(PAGE);
  try {
    const body = await readFile(join(CORE, pathname));
    response.writeHead(200, { "Content-Type": TYPES[extname(pathname)] ?? "text/plain", ...headers }).end(body);
  } catch {
    response.writeHead(404).end();
  }
  return undefined;
});

describe.skipIf(CHROMIUM === undefined)("in a browser", () => {
  let browser: Browser;
  let origin: string;
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"];
    browser = await chromium.launch({ executablePath: CHROMIUM as string, args: quiet });
  });
  afterAll(async () => {
    await browser?.close();
    server.close();
  });

  const onPage = async (page: string, threads?: number) => {
    const tab = await browser.newPage();
    await tab.goto(`${origin}/${page}`);
    await tab.waitForFunction("globalThis.train");
    const result: unknown = await tab.evaluate(`train(${threads ?? ""})`);
    await tab.close();
    return result;
  };

  test("two threads learn on an isolated page what one does", async () => {
    const two = await onPage("isolated.html", 2);
    expect(two).toMatchObject({ threads: 2 });
    const { losses } = two as { losses: number[] };
    expect(losses[2]).toBeLessThan(losses[0]);
    expect(await onPage("isolated.html", 1)).toEqual({ threads: 1, losses });
  });

  test("a page that is not isolated has one thread, and says why it cannot have two", async () => {
    expect(await onPage("plain.html")).toMatchObject({ threads: 1 });
    expect(await onPage("plain.html", 2)).toBe(
      "threads: this host has no shared memory (is the page cross-origin isolated?)",
    );
  });
});
