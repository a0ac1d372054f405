/**
 * Networks of many layers and graphs of many nodes: what they cost grows with their number, not with its square, nothing
 * recurses as deep as they are, and whoever waits for them has turns in between.
 */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/autodiff/reverse.ts";
import { plan } from "../../src/compile/plan.ts";
import { shard } from "../../src/compile/shard.ts";
import { evaluate, type SyncEngine } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { derive } from "../../src/explain/derivation/derivation.ts";
import { printNotation } from "../../src/explain/notation/print.ts";
import type { Expr } from "../../src/graph/expr.ts";
import { program } from "../../src/graph/program.ts";
import { meanSquaredError } from "../../src/nn/losses.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { tanh } from "../../src/ops/elementary.ts";
import { add, mul, square } from "../../src/ops/ring.ts";
import { maximum } from "../../src/ops/select.ts";
import { concat } from "../../src/ops/shape.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { adam } from "../../src/optim/first-order/adam.ts";
import type { FitEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { trainStep } from "../../src/train/step.ts";
import { net } from "../explain/nets.ts";
import { workOf } from "../support/work.ts";

const layersOf = (count: number): NetworkSpec["layers"] =>
  Array.from({ length: count }, (_, i) => ({ units: 2, activation: i === count - 1 ? "identity" : "tanh" }));

const deep = (count: number): NetworkSpec => ({ inputs: 3, layers: layersOf(count) });

const rows = {
  x: Float64Array.from({ length: 30 }, (_, i) => Math.sin(i)),
  y: Float64Array.from({ length: 20 }, (_, i) => Math.cos(i)),
};

async function run(
  count: number,
  options: Partial<Omit<FitOptions, "engine">> & { readonly engine: SyncEngine },
): Promise<FitEvent[]> {
  const events: FitEvent[] = [];
  const all = { loss: meanSquaredError(), epochs: 1, batch: 10, ...options };
  for await (const event of fit(deep(count), { train: rows }, all)) events.push(event);
  return events;
}

/** Twice as much of something takes about twice the work; with passes that go as the square it would be up to four times. */
function expectLinear(make: (size: number) => () => unknown, size: number): void {
  const [half, whole] = [size, 2 * size].map((own) => workOf(make(own)));
  expect(whole / half).toBeGreaterThan(1.6);
  expect(whole / half).toBeLessThan(2.2);
}

const stepOf = (layers: number) =>
  trainStep({
    ...{ network: deep(layers), loss: meanSquaredError(), optimizer: adam(), l2: 0.01, clip: { norm: 1 } },
    ...{ batch: 5, rows: 11, dtype: "f32" },
  });

describe("work is linear in the number of layers", () => {
  test("building a training step", () => {
    expectLinear((layers) => () => stepOf(layers), 60);
  });

  test("planning it", () => {
    expectLinear((layers) => {
      const { program: step, carried } = stepOf(layers);
      return () => plan(step, { donate: carried });
    }, 60);
  });

  test.each([2, 3])("planning it for %i threads", (threads) => {
    expectLinear((layers) => {
      const { program: step, carried } = stepOf(layers);
      return () => plan(step, { donate: carried, arrange: (steps) => shard(steps, { threads, flops: 40 }) });
    }, 60);
  });

  test("deriving it as it is shown", () => {
    expectLinear((layers) => {
      const problem = net(layersOf(layers), { l2: 0.01, inputs: 3 });
      return () => derive(problem);
    }, 50);
  });
});

describe("thousands of layers", () => {
  test("2000 are trained, and others have their turns meanwhile", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const engine = await wasmEngine({ threads: 1 });
    const [start, epoch, end] = await run(2000, { engine, slice: 5 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(20);
    expect(start).toMatchObject({ type: "start", parameters: 8 + 1999 * 6 });
    expect(epoch).toMatchObject({ type: "epoch", epoch: 1, best: true });
    expect(end).toMatchObject({ type: "end", stopped: "epochs" });
  });

  test("in slices or at once, on one thread or two: the same bits", async () => {
    const [one, two] = [await wasmEngine({ threads: 1 }), await wasmEngine({ threads: 2 })];
    const { compile } = one;
    const atOnce: SyncEngine = { ...one, compile: (...given) => compile(...given) };
    const weights = async (engine: SyncEngine, slice: number): Promise<unknown> => {
      const end = (await run(60, { engine, slice, epochs: 3, batch: 4, validation: 0.2 })).at(-1);
      return end?.type === "end" ? end.model.tensors : undefined;
    };
    const expected = await weights(atOnce, 400);
    expect(expected).toHaveProperty("W60");
    expect(await weights(one, 1)).toEqual(expected);
    expect(await weights(two, 1)).toEqual(expected);
  });

  test("the flow of the gradient through 120 of them, normalised or not", async () => {
    const engine = await wasmEngine({ threads: 1 });
    const [start] = await run(120, { engine, flow: true });
    expect(start.type === "start" && start.flow?.length).toBe(120);
    const layers = layersOf(40).map((layer) => ({ ...layer, normalisation: "layer" as const }));
    const events = fit(
      { inputs: 3, layers },
      { train: rows },
      { engine, loss: meanSquaredError(), epochs: 1, flow: true },
    );
    const normalised = (await events.next()).value as FitEvent;
    const flow = normalised.type === "start" ? normalised.flow : undefined;
    expect(flow?.every(({ delta }) => Number.isFinite(delta))).toBe(true);
    expect(flow?.at(-1)).toMatchObject({ dead: 0, saturated: 0 });
  });

  test("2000 are derived, with a regulariser that sums over all of them", () => {
    const { forward, backward } = derive(net(layersOf(2000), { l2: 0.01, inputs: 3 }));
    const loss = forward.find(({ kind }) => kind === "loss");
    const text = printNotation(loss!.formula);
    expect(text.match(/W/g)).toHaveLength(2000);
    expect(backward.at(-1)).toMatchObject({ name: "∂L/∂x", reads: ["∂L/∂z1", "W1"] });
  });
});

describe("graphs of many nodes", async () => {
  const engines = [referenceEngine, await wasmEngine({ threads: 1 }), await wasmEngine({ threads: 2 })];
  const COUNT = 2000;
  const inputs = Array.from({ length: COUNT }, (_, i) => input(`x${i}`, [2], "f64"));
  const values = Object.fromEntries(inputs.map((_, i) => [`x${i}`, [Math.sin(i), Math.cos(i)]]));

  /** A value, and the derivative by x1. */
  const judge = (
    loss: Expr,
    of: readonly Expr[],
    at: Record<string, ArrayLike<number>>,
    expected: readonly number[],
  ) => {
    const [, second] = of.length > 1 ? gradients(loss, of) : [0, gradients(loss, of)[0]];
    for (const engine of engines) {
      const result = evaluate(engine, program("many", of, { loss, second: second as Expr }), at);
      const found = [result.loss[0], ...result.second];
      found.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i], 8);
      });
    }
  };

  test("a sum of 2000 terms, by each of 2000 inputs", () => {
    // Σ sin² + cos² = 2000
    const loss = sum(inputs.map((x) => square(x)).reduce((a, b) => add(a, b)));
    judge(loss, inputs, values, [COUNT, 2 * Math.sin(1), 2 * Math.cos(1)]);
  });

  test("a concatenation of 2000 parts", () => {
    judge(sum(square(concat(inputs, 0))), inputs, values, [COUNT, 2 * Math.sin(1), 2 * Math.cos(1)]);
    expectLinear(
      (count) => () => gradients(sum(square(concat(inputs.slice(0, count), 0))), inputs.slice(0, count)),
      1000,
    );
  });

  test("the largest of 2000", () => {
    const largest = (f: (i: number) => number): number => Math.max(...inputs.map((_, i) => f(i)));
    const loss = sum(inputs.reduce((a, b) => maximum(a, b)));
    judge(loss, inputs, values, [largest(Math.sin) + largest(Math.cos), 0, 0]);
  });

  test("a chain of 9000 elementwise operations", () => {
    const x = input("x", [2], "f64");
    let y: Expr = x;
    for (let i = 0; i < 3000; i++) y = mul(2, add(mul(0.5, y), i % 2 === 0 ? 1 : -1));
    judge(sum(y), [x], { x: [3, 4] }, [7, 1, 1]);
    let value = 0.5;
    let slope = 1;
    for (let i = 0; i < 500; i++) {
      value = Math.tanh(value);
      slope *= 1 - value ** 2;
    }
    let h: Expr = x;
    for (let i = 0; i < 500; i++) h = tanh(h);
    judge(sum(h), [x], { x: [0.5, 0.5] }, [2 * value, slope, slope]);
  });

  test("one expression that is used 1500 times", () => {
    const [x, w] = [input("x", [2], "f64"), input("w", [], "f64")];
    const once = square(x);
    const loss = sum(Array.from({ length: 1500 }, (_, i) => mul(mul(once, i), w)).reduce((a, b) => add(a, b)));
    const total = (1499 * 1500) / 2;
    judge(loss, [x, w], { x: [1, 2], w: [0.5] }, [2.5 * total, 5 * total]);
    expectLinear((count) => {
      const parts = Array.from({ length: count }, (_, i) => mul(mul(once, i), w));
      const closed = program("used", [x, w], { total: sum(parts.reduce((a, b) => add(a, b))) });
      return () => plan(closed);
    }, 200);
  });
});
