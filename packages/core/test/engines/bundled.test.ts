/** An application that a bundler made of this package: the kernels are left behind, and the error says what helps. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { afterAll, describe, expect, test } from "vitest";

const CORE = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "chaingrad-bundled-"));
afterAll(() => rmSync(folder, { recursive: true }));

const source = `
import { readFileSync } from "node:fs";
import { evaluate, input, program, square, wasmEngine } from "${CORE}/src/index.ts";
const x = input("x", [3], "f64");
const square3 = program("squares", [x], { y: square(x) });
async function main() {
  for (const options of [{}, { threads: 1 }]) {
    await wasmEngine(options).then(() => console.log("found?"), (error) => console.log(error.name + ": " + error.message));
  }
  const module = await WebAssembly.compile(readFileSync("${CORE}/dist/kernels.wasm"));
  console.log(...evaluate(await wasmEngine({ module }), square3, { x: [1, 2, 3] }).y);
}
main();`;

async function bundled(format: "esm" | "cjs", platform: "node" | "browser"): Promise<string[]> {
  const outfile = join(folder, `${platform}.${format === "esm" ? "mjs" : "cjs"}`);
  await build({
    stdin: { contents: source, resolveDir: CORE },
    bundle: true,
    conditions: ["@chaingrad/source"],
    external: ["node:fs"],
    logLevel: "silent",
    ...{ format, platform, outfile },
  });
  return execFileSync(process.execPath, [outfile], { encoding: "utf8" }).trim().split("\n");
}

describe.each([
  ["esm", "node", /ENOENT/],
  ["cjs", "node", /Invalid URL|must be of type string/],
  ["esm", "browser", /fetch failed|not implemented/],
  ["cjs", "browser", /Invalid URL/],
] as const)("bundled as %s for %s", (format, platform, reason) => {
  test("names the remedy, which works", async () => {
    const [first, second, squares] = await bundled(format, platform);
    for (const line of [first, second]) {
      expect(line).toMatch(/^Error: the kernels cannot be loaded from beside this script/);
      expect(line).toMatch(reason);
      expect(line).toContain("wasmEngine({ module })");
      expect(line).toContain("@chaingrad/core/kernels.wasm");
    }
    expect(squares).toBe("1 4 9");
  });
});
