/** The README's eight lines with the installed packages: the same bits in Node, on a page that Vite built, and in workerd. */
import { join } from "node:path";
import { build } from "vite";
import { beforeAll, describe, expect, test } from "vitest";
import { learnInNode, run } from "./support/node.ts";
import { ask, CHROMIUM, launch, serve } from "./support/page.ts";
import { LEARN, project } from "./support/program.ts";
import { bundleForWorkerd, startWorkerd } from "./support/workerd.ts";

let inNode = "";
beforeAll(async () => {
  inNode = await learnInNode();
}, 60_000);

test("it learns in Node", () => {
  const [price, bytes] = JSON.parse(inNode);
  expect(price).toBeGreaterThan(100_000);
  expect(bytes.length).toBeGreaterThan(1000);
});

test.skipIf(CHROMIUM === undefined)("on a page that Vite built", async () => {
  const folder = project({
    "index.html": `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.ts"></script>`,
    "page.ts": `import { learn } from "./learn.ts"; Object.assign(globalThis, { learn });`,
    "learn.ts": LEARN,
  });
  await build({ root: folder, logLevel: "silent", configFile: false });
  const [served, browser] = await Promise.all([serve(join(folder, "dist")), launch()]);
  try {
    const { result, said } = await ask(
      browser,
      served.url,
      "learn().then((first) => learn().then((second) => [first, second]))",
    );
    expect(result).toEqual([inNode, inNode]);
    // Two trainings and two loads, on a page that is not isolated.
    expect(said).toEqual([expect.stringMatching(/not cross-origin isolated, so one thread computes/)]);
  } finally {
    await browser.close();
    served.close();
  }
});

describe("in workerd", () => {
  test("which compiles nothing at run time and has no files", async () => {
    const folder = project({
      "learn.ts": LEARN,
      "worker.ts": `import { learn } from "./learn.ts"; export default { async fetch() { return new Response(await learn()); } };`,
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

describe("from CommonJS", () => {
  const say = (flags: string[], name: string): Promise<string> => {
    const script = `try { console.log(typeof require("${name}")) } catch (error) { console.log(error.message) }`;
    const cwd = project({ "main.cjs": script });
    return run(process.execPath, [...flags, "main.cjs"], { cwd }).then(({ stdout }) => stdout);
  };
  const NAMES = ["core", "tables", "tables/read", "duckdb", "blas", "interchange/emit", "view/derivation"].map(
    (name) => `@chaingrad/${name}`,
  );

  test.each(NAMES)("require() gives %s where Node has it for modules", async (name) => {
    expect(await say([], name)).toBe("object\n");
  });

  test("elsewhere it says what to do", async () => {
    expect(await say(["--no-experimental-require-module"], "@chaingrad/tables")).toMatch(/dynamic import\(\)/);
  });
});
