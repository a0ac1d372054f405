/** Training with the system's libraries: against the embedded kernels, and the same bits from run to run. */
import { type GemmProvider, wasmEngine } from "@chaingrad/core";
import { describe, expect, test } from "vitest";
import { compileStep } from "../../core/test/engines/steps.ts";
import { alwaysBy } from "./system.ts";

const SHAPE = [33, 70, 21, 5];
const libraries = { "a BLAS": await alwaysBy("a BLAS"), oneDNN: await alwaysBy("oneDNN") };

describe.each(["a BLAS", "oneDNN"] as const)("training with %s", (which) => {
  const gemm = libraries[which];
  test.skipIf(gemm === undefined).each([
    [1, "f32", 1e-4],
    [2, "f32", 1e-4],
    [3, "f64", 1e-10],
  ] as const)(
    "on %i threads in %s: near the embedded kernels, and the same bits twice",
    async (threads, dtype, near) => {
      const train = async (options: { gemm?: GemmProvider }) => {
        const engine = await wasmEngine({ ...options, threads });
        const executable = compileStep(engine, SHAPE, { batch: 32, steps: 50, dtype });
        executable.run(50);
        return Array.from(executable.read("loss"));
      };
      const options = gemm ? { gemm } : {};
      const [first, second, embedded] = [await train(options), await train(options), await train({})];
      expect(second).toEqual(first);
      expect(first.at(-1)).toBeLessThan(first[0]);
      first.forEach((loss, i) => {
        expect(Math.abs(loss - embedded[i])).toBeLessThan(near);
      });
    },
  );

  test.skipIf(gemm === undefined)("the plan says who multiplies", async () => {
    const describe = async (options: { gemm?: GemmProvider }) => {
      const engine = await wasmEngine({ ...options, threads: 1 });
      const plan = compileStep(engine, SHAPE, { batch: 32, steps: 1 }).describe();
      return plan.split("\n").filter((line) => line.includes(" matmul "));
    };
    const products = await describe(gemm ? { gemm } : {});
    const name = which === "oneDNN" ? which : gemm?.libraries[0];
    expect(products.length).toBeGreaterThan(5);
    expect(products.every((line) => line.endsWith(` by ${name}`))).toBe(true);
    expect((await describe({})).some((line) => line.includes(" by "))).toBe(false);
  });
});
