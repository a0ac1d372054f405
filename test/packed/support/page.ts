/** Pages in Chromium, from folders that are served with any headers. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

export const CHROMIUM: string | undefined = [
  process.env.CHROMIUM ?? "",
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
].find(existsSync);
if (CHROMIUM === undefined) {
  if (process.env.CI) throw new Error("this test needs Chromium: apt install chromium");
  console.warn("skipped in part, for want of Chromium: apt install chromium (or set CHROMIUM)");
}

export const ISOLATION: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

export interface Served {
  readonly url: string;
  close(): void;
}

export async function serve(folder: string, headers: Readonly<Record<string, string>> = {}): Promise<Served> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = join(folder, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    if (!existsSync(path) || !statSync(path).isFile()) return response.writeHead(404).end();
    const type = TYPES[extname(path)] ?? "text/plain";
    return response.writeHead(200, { "Content-Type": type, ...headers }).end(readFileSync(path));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, close: () => server.close() };
}

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM as string, args: ["--no-sandbox", "--disable-gpu"] });

export interface Told {
  readonly result: unknown;
  /** What the page wrote on its console, but for errors of files that were not found. */
  readonly said: readonly string[];
}

/** What an expression is on a page, once `learn` is there. */
export async function ask(browser: Browser, url: string, expression: string): Promise<Told> {
  const tab = await browser.newPage();
  const said: string[] = [];
  tab.on("console", (message) => said.push(message.text()));
  tab.on("pageerror", (error) => said.push(error.message));
  try {
    await tab.goto(url);
    await tab.waitForFunction("globalThis.learn", undefined, { timeout: 20_000 }).catch((error) => {
      throw new Error(`the page is not ready: ${said.join("\n")}`, { cause: error });
    });
    return { result: await tab.evaluate(expression), said };
  } finally {
    await tab.close();
  }
}
