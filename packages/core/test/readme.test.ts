/** The programs of both READMEs run as they stand, against the build, where no string may be compiled to code. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";

const CORE = resolve(import.meta.dirname, "..");

function programs(readme: string): string[] {
  const text = readFileSync(resolve(CORE, readme), "utf8");
  return [...text.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
}
const blocks = programs("../../README.md");
const own = programs("README.md");
const guide = programs("../../docs/own-ops.md");

/** Inside the package, its own name resolves to its build. */
function run(code: string): string {
  const program = transformSync(code, { loader: "ts" }).code;
  const args = ["--disallow-code-generation-from-strings", "--input-type=module", "--eval", program];
  return execFileSync(process.execPath, args, { cwd: CORE, encoding: "utf8" });
}

test("the first program predicts a price, and the loaded model tells how good it is", () => {
  const output = run(blocks[0]);
  expect(Number(/^\{ price: ([\d.]+) \}/.exec(output)?.[1])).toBeGreaterThan(0);
  expect(output).toMatch(/r2: 0\.\d+[\s\S]*regression of 'price' from 'size', 'district'/);
});

test("the second program prints loss and gradients", () => {
  const output = run(blocks[1]);
  expect(output).toMatch(/L: Float64Array\(1\) \[ 0\.\d+ \]/);
  expect(output).toMatch(/dW: Float64Array\(3\)/);
  expect(output).toMatch(/dx: Float64Array\(6\)/);
});

test("the third learns exclusive or", () => {
  const [, stopped, loss] = /^(\w+) ([\d.e-]+) /.exec(run(blocks[2])) ?? [];
  expect(stopped).toBe("epochs");
  expect(Number(loss)).toBeLessThan(0.05);
});

test("there is no fourth that nobody runs", () => {
  expect(blocks).toHaveLength(3);
});

test("the package's own program prints the derivative of tanh", () => {
  expect(own).toHaveLength(1);
  expect(Number(run(own[0]))).toBeCloseTo(1 - Math.tanh(0.5) ** 2, 12);
});

test("the guide to ops of one's own runs: a derivative, a loss, a decomposition", () => {
  expect(guide).toHaveLength(3);
  const slope = (x: number): number => (1 + Math.exp(-x) + x * Math.exp(-x)) / (1 + Math.exp(-x)) ** 2;
  const first = run(guide[0]);
  const [, ...numbers] = /Float64Array\(3\) \[ ([-\d.]+), ([-\d.]+), ([-\d.]+) \]/.exec(first) ?? [];
  expect(numbers).toHaveLength(3);
  for (const [i, x] of [-1, 0, 2].entries()) expect(Number(numbers[i])).toBeCloseTo(slope(x), 12);
  expect(first).toMatch(/swish: \d+ checks, all right/);
  expect(run(guide[1])).toBe("epochs true\n");
  expect(run(guide[2])).toBe("true\n");
});
