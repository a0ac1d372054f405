import { expect, test } from "vitest";
import { evaluate } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";
import { input } from "../../src/ops/source.ts";
import { clipByGlobalNorm, clipByValue, globalNorm } from "../../src/optim/first-order/clip.ts";

/** ‖g‖ = √(1 + 4 + 4 + 16 + 0 + 0 + 144) = 13 over both tensors */
const given = { G: [1, -2, 2, -4, 0, 0], h: [12] };

function run(values: { G: number[]; h: number[] }, clip: (gradients: readonly Expr[]) => Expr[]): number[] {
  const gradients = [input("G", [2, 3], "f64"), input("h", [1], "f64")];
  const [G, h] = clip(gradients);
  const result = evaluate(referenceEngine, program("clip", gradients, { G2: G, h2: h ?? G }), values);
  return [...result.G2, ...result.h2];
}

test("the global norm runs over all tensors", () => {
  expect(run(given, (gradients) => [globalNorm(gradients), globalNorm(gradients)])).toEqual([13, 13]);
});

test("clipping by global norm keeps the direction and brings the norm to the limit", () => {
  const clipped = run(given, (gradients) => clipByGlobalNorm(gradients, 2.6));
  [...given.G, ...given.h].forEach((g, i) => {
    expect(clipped[i]).toBeCloseTo(g / 5, 14);
  });
  expect(Math.hypot(...clipped)).toBeCloseTo(2.6, 14);
});

test("a norm within the limit, even 0, changes nothing", () => {
  expect(run(given, (gradients) => clipByGlobalNorm(gradients, 13))).toEqual([...given.G, ...given.h]);
  expect(run(given, (gradients) => clipByGlobalNorm(gradients, 39))).toEqual([...given.G, ...given.h]);
  const nothing = { G: [0, 0, 0, 0, 0, 0], h: [0] };
  expect(run(nothing, (gradients) => clipByGlobalNorm(gradients, 1))).toEqual([0, 0, 0, 0, 0, 0, 0]);
});

test("clipping by value limits each element", () => {
  expect(run(given, (gradients) => clipByValue(gradients, 2.5))).toEqual([1, -2, 2, -2.5, 0, 0, 2.5]);
});

test("a limit must be above 0", () => {
  expect(() => clipByGlobalNorm([], 0)).toThrow("clipByGlobalNorm: limit must be a number > 0, got 0");
  expect(() => clipByValue([], -1)).toThrow("clipByValue: limit must be a number > 0, got -1");
  expect(() => globalNorm([])).toThrow("at least one gradient is needed");
  expect(clipByGlobalNorm([], 1)).toEqual([]);
});
