/**
 * The packages as they would be published, installed in an empty folder: the lines of the README in Node, checked by the
 * compiler under every resolution, and built by Vite into a page that learns the same bits.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "chaingrad-packed-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CHROMIUM = [process.env.CHROMIUM ?? "", "/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
if (CHROMIUM === undefined) {
  if (process.env.CI) throw new Error("this test needs Chromium: apt install chromium");
  console.warn("skipped in part, for want of Chromium: apt install chromium (or set CHROMIUM)");
}

const PROGRAM = `
import { TableModel, trainTable } from "@chaingrad/tables";
const sizes = Array.from({ length: 90 }, (_, i) => 40 + ((37 * i) % 90));
const rows = sizes.map((size, i) => ({ size, district: i % 2 ? "north" : "south", price: 2000 * size }));
export async function learn(): Promise<string> {
  const model = await trainTable(rows, { target: "price", epochs: 30 });
  const price: number = model.predict({ size: 120, district: "north" }).price;
  const again = await TableModel.load(model.save());
  return JSON.stringify([price, Array.from(again.save())]);
}
`;

/** Node 20 has relaxed SIMD behind a flag; browsers just have it. */
const FLAGS = process.versions.node.startsWith("20.") ? ["--experimental-wasm-relaxed-simd"] : [];

let inNode = "";
beforeAll(() => {
  const npm = (...args: string[]): string =>
    execFileSync("npm", [...args, "--offline", "--no-update-notifier"], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const packed = ["core", "tables"].map((name) => {
    const answer = npm("pack", join(ROOT, "packages", name), "--json", "--no-foreground-scripts", "--ignore-scripts");
    return Object.values<{ filename: string }>(JSON.parse(answer))[0].filename.replace("@", "").replace("/", "-");
  });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
  npm("install", "--no-audit", "--no-fund", ...packed.map((name) => `./${name}`));
  mkdirSync(join(folder, "src"));
  writeFileSync(join(folder, "src/learn.ts"), PROGRAM);
}, 120_000);

test.each(["node16", "nodenext", "bundler"])("the program compiles under %s, without Node's types", (resolution) => {
  const module = resolution === "bundler" ? "esnext" : resolution;
  const options = ["--module", module, "--moduleResolution", resolution, "--target", "es2022", "--lib", "es2022,dom"];
  const rest = ["--strict", "--types", "", "--skipLibCheck", "false", "--outDir", join(folder, resolution)];
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, join(folder, "src/learn.ts"), ...options, ...rest], {
    cwd: folder,
    stdio: "pipe",
  });
  expect(existsSync(join(folder, resolution, "learn.js"))).toBe(true);
});

test("it learns in Node", () => {
  const script = `import("./nodenext/learn.js").then(({ learn }) => learn()).then((text) => process.stdout.write(text));`;
  inNode = execFileSync(process.execPath, [...FLAGS, "--input-type=module", "--eval", script], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(JSON.parse(inNode)[0]).toBeGreaterThan(100_000);
});

test("require() works where Node has it for modules, and says what to do where not", () => {
  const script = `try { console.log(typeof require("@chaingrad/tables").trainTable) } catch (error) { console.log(error.message) }`;
  const said = execFileSync(process.execPath, ["--input-type=commonjs", "--eval", script], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(said).toMatch(/^function|import\(\)/);
});

describe.skipIf(CHROMIUM === undefined)("built by Vite", () => {
  test("a page learns the same bits", async () => {
    writeFileSync(join(folder, "index.html"), `<!doctype html><script type="module" src="/src/page.ts"></script>`);
    writeFileSync(
      join(folder, "src/page.ts"),
      `import { learn } from "./learn.ts"; Object.assign(globalThis, { learn });`,
    );
    await build({ root: folder, logLevel: "silent", configFile: false });
    const types: Record<string, string> = {
      ".html": "text/html",
      ".js": "text/javascript",
      ".wasm": "application/wasm",
    };
    const server = createServer((request, response) => {
      const path = join(
        folder,
        "dist",
        new URL(request.url ?? "/", "http://localhost").pathname.replace(/\/$/, "/index.html"),
      );
      if (!existsSync(path)) return response.writeHead(404).end();
      return response.writeHead(200, { "Content-Type": types[extname(path)] ?? "text/plain" }).end(readFileSync(path));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const browser = await chromium.launch({
      executablePath: CHROMIUM as string,
      args: ["--no-sandbox", "--disable-gpu"],
    });
    try {
      const tab = await browser.newPage();
      await tab.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
      await tab.waitForFunction("globalThis.learn");
      expect(await tab.evaluate("learn()")).toBe(inNode);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
