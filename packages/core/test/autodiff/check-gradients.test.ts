/** A claimed derivative against differences: what is right passes, kinks are told from mistakes, large tensors are sampled. */
import { describe, expect, test } from "vitest";
import { checkGradients } from "../../src/autodiff/check-gradients.ts";
import { checkDerivative } from "../../src/autodiff/differences.ts";

describe("a derivative is", () => {
  test.each<[string, (x: number) => number, number, number]>([
    ["right where the function is smooth", Math.sin, 0.7, Math.cos(0.7)],
    ["right where it is steep", (x) => Math.exp(50 * x), 0.3, 50 * Math.exp(15)],
    ["right far from 0", (x) => x ** 3, 1e4, 3e8],
    ["right where it is 0", (x) => x ** 2, 0, 0],
    ["right close to a kink", (x) => Math.abs(x - 1e-5) * 3, 0, -3],
    ["right where only the second derivative jumps", (x) => (x > 0 ? x * x : 0) + x, 0, 1],
  ])("%s", (_, f, at, claimed) => {
    const check = checkDerivative(f, at, claimed);
    expect(check.verdict).toBe("ok");
    expect(check.relativeError).toBeLessThan(1e-6);
  });

  test.each([0, 0.5, 2])("at a kink where it lies between the slopes 0 and 2: %f", (claimed) => {
    expect(checkDerivative((x) => 2 * Math.max(x, 0) + 1, 0, claimed).verdict).toBe("kink");
  });

  test.each<[string, (x: number) => number, number, number]>([
    ["by a relative 1e-5", Math.sin, 0.7, Math.cos(0.7) * (1 + 1e-5)],
    ["in sign", Math.exp, 1, -Math.E],
    ["outside the slopes at a kink", (x) => Math.abs(x), 0, 1.01],
    ["where it should be 0", (x) => 1 + x * x, 0, 1e-6],
  ])("wrong %s", (_, f, at, claimed) => {
    expect(checkDerivative(f, at, claimed).verdict).toBe("mismatch");
  });

  test.each<[string, (x: number) => number, number]>([
    ["NaN, of ‖x‖ at 0", (x) => Math.sqrt(x * x), Number.NaN],
    ["NaN, of a term that does not move", (x) => Math.sin(x), Number.NaN],
    ["infinite, of √x at 0", (x) => Math.sqrt(x), Number.POSITIVE_INFINITY],
    ["of a function that ends there", (x) => x * Math.sqrt(x), 0],
  ])("none: %s", (_, f, claimed) => {
    expect(checkDerivative(f, 0, claimed).verdict).toBe("no derivative");
  });

  test("right up to the rounding of large numbers that cancel", () => {
    const f = (x: number): number => 1e9 + Math.sin(x) - 1e9;
    expect(checkDerivative(f, 0.3, Math.cos(0.3)).verdict).toBe("mismatch");
    expect(checkDerivative(f, 0.3, Math.cos(0.3), 1e9).verdict).toBe("ok");
  });
});

test("of a large tensor a sample is looked at, the same for the same seed", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => i / 1000);
  const total = (_: string, moved: Float64Array): number => moved.reduce((sum, x) => sum + x * x, 0);
  const gradient = values.map((x) => 2 * x);
  const places = (seed: number): number[] => {
    const [{ size, entries, verdict }] = checkGradients(total, { a: values }, { a: gradient }, { most: 20, seed });
    expect({ size, verdict }).toEqual({ size: 1000, verdict: "ok" });
    return entries.map(({ index }) => index).sort((a, b) => a - b);
  };
  expect(new Set(places(1)).size).toBe(20);
  expect(places(1)).toEqual(places(1));
  expect(places(1)).not.toEqual(places(2));
});
