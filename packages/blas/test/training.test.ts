/** Training with the system's library: against the embedded kernels, and the same bits from run to run. */
import { type GemmProvider, wasmEngine } from "@chaingrad/core";
import { describe, expect, test } from "vitest";
import { compileStep } from "../../core/test/engines/steps.ts";
import { systemBlas } from "./system.ts";

const blas = await systemBlas();
const gemm = blas && ({ ...blas, prefers: () => true } satisfies GemmProvider);

describe.skipIf(gemm === undefined)("training with the system's library", () => {
  test.each([
    [1, "f32", 1e-4],
    [2, "f32", 1e-4],
    [3, "f64", 1e-10],
  ] as const)(
    "on %i threads in %s: near the embedded kernels, and the same bits twice",
    async (threads, dtype, near) => {
      const train = async (options: { gemm?: GemmProvider }) => {
        const engine = await wasmEngine({ ...options, threads });
        const executable = compileStep(engine, [33, 70, 21, 5], { batch: 32, steps: 50, dtype });
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
});
