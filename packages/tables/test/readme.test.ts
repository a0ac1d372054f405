/** The README's programs run as they stand, against the build. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";

const cwd = resolve(import.meta.dirname, "..");
const programs = [...readFileSync(resolve(cwd, "README.md"), "utf8").matchAll(/```ts\n(.*?)```/gs)].map(
  ([, code]) => code,
);

function run(code: string): string {
  const program = transformSync(code, { loader: "ts" }).code;
  return execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd, encoding: "utf8" });
}

test("the first predicts a price", () => {
  expect(Number(/^\{ price: ([\d.]+) \}/.exec(run(programs[0]))?.[1])).toBeGreaterThan(0);
});

test("the second fits a curve", () => {
  const [parameters, predicted] = run(programs[1]).split("\n");
  expect(Number(/^([\d.]+) [\de.-]+ \[\]$/.exec(parameters)?.[1])).toBeCloseTo(0.5, 10);
  expect(Number(predicted)).toBeCloseTo(3 * Math.exp(-2), 10);
});

test("the third measures and decides", () => {
  expect(run(programs[2])).toBe("0.75 0.2\n");
});

test("the fourth reads a table", () => {
  expect(run(programs[3])).toBe(
    `2 [ 'size: number', 'price: number' ] [ "numbers are read with decimal commas, as '1.234,50' in 'price'" ]\n`,
  );
});

test("the fifth reads cells as people write them", () => {
  expect(run(programs[4])).toMatch(/Float64Array\(3\) \[ 1234\.5, NaN, 736 \] , \[/);
});

test("the sixth says which columns matter, and which row is preferred", () => {
  expect(run(programs[5])).toBe("[ 'a', 'b' ]\n2\n");
});

test("the seventh finds the wrong row, what it adds to its prediction, and how strongly it pulls", () => {
  expect(programs).toHaveLength(7);
  expect(run(programs[6])).toBe("31 true\n31\n31\n");
});
