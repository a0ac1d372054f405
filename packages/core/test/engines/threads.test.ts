/** Threads: the same bits from run to run, memory that stays flat, and workers that fail, die or are not needed any more. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Pace } from "../../src/engines/wasm/pace.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { program } from "../../src/graph/program.ts";
import { losses } from "../../src/nn/losses.ts";
import { gatherRows } from "../../src/ops/rows.ts";
import { input } from "../../src/ops/source.ts";
import { fit } from "../../src/train/fit.ts";
import { compileStep } from "./steps.ts";

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

const SIZES = [
  [4, 16, 3],
  [33, 70, 21, 5],
  [200, 128, 10],
] as const;

describe.each(SIZES.map((sizes) => [sizes]))("%j", (sizes) => {
  test.each([1, 2, 3, 5])("%i threads give the same bits twice, and those of one thread", async (threads) => {
    const train = async (count: number) => {
      const executable = compileStep(await wasmEngine({ threads: count }), sizes, { batch: 32, steps: 50 });
      expect(executable.threads).toBe(count);
      for (let i = 0; i < 4; i++) executable.run(50);
      return { loss: executable.read("loss"), W1: executable.read("W1") };
    };
    const [first, second, alone] = [await train(threads), await train(threads), await train(1)];
    expect(second).toEqual(first);
    expect(first).toEqual(alone);
  });
});

test("the size decides how many threads there are, and the plan says so", async () => {
  const engine = await wasmEngine({ threads: { most: 2 } });
  const small = compileStep(engine, [4, 16, 3], { batch: 32, steps: 1 });
  const large = compileStep(engine, [300, 500, 10], { batch: 128, steps: 1 });
  expect([small.threads, large.threads]).toEqual([1, 2]);
  expect(small.describe()).toMatch(/^train step: 1 thread, /);
  expect(large.describe()).toMatch(/^train step: 2 threads with [2-6] barriers, /);
});

test("100 000 steps on two threads leave heap and memory flat", async () => {
  const executable = compileStep(await wasmEngine({ threads: 2 }), [4, 16, 3], { batch: 32, steps: 1000 });
  executable.run(1000);
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const { bytes } = executable;
  for (let i = 0; i < 100; i++) executable.run(1000);
  // What others in this process left on the way is not ours.
  collectGarbage();
  expect(executable.bytes).toBe(bytes);
  expect(process.memoryUsage().heapUsed - heapUsed).toBeLessThan(400_000);
  expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(1000);
});

test("executables of one engine take turns with its workers", async () => {
  const engine = await wasmEngine({ threads: 2 });
  const [one, other] = [
    compileStep(engine, [33, 70, 5], { batch: 32, steps: 5 }),
    compileStep(engine, [20, 40, 3], { batch: 16, steps: 5 }),
  ];
  const alone = [
    compileStep(await wasmEngine({ threads: 1 }), [33, 70, 5], { batch: 32, steps: 5 }),
    compileStep(await wasmEngine({ threads: 1 }), [20, 40, 3], { batch: 16, steps: 5 }),
  ];
  for (let i = 0; i < 20; i++) for (const executable of [one, other, ...alone]) executable.run(5);
  expect(one.read("W1")).toEqual(alone[0].read("W1"));
  expect(other.read("W1")).toEqual(alone[1].read("W1"));
});

test("an instruction that fails on a worker is an error here, and the engine goes on", async () => {
  const [x, index] = [input("x", [64, 9], "f32"), input("index", [64], "i32")];
  const executable = (await wasmEngine({ threads: 2 })).compile(
    program("rows", [x, index], { y: gatherRows(x, index) }),
  );
  const right = Int32Array.from({ length: 64 }, (_, i) => i);
  for (const [row, wrong] of [
    [60, 64],
    [3, -1],
  ]) {
    executable.write("index", right.with(row, wrong));
    executable.write("x", new Float64Array(64 * 9).fill(row));
    expect(() => executable.run()).toThrow("rows: a row index is outside its table");
    executable.write("index", right);
    executable.run();
    expect(executable.read("y")).toEqual(new Float32Array(64 * 9).fill(row));
  }
});

test("a worker that begins late is waited for, longer than a barrier would wait", async () => {
  const late = "await new Promise((resolve) => setTimeout(resolve, 6000)); export const bind = () => [];";
  const gemm = {
    ...{ name: "a library that loads slowly", module: `data:text/javascript,${encodeURIComponent(late)}`, data: null },
    libraries: [],
    bind: () => [],
    prefers: () => -1,
  };
  const [slow, alone] = [
    compileStep(await wasmEngine({ threads: 2, gemm }), [33, 70, 5], { batch: 32, steps: 5 }),
    compileStep(await wasmEngine({ threads: 1 }), [33, 70, 5], { batch: 32, steps: 5 }),
  ];
  for (const executable of [slow, alone]) executable.run(5);
  expect(slow.threads).toBe(2);
  expect(slow.read("W1")).toEqual(alone.read("W1"));
});

/** The workers that are started while `action` runs. */
async function workersOf(action: () => unknown): Promise<Worker[]> {
  // The process tells of a worker in its next turn.
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
  await turn();
  const workers: Worker[] = [];
  const note = (worker: Worker): void => void workers.push(worker);
  process.on("worker", note);
  await action();
  await turn();
  process.removeListener("worker", note);
  return workers;
}

