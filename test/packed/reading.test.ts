/** Tables that the installed @chaingrad/tables/read reads: the same in Node and on a page, with a worker and without. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { transform } from "esbuild";
import type { Browser, Worker } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "./support/node.ts";
import { CHROMIUM, launch, type Served, serve } from "./support/page.ts";
import { project, READ } from "./support/program.ts";

const FIXTURES = resolve(import.meta.dirname, "../../packages/tables/test/read/fixtures");

/** Long enough for a worker. */
const LONG_CSV = `id;price;when\n${Array.from({ length: 30_000 }, (_, i) => `${i};${i},5;2024-01-0${1 + (i % 9)}\n`).join("")}`;
const TABLES: [name: string, bytes: Uint8Array][] = [
  ["long.csv", Buffer.from(LONG_CSV)],
  ["short.csv", Buffer.from("a,b\n1,x\n2,y\n")],
  ["broken.csv", Buffer.from(`${LONG_CSV}1;2\n`)],
  ["long.csv.gz", gzipSync(LONG_CSV)],
  ["members.csv.gz", Buffer.concat(["a,b\n1,x\n", "2,y\n", "3,z\n"].map((part) => gzipSync(part)))],
  ["cut-member.csv.gz", Buffer.concat([gzipSync("a,b\n1,x\n"), gzipSync("2,y\n").subarray(0, 12)])],
  ["damaged.csv.gz", gzipSync(LONG_CSV).fill(0x55, 20_000, 20_100)],
  ["cut.csv.gz", gzipSync(LONG_CSV).subarray(0, 20_000)],
  ["types.arrow", readFileSync(join(FIXTURES, "types.arrow"))],
  ["small.parquet", readFileSync(join(FIXTURES, "small.parquet"))],
  ["zstd.parquet", readFileSync(join(FIXTURES, "zstd.parquet"))],
  ["lines.jsonl", Buffer.from('{"a":1,"b":12345678901234567890}\n{"a":null,"b":2}\n')],
];

const inNode: string[] = [];
beforeAll(async () => {
  const cwd = project({
    "package.json": `{ "type": "module" }`,
    "read.js": (await transform(READ, { loader: "ts" })).code,
    "main.js": `import { read } from "./read.js";
      const tables = ${JSON.stringify(TABLES.map(([name, bytes]) => [name, Array.from(bytes)]))};
      process.stdout.write(JSON.stringify(await Promise.all(tables.map(([name, bytes]) => read(bytes, name)))));`,
  });
  inNode.push(...JSON.parse((await run(process.execPath, ["main.js"], { cwd })).stdout));
}, 120_000);

test("in Node", () => {
  expect(inNode[0]).toBe(
    '[30000,[["id","number",0,29999],["price","number",0.5,29999.5],["when","date","2024-01-01","2024-01-03"]],' +
      `["numbers are read with decimal commas, as '0,5' in 'price'"]]`,
  );
  expect(inNode[2]).toContain("'broken.csv', line 30002: expected 3 fields as in the header, got 2: 1;2");
  expect(inNode[4]).toBe('[3,[["a","number",1,3],["b","text","x","z"]],[]]');
  expect(inNode.at(-5)).toContain("the gzip file is cut off");
});

describe.skipIf(CHROMIUM === undefined)("on a page that Vite built", () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    folder = project({
      "index.html": `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.ts"></script>`,
      "page.ts": `import { read } from "./read.ts"; Object.assign(globalThis, { read });`,
      "read.ts": READ,
    });
    await build({ root: folder, logLevel: "silent", configFile: false });
    browser = await launch();
  }, 120_000);
  afterAll(() => browser?.close());

  test.each([
    ["any worker", {}, 3],
    ["none", { "Content-Security-Policy": "worker-src 'none'" }, 0],
  ])("whose policy allows %s", async (_, headers, count) => {
    const served: Served = await serve(join(folder, "dist"), headers);
    const tab = await browser.newPage();
    try {
      const loaded = new Set<string>();
      tab.on("request", (request) => loaded.add(request.url().replace(/^.*\/(.*)-[\w-]*\.js$/, "$1")));
      const workers: Worker[] = [];
      tab.on("worker", (worker) => workers.push(worker));
      await tab.goto(served.url);
      await tab.waitForFunction("globalThis.read");
      const read = async (index: number): Promise<void> => {
        const [name, bytes] = TABLES[index];
        const call = `read(${JSON.stringify(Array.from(bytes))}, ${JSON.stringify(name)})`;
        expect(await tab.evaluate(call), name).toBe(inNode[index]);
      };
      await read(1);
      expect(loaded).not.toContain("parquet");
      for (const index of TABLES.keys()) await read(index);
      expect(loaded).toContain("parquet");
      expect(workers.length).toBe(count);
    } finally {
      await tab.close();
      served.close();
    }
  });
});
