/** bf16: how numbers are rounded, what of a training is, and who refuses it. */
import { describe, expect, test } from "vitest";
import { roundedToBf16 } from "../../src/engines/reference/bf16.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { program } from "../../src/graph/program.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { matmul } from "../../src/ops/matmul.ts";
import { mul } from "../../src/ops/ring.ts";
import { input } from "../../src/ops/source.ts";
import { kfac } from "../../src/optim/kfac.ts";
import { minimizers } from "../../src/optim/minimizers.ts";
import { fitTogether } from "../../src/together/together.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";

test("numbers are rounded to eight bits, of two as near to the even one", () => {
  const given = [1 + 2 ** -7, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, -1 - 2 ** -9, 0, -0, 2 ** -130];
  const rounded = [1 + 2 ** -7, 1, 1 + 2 ** -6, 1 + 2 ** -7, -1, 0, -0, 2 ** -130];
  expect(Array.from(roundedToBf16(Float64Array.from(given)))).toEqual(rounded);
  const [largest, infinite, minus, none] = roundedToBf16(
    Float64Array.of(3.4e38, Number.POSITIVE_INFINITY, -Infinity, Number.NaN),
  );
  expect([largest, infinite, minus, none]).toEqual([Infinity, Infinity, -Infinity, Number.NaN]);
});

test("only the factors of f32 products are rounded", () => {
  const value = 1 + 2 ** -9;
  for (const [dtype, expected] of [
    ["f32", 1],
    ["f64", value * value],
  ] as const) {
    const [a, b] = [input("a", [1, 1], dtype), input("b", [1, 1], dtype)];
    const both = program("both", [a, b], { product: matmul(a, b), square: mul(a, b) });
    const executable = referenceEngine.compile(both, { products: "bf16" });
    executable.write("a", [value]);
    executable.write("b", [value]);
    executable.run();
    expect(executable.read("product")[0]).toBe(expected);
    expect(executable.read("square")[0]).toBeCloseTo(value * value, 6);
    expect(executable.read("square")[0]).not.toBe(1);
  }
});

const network: NetworkSpec = {
  inputs: 1,
  layers: [
    { units: 3, activation: "tanh" },
    { units: 1, activation: "identity" },
  ],
};
const train = { x: [0, 1, 2, 3], y: [0, 1, 0, 1] };
async function run(options: object): Promise<void> {
  const all = { engine: referenceEngine, loss: "mean-squared-error", epochs: 1, dtype: "bf16", ...options };
  for await (const _ of fit(network, { train }, all as unknown as FitOptions));
}

describe("is refused", () => {
  test.each([
    ["an unknown type", { dtype: "f16" }, "dtype 'f16' is not known"],
    ["bf16 for a minimizer", { optimizer: minimizers.lbfgs() }, /bf16.*f64/],
    ["bf16 for K-FAC", { optimizer: kfac() }, /bf16.*f64/],
    ["bf16 on an engine that has none", { engine: { ...referenceEngine, bf16: undefined } }, /bf16 needs oneDNN/],
    [
      "bf16 where something is lacking",
      { engine: { ...referenceEngine, bf16: "no such bits" } },
      /no such bits\. Use f32/,
    ],
  ])("%s", async (_, options, why) => {
    await expect(run(options)).rejects.toThrow(why);
  });

  test("bf16 for networks trained together", async () => {
    const options = { engine: referenceEngine, loss: "mean-squared-error", epochs: 1, dtype: "bf16" } as never;
    const all = async () => {
      for await (const _ of fitTogether(network, { train }, [{ seed: 1 }], options));
    };
    await expect(all()).rejects.toThrow("not in bf16");
  });
});
