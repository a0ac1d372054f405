/** Pages that Vite's server, esbuild and webpack make of the installed packages, with threads and without. */

import { cpSync } from "node:fs";
import { join } from "node:path";
import { build as esbuild } from "esbuild";
import type { Browser } from "playwright-core";
import { createServer, build as viteBuild } from "vite";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { learnInNode } from "./support/node.ts";
import { ask, CHROMIUM, ISOLATION, launch, serve } from "./support/page.ts";
import { BESIDE, LEARN, project } from "./support/program.ts";

/** Trains on 1, 2 threads, and tells how many a step of a network had that is worth them. */
const PAGE = `
import { fit, losses, wasmEngine } from "@chaingrad/core";
import { learn } from "./learn.ts";
import { beside } from "./beside.ts";
const network = { inputs: 20, layers: [{ units: 64, activation: "tanh" }, { units: 3, activation: "identity" }] } as const;
const x = Float64Array.from({ length: 256 * 20 }, (_, i) => Math.sin(i));
const y = Float64Array.from({ length: 256 }, (_, i) => i % 3);
async function threads(count?: number): Promise<number | string> {
  try {
    const engine = await wasmEngine(count === undefined ? {} : { threads: count });
    for await (const event of fit(network, { train: { x, y } }, { engine, loss: losses["softmax-cross-entropy"](), epochs: 2 }))
      if (event.type === "start") return event.threads;
    return "no start";
  } catch (error) { return (error as Error).message; }
}
Object.assign(globalThis, { learn, threads, beside });
`;
const HTML = (script: string): string =>
  `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;
const files = (script: string) => ({
  "index.html": HTML(script),
  "page.ts": PAGE,
  "learn.ts": LEARN,
  "beside.ts": BESIDE,
});

const BUNDLERS: Record<string, () => Promise<string>> = {
  async vite() {
    const root = project(files("/page.ts"));
    await viteBuild({ root, logLevel: "silent", configFile: false });
    return join(root, "dist");
  },
  /** Which moves no files along: kernels and the workers' scripts are put where the script looks for them. */
  async esbuild() {
    const root = project(files("/a/b/c/page.js"));
    const dist = join(inject("installed"), "node_modules/@chaingrad/core/dist");
    const [worker, fitWorker] = ["engines/wasm/worker.browser.js", "pool/fit-worker.browser.js"];
    const options = { bundle: true, splitting: true, format: "esm", logLevel: "error" } as const;
    await esbuild({ ...options, entryPoints: [join(root, "page.ts")], outdir: join(root, "out/a/b/c") });
    await esbuild({ ...options, entryPoints: [join(dist, worker)], outdir: join(root, "out/dist/engines/wasm") });
    await esbuild({ ...options, entryPoints: [join(dist, fitWorker)], outdir: join(root, "out/a/dist/pool") });
    cpSync(dist, join(root, "out/dist"), {
      recursive: true,
      filter: (path) => !/\.(?:js|ts)$/.test(path),
    });
    cpSync(join(root, "index.html"), join(root, "out/index.html"));
    return join(root, "out");
  },
  async webpack() {
    const root = project({ ...files("/page.js"), "page.js": "" });
    await esbuild({
      entryPoints: ["page.ts", "learn.ts", "beside.ts"].map((file) => join(root, file)),
      outdir: root,
      logLevel: "error",
    });
    const { default: webpack } = await import("webpack");
    const extensions = { extensionAlias: { ".ts": [".js"] } };
    const compiler = webpack({
      ...{ mode: "production", context: root, entry: "./page.js", resolve: extensions },
      output: { path: join(root, "out"), filename: "page.js", publicPath: "auto" },
    });
    await new Promise<void>((done, fail) => {
      compiler?.run((error, stats) => {
        if (error || stats?.hasErrors()) fail(error ?? new Error(stats?.toString({ all: false, errors: true })));
        else done();
      });
    });
    cpSync(join(root, "index.html"), join(root, "out/index.html"));
    return join(root, "out");
  },
};

describe.skipIf(CHROMIUM === undefined)("a page", () => {
  let browser: Browser;
  let inNode: string;
  beforeAll(async () => {
    [browser, inNode] = await Promise.all([launch(), learnInNode()]);
  }, 60_000);
  afterAll(() => browser?.close());

  describe.each(Object.keys(BUNDLERS))("of %s", (name) => {
    let folder: string;
    beforeAll(async () => {
      folder = await BUNDLERS[name]();
    }, 120_000);

    test("learns the same bits on one thread and on several", async () => {
      for (const headers of [{}, ISOLATION]) {
        const served = await serve(folder, headers);
        const { result, said } = await ask(browser, served.url, "learn()");
        served.close();
        expect(said.filter((line) => !/not cross-origin isolated/.test(line))).toEqual([]);
        expect(said.length).toBe(headers === ISOLATION ? 0 : 1);
        expect(result).toBe(inNode);
      }
    });

    test("trains networks beside each other, to the same bytes", async () => {
      const served = await serve(folder);
      const tab = await browser.newPage();
      let workers = 0;
      tab.on("worker", () => workers++);
      await tab.goto(served.url);
      await tab.waitForFunction("globalThis.beside");
      const [alone, beside] = [await tab.evaluate("beside(false)"), await tab.evaluate("beside(1)")];
      await tab.close();
      served.close();
      expect(beside).toBe(alone);
      expect(workers).toBe(1);
    });

    test("has threads where it is isolated", async () => {
      const served = await serve(folder, ISOLATION);
      const { result } = await ask(browser, served.url, "threads(2)");
      served.close();
      expect(result).toBe(2);
    });

    test("has one where it is not, and says why it cannot have two", async () => {
      const served = await serve(folder);
      const { result } = await ask(browser, served.url, "Promise.all([threads(), threads(2)])");
      served.close();
      expect(result).toEqual([1, expect.stringContaining("is the page cross-origin isolated?")]);
    });

    test("names the directive of a policy that refuses workers, kernels or WebAssembly", async () => {
      const base = "default-src 'self'; img-src data:";
      const policies = {
        "worker-src": `${base}; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'`,
        "connect-src": `${base}; script-src 'self' 'wasm-unsafe-eval'; connect-src 'none'`,
        "script-src": `${base}; script-src 'self'`,
      };
      for (const [directive, policy] of Object.entries(policies)) {
        const served = await serve(folder, { ...ISOLATION, "Content-Security-Policy": policy });
        const { result } = await ask(browser, served.url, "threads(2)");
        served.close();
        expect(result).toMatch(new RegExp(`Content Security Policy \\(${directive}\\) refuses`));
      }
    });
  });

  test("from Vite's own server", async () => {
    const root = project(files("/page.ts"));
    const server = await createServer({
      ...{ root, configFile: false, logLevel: "silent" },
      server: { port: 0, host: "127.0.0.1", headers: { ...ISOLATION }, fs: { strict: false } },
    });
    await server.listen();
    try {
      const url = server.resolvedUrls?.local[0] as string;
      expect((await ask(browser, url, "learn()")).result).toBe(inNode);
      expect((await ask(browser, url, "threads(2)")).result).toBe(2);
      const [alone, beside] = await Promise.all(["beside(false)", "beside(1)"].map((call) => ask(browser, url, call)));
      expect(beside.result).toBe(alone.result);
    } finally {
      await server.close();
    }
  }, 120_000);
});
