/** The README's programs run as they stand, against the build, where no string may be compiled to code. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";

const CORE = resolve(import.meta.dirname, "..");
const README = readFileSync(resolve(CORE, "../../README.md"), "utf8");
const blocks = [...README.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);

/** Inside the package, its own name resolves to its build. */
function run(code: string, name: string): string {
  const folder = resolve(CORE, "dist/readme");
  mkdirSync(folder, { recursive: true });
  const path = resolve(folder, `${name}.mjs`);
  writeFileSync(path, transformSync(code, { loader: "ts" }).code);
  return execFileSync(process.execPath, ["--disallow-code-generation-from-strings", path], { encoding: "utf8" });
}

test("the first program prints loss and gradients", () => {
  const output = run(blocks[0], "gradients");
  expect(output).toMatch(/L: Float64Array\(1\) \[ 0\.\d+ \]/);
  expect(output).toMatch(/dW: Float64Array\(3\)/);
  expect(output).toMatch(/dx: Float64Array\(6\)/);
});

test("the second learns exclusive or", () => {
  const [, stopped, loss] = /^(\w+) ([\d.e-]+) /.exec(run(blocks[1], "fit")) ?? [];
  expect(stopped).toBe("epochs");
  expect(Number(loss)).toBeLessThan(0.05);
});

test("there is no third that nobody runs", () => {
  expect(blocks).toHaveLength(2);
});
