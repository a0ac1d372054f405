/** One thread runs what several are slower at, and several run it again when they are not, with the same bits. */
import { describe, expect, test, vi } from "vitest";
import { Pace, type Part } from "../../src/engines/wasm/pace.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { compileStep } from "./steps.ts";

/** Runs steps that take so many milliseconds by each way; the share of them that one thread ran alone. */
function run(pace: Pace, steps: number, timeOf: (isAlone: boolean, step: number) => number): number {
  let alone = 0;
  for (let done = 0; done < steps; ) {
    const part = pace.next(steps - done);
    expect(part.steps).toBeGreaterThan(0);
    expect(part.steps).toBeLessThanOrEqual(steps - done);
    let time = 0;
    for (let i = 0; i < part.steps; i++) time += timeOf(part.isAlone, done + i);
    pace.took(part, time);
    done += part.steps;
    if (part.isAlone) alone += part.steps;
  }
  return alone / steps;
}

describe("of a step that takes", () => {
  test.each([
    ["0.05 ms on two threads and 0.08 on one", 0.05, 0.08, 0, 0.04],
    ["0.4 ms on two threads and 0.08 on one", 0.4, 0.08, 0.95, 1],
    ["7 ms on two threads and 13 on one", 7, 13, 0, 0.06],
    ["30 ms on two threads and 13 on one", 30, 13, 0.9, 1],
  ])("%s, one runs what it should", (_, together, alone, least, most) => {
    const share = run(new Pace(), 20_000, (isAlone) => (isAlone ? alone : together));
    expect(share).toBeGreaterThanOrEqual(least);
    expect(share).toBeLessThanOrEqual(most);
  });

  test("follows what changes, both ways", () => {
    const pace = new Pace();
    const free = (isAlone: boolean): number => (isAlone ? 0.08 : 0.05);
    const busy = (isAlone: boolean): number => (isAlone ? 0.09 : 0.3);
    run(pace, 20_000, free);
    expect(run(pace, 40_000, busy)).toBeGreaterThan(0.8);
    expect(run(pace, 40_000, free)).toBeLessThan(0.2);
  });

  test("any time, a clock that stands still included, comes to an end", () => {
    expect(run(new Pace(), 1000, () => 0)).toBeLessThanOrEqual(1);
  });
});

test.each([
  ["f32", [33, 70, 21, 5]],
  ["f64", [200, 128, 10]],
] as const)("by turns, alone and together: the bits of one thread (%s, %j)", async (dtype, sizes) => {
  const train = async (threads: number) => {
    const executable = compileStep(await wasmEngine({ threads }), sizes, { batch: 32, steps: 60, dtype });
    executable.run(60);
    return { loss: executable.read("loss"), W1: executable.read("W1") };
  };
  let count = 0;
  const next = vi
    .spyOn(Pace.prototype, "next")
    .mockImplementation((steps): Part => ({ steps: Math.min(steps, 1 + (count % 4)), isAlone: count++ % 2 === 0 }));
  const mixed = await train(3);
  expect(count).toBeGreaterThan(10);
  next.mockRestore();
  expect(mixed).toEqual(await train(1));
});
