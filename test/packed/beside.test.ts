/** Networks that the installed packages train beside each other: the same bytes in Node and on a page, with workers and without. */
import { join } from "node:path";
import { transform } from "esbuild";
import { build } from "vite";
import { beforeAll, describe, expect, test } from "vitest";
import { run } from "./support/node.ts";
import { CHROMIUM, ISOLATION, launch, serve } from "./support/page.ts";
import { BESIDE, FLAGS, project } from "./support/program.ts";
import { bundleForWorkerd, startWorkerd } from "./support/workerd.ts";

let inNode = "";
beforeAll(async () => {
  const cwd = project({
    "package.json": `{ "type": "module" }`,
    "beside.js": (await transform(BESIDE, { loader: "ts" })).code,
    "main.js": `import { beside } from "./beside.js";
      process.stdout.write(JSON.stringify([await beside(false), await beside(2)]));`,
  });
  const { stdout } = await run(process.execPath, [...FLAGS, "main.js"], { cwd, maxBuffer: 2 ** 24 });
  const [alone, beside] = JSON.parse(stdout);
  expect(beside).toBe(alone);
  inNode = alone;
}, 240_000);

test("in Node", () => {
  expect(JSON.parse(inNode).length).toBeGreaterThan(10_000);
});

test.skipIf(CHROMIUM === undefined)(
  "on a page that Vite built, whether memory may be shared, and where a policy forbids workers",
  async () => {
    const root = project({
      "index.html": `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.ts"></script>`,
      "page.ts": `import { beside } from "./beside.ts"; Object.assign(globalThis, { beside });`,
      "beside.ts": BESIDE,
    });
    await build({ root, logLevel: "silent", configFile: false });
    const browser = await launch();
    try {
      for (const [headers, least] of [
        [ISOLATION, 1],
        [{}, 1],
        [{ "Content-Security-Policy": "worker-src 'none'" }, 0],
      ] as const) {
        const served = await serve(join(root, "dist"), headers);
        const tab = await browser.newPage();
        let workers = 0;
        tab.on("worker", (worker) => {
          if (worker.url().includes("fit-worker")) workers++;
        });
        await tab.goto(served.url);
        await tab.waitForFunction("globalThis.beside");
        expect(await tab.evaluate("beside(2)")).toBe(inNode);
        expect(workers).toBeGreaterThanOrEqual(least);
        if (least === 0) expect(workers).toBe(0);
        await tab.close();
        served.close();
      }
    } finally {
      await browser.close();
    }
  },
);

describe("in workerd", () => {
  test("which has no workers of this kind", async () => {
    const folder = project({
      "beside.ts": BESIDE,
      "worker.ts": `import { beside } from "./beside.ts"; export default { async fetch() { return new Response(await beside(2)); } };`,
    });
    const out = join(folder, "out");
    await bundleForWorkerd(join(folder, "worker.ts"), out);
    const worker = await startWorkerd(out);
    try {
      expect(await (await fetch(worker.url)).text()).toBe(inNode);
    } finally {
      await worker.stop();
    }
  });
});