describe("a worker that is killed", () => {
  // One thread alone would not miss it.
  beforeEach(() => {
    vi.spyOn(Pace.prototype, "next").mockImplementation((steps) => ({ steps, isAlone: false }));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  test("before a run ends the run with an error that says so", async () => {
    const executable = compileStep(await wasmEngine({ threads: 2 }), [33, 70, 5], { batch: 32, steps: 5 });
    const [worker] = await workersOf(() => executable.run(5));
    await worker.terminate();
    expect(() => executable.run(5)).toThrow(/worker 1 is gone .*: the run cannot go on; make a new engine/);
    expect(() => executable.run(5)).toThrow(/worker 1 is gone/);
  });

  test("without anybody noticing ends the run all the same", async () => {
    const executable = compileStep(await wasmEngine({ threads: 2 }), [33, 70, 5], { batch: 32, steps: 5 });
    const [worker] = await workersOf(() => executable.run(5));
    const gone = worker.terminate();
    // In the same turn: nobody can have told this thread, which finds out by waiting in vain.
    const end = performance.now() + 100;
    while (performance.now() < end);
    expect(() => executable.run(5)).toThrow(/a worker did not answer in time: the run cannot go on/);
    await gone;
  });

  test("during training rejects the training", async () => {
    const engine = await wasmEngine({ threads: 2 });
    const network = {
      inputs: 8,
      layers: [
        { units: 64, activation: "tanh" },
        { units: 2, activation: "identity" },
      ],
    } as const;
    const x = Float64Array.from({ length: 512 * 8 }, (_, i) => Math.sin(i));
    const y = Float64Array.from({ length: 512 }, (_, i) => i % 2);
    const options = { engine, loss: losses["softmax-cross-entropy"](), epochs: 100_000 };
    let worker: Worker | undefined;
    process.once("worker", (started) => {
      worker = started;
    });
    const training = (async () => {
      for await (const event of fit(network, { train: { x, y } }, options)) {
        if (event.type === "epoch" && event.epoch === 20) void worker?.terminate();
      }
    })();
    await expect(training).rejects.toThrow(/worker (1 is gone|did not answer)/);
  });
});

test("workers do not keep a process alive", () => {
  const code = `
    import { fit, losses, wasmEngine } from "@chaingrad/core";
    const network = { inputs: 2, layers: [{ units: 8, activation: "tanh" }, { units: 2, activation: "identity" }] };
    const train = { x: [0, 0, 0, 1, 1, 0, 1, 1], y: [0, 1, 1, 0] };
    const options = { engine: await wasmEngine({ threads: 2 }), loss: losses["softmax-cross-entropy"](), epochs: 5 };
    for await (const event of fit(network, { train }, options)) if (event.type === "start") console.log(event.threads);
  `;
  const cwd = resolve(import.meta.dirname, "../..");
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", code], { cwd, timeout: 10_000 });
  expect(String(output)).toBe("2\n");
});
