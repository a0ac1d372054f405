/** Training on the native kernels: against the embedded ones, the same bits from run to run, on threads and in a pool. */
import { type KernelProvider, losses, type SyncEngine, wasmEngine } from "@chaingrad/core";
import { defineOp } from "@chaingrad/core/define-op";
import { openFitPool } from "@chaingrad/core/pool";
import { findKernels } from "@chaingrad/native";
import { describe, expect, test } from "vitest";
import { program } from "../../core/src/graph/program.ts";
import { div } from "../../core/src/ops/ring.ts";
import { gatherRows } from "../../core/src/ops/rows.ts";
import { input } from "../../core/src/ops/source.ts";
import { compileStep } from "../../core/test/engines/steps.ts";

const kernels = await findKernels();
const engineOf = (threads: number, own: KernelProvider | undefined = kernels) =>
  wasmEngine({ threads, ...(own && { kernels: own }) });

const SIZES = [
  [4, 16, 3],
  [33, 70, 21, 5],
  [200, 128, 10],
] as const;

describe.skipIf(kernels === undefined)("training", () => {
  describe.each(SIZES.map((sizes) => [sizes]))("%j", (sizes) => {
    test.each([
      [1, "f32", 1e-4],
      [2, "f32", 1e-4],
      [3, "f64", 1e-10],
    ] as const)(
      "on %i threads in %s: near the embedded kernels, and the same bits twice",
      async (threads, dtype, near) => {
        const train = (engine: SyncEngine) => {
          const executable = compileStep(engine, sizes, { batch: 32, steps: 50, dtype });
          for (const first of [0, 20]) executable.run(first === 0 ? 20 : 30, first);
          return Array.from(executable.read("loss"));
        };
        const [first, second] = [train(await engineOf(threads)), train(await engineOf(threads))];
        const embedded = train(await wasmEngine({ threads }));
        expect(second).toEqual(first);
        expect(first.at(-1)).toBeLessThan(first[0]);
        first.forEach((loss, i) => {
          expect(Math.abs(loss - embedded[i])).toBeLessThan(near);
        });
      },
    );
  });

  test("executables of one engine take turns with its workers, which sleep meanwhile", async () => {
    const engine = await engineOf(2);
    const [one, other] = [
      compileStep(engine, [33, 70, 5], { batch: 32, steps: 5 }),
      compileStep(engine, [20, 40, 3], { batch: 16, steps: 5 }),
    ];
    const losses: number[] = [];
    for (let i = 0; i < 10; i++) {
      for (const executable of [one, other]) executable.run(5);
      losses.push(one.read("loss")[4]);
      await new Promise((done) => setTimeout(done, 5));
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]);
  });

  test("an instruction that fails on a worker is an error here, and the engine goes on", async () => {
    const [x, index] = [input("x", [64, 9], "f32"), input("index", [64], "i32")];
    const rows = program("rows", [x, index], { y: gatherRows(x, index) });
    const executable = (await engineOf(2)).compile(rows);
    executable.write("x", new Float32Array(64 * 9).fill(2));
    for (const wrong of [63, 0]) {
      const places = new Int32Array(64);
      executable.write("index", places.with(wrong, 64));
      expect(() => executable.run()).toThrow("a row index is outside its table");
      executable.write("index", places);
      executable.run();
      expect(new Set(executable.read("y"))).toEqual(new Set([2]));
    }
  });

  test("a pool's threads have the same kernels, and give the same bits", async () => {
    const x = Float64Array.from({ length: 96 * 5 }, (_, i) => Math.sin(12.9898 * i));
    const y = Float64Array.from({ length: 96 }, (_, row) => x[5 * row] ** 2);
    const network = {
      inputs: 5,
      layers: [
        { units: 12, activation: "tanh" },
        { units: 1, activation: "identity" },
      ],
    } as const;
    const train = async (workers: number) => {
      const pool = openFitPool({ engine: await engineOf(2), workers });
      const fits = [0, 1, 2].map((seed) =>
        pool.fit(network, { train: { x, y } }, { loss: losses.huber(), seed, epochs: 5, batch: 32 }),
      );
      const ends: unknown[] = [];
      for (const fit of fits)
        for await (const event of fit) {
          if (event.type === "start") expect(event.engine).toBe(kernels?.name);
          if (event.type === "end") ends.push(event.model.tensors);
        }
      pool.close();
      return ends;
    };
    expect(await train(2)).toEqual(await train(0));
  });

  test("a plan with an op that only JavaScript knows runs on the embedded kernels", async () => {
    const double = defineOp({ name: "double", evaluate: (x: number) => 2 * x, derivative: (y, x) => div(y, x) });
    const x = input("x", [3], "f64");
    const executable = (await engineOf(1)).compile(program("twice", [x], { y: double(x) }));
    executable.write("x", [1, 2, 3]);
    executable.run();
    expect([...executable.read("y")]).toEqual([2, 4, 6]);
  });
});

test.skipIf(kernels === undefined)("a processor that this one is not is refused, with those that it is", async () => {
  await expect(findKernels({ processor: "AVX-1024" })).rejects.toThrow(
    /^processor must be one of .*(FMA|NEON).* on this machine, got 'AVX-1024'$/,
  );
});

test("what is no provider is refused", async () => {
  await expect(wasmEngine({ kernels: {} as KernelProvider })).rejects.toThrow(
    "kernels must be what findKernels() of @chaingrad/native finds: write await findKernels()",
  );
});
