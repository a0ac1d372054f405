/** Training that meets NaN or Infinity says where: step, row, layer, unit, operation and operands, in f32 as in f64. */
import { beforeAll, describe, expect, test } from "vitest";
import { findOrigin, firstFault } from "../../src/diagnosis/first-fault/first-fault.ts";
import type { SyncEngine } from "../../src/engines/engine.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { program } from "../../src/graph/program.ts";
import { losses } from "../../src/nn/losses.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { exp, log, sqrt } from "../../src/ops/elementary.ts";
import { div, mul, square } from "../../src/ops/ring.ts";
import { less, minimum, where } from "../../src/ops/select.ts";
import { input } from "../../src/ops/source.ts";
import { sum } from "../../src/ops/sum-broadcast.ts";
import { optimizers } from "../../src/optim/optimizers.ts";
import type { Dataset } from "../../src/train/dataset.ts";
import type { EndEvent, TrainingFault } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";

let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine();
});

const NETWORK: NetworkSpec = {
  inputs: 2,
  layers: [
    { units: 3, activation: "tanh" },
    { units: 4, activation: "exp" },
    { units: 1, activation: "identity" },
  ],
};

/** 11 rows of small inputs, in 3 batches of 4. */
const table = (): { x: Float64Array; y: Float64Array } => ({
  x: Float64Array.from({ length: 22 }, (_, i) => 0.1 * Math.sin(i)),
  y: Float64Array.from({ length: 11 }, (_, i) => Math.cos(i)),
});

/** Weights with which nothing happens: h1 = tanh(x₀ + …), z2 = W2 h1. */
const initial = (changes: Record<string, number[]> = {}) => ({
  W1: [1, 0, 0, 1, 1, 1],
  ...{ b1: [0, 0, 0], b2: [0, 0, 0, 0], b3: [0] },
  W2: [0.1, 0.2, 0.3, 0.2, 0.1, 0, 0, 0.1, 0.2, 0.3, 0.3, 0.1],
  W3: [0.1, 0.2, 0.3, 0.4],
  ...changes,
});

async function faultOf(
  options: Partial<Omit<FitOptions, "engine">>,
  train: Dataset = table(),
  network = NETWORK,
): Promise<{ end: EndEvent; fault: TrainingFault }> {
  const all = { engine, loss: losses["mean-squared-error"](), batch: 4, epochs: 40, seed: 1, ...options };
  for await (const event of fit(network, { train }, all)) {
    if (event.type === "end") return { end: event, fault: event.fault as TrainingFault };
  }
  throw new Error("training has no end");
}

describe("walking a program", () => {
  test("f32 overflows where f64 does not", () => {
    const result = (dtype: "f32" | "f64") => {
      const x = input("x", [3], dtype);
      return firstFault(program("squares", [x], { s: sum(square(x)) }), { x: [1, 2e19, -3] });
    };
    expect(result("f64")).toBeUndefined();
    expect(result("f32")).toMatchObject({ index: [1], row: 1 });
  });

  test("an infinity that nothing takes up is no fault", () => {
    const x = input("x", [2], "f64");
    const clipped = minimum(1, div(1, x)); // as in clipping by the norm, where it is 0
    const chosen = where(x, x, log(x));
    expect(firstFault(program("quiet", [x], { clipped, chosen: where(x, chosen, 2) }), { x: [0, 3] })).toBeUndefined();
  });

  test("of several, the one that came first, and of an output that is asked for", () => {
    const x = input("x", [2, 3], "f64");
    const root = sqrt(x);
    const p = program("two", [x], { a: exp(mul(1000, root)), b: log(x) });
    const inputs = { x: [1, 2, 3, 4, -5, 6] };
    expect(findOrigin(p, inputs)).toMatchObject({ node: root, at: 4, value: Number.NaN });
    expect(findOrigin(p, inputs, ["b"])?.node).toBe(p.outputs.b);
  });
});

describe("training", () => {
  test("forward: exp overflows in f32; layer, unit, row of the table", async () => {
    const train = table();
    train.x.set([5, 5], 2 * 7); // row 7 alone drives h1 to (1, 1, 1)
    const W2 = [0.1, 0.2, 0.3, 30, 30, 29.5, 0, 0.1, 0.2, 0.3, 0.3, 0.1];
    const { fault, end } = await faultOf({ initial: initial({ W2 }) }, train);
    expect(end).toMatchObject({ stopped: "diverged", bestEpoch: 0 });
    expect(fault).toMatchObject({ epoch: 1, phase: "forward", layer: 2, layerName: "hidden2", unit: 1, row: 7 });
    expect(fault).toMatchObject({ symbol: "h2", operation: "exp", value: Number.POSITIVE_INFINITY });
    expect(fault.step).toBeGreaterThan(0);
    expect(fault.step).toBeLessThanOrEqual(3);
    const place = `[${fault.batchRow}, 1]`;
    expect(fault.expression).toBe(
      `h₂${place} = Infinity: exp(89.49) ← z₂${place} = W₂[1, :]·h₁[${fault.batchRow}, :] + b₂[1]`,
    );
  });

  test("a sum that overflows says how large its terms are", async () => {
    const train = { x: table().x, y: table().y.map((_, i) => (i < 4 ? 1.4e19 : 0)) };
    const { fault } = await faultOf({ initial: initial(), batch: 11 }, train);
    expect(fault).toMatchObject({ step: 1, phase: "forward", symbol: "loss", index: [], operation: "sum" });
    expect(fault.expression).toMatch(/^loss = Infinity: .*, of 11 terms the largest is 1\.96e38$/);
    expect(fault.layer).toBeUndefined();
  });

  test("the same numbers in f64 are no fault", async () => {
    const W2 = [0.1, 0.2, 0.3, 30, 30, 29.5, 0, 0.1, 0.2, 0.3, 0.3, 0.1];
    const train = table();
    train.x.set([5, 5], 14);
    const { fault } = await faultOf(
      { initial: initial({ W2 }), dtype: "f64", epochs: 1, rate: 1e-80, optimizer: optimizers.sgd() },
      train,
    );
    expect(fault).toBeUndefined();
  });

  test("a product of matrices names its rows and its largest term", async () => {
    const network: NetworkSpec = {
      inputs: 2,
      layers: [
        { units: 3, activation: "relu" },
        { units: 1, activation: "identity" },
      ],
    };
    const train = table();
    train.x[9] = 3e30; // row 4, input 1
    const { fault } = await faultOf(
      { initial: { W1: [1, 0, 0, 1e20, 1, 1], b1: [0, 0, 0], W2: [0.1, 0.2, 0.3], b2: [0] } },
      train,
      network,
    );
    expect(fault).toMatchObject({ phase: "forward", symbol: "z1", layer: 1, unit: 1, row: 4, operation: "matmul" });
    const at = `[${fault.batchRow}, 1]`;
    expect(fault.expression).toBe(
      `z₁${at} = Infinity: W₁[1, :]·x[${fault.batchRow}, :], of 2 terms the largest is 3e30 · 1e20`,
    );
  });

  test("backward: the loss is finite, a weight's gradient is not", async () => {
    const network: NetworkSpec = { inputs: 2, layers: [{ units: 1, activation: "identity" }] };
    const train = table();
    train.x[6] = 1e25; // row 3
    train.y[3] = 1e18;
    const { fault, end } = await faultOf({ initial: { W1: [0, 1], b1: [0] }, batch: 11 }, train, network);
    expect(end.stopped).toBe("diverged");
    expect(fault).toMatchObject({ phase: "backward", symbol: "∂L/∂W1", layer: 1, unit: 0, operation: "matmul" });
    // 2 (0 − 10¹⁸)/11 for the row, times its input
    expect(fault.expression).toBe(
      "∂L/∂W₁[0, 0] = -Infinity: ∂L/∂y[:, 0]·x[:, 0], of 11 terms the largest is -1.8182e17 · 1e25",
    );
  });

  test("update: a rate that no parameter survives, in the step it happens", async () => {
    const schedule = ({ step }: { step: number }) => (step < 10 ? 1e-6 : 3e38);
    const train = { ...table(), y: table().y.map((value) => 1e4 * value) };
    const { fault, end } = await faultOf({ schedule, optimizer: optimizers.sgd(), initial: initial() }, train);
    expect(fault).toMatchObject({ step: 11, epoch: 4, phase: "update" });
    expect(fault.symbol).toMatch(/^next [Wb]\d$/);
    expect(end.bestEpoch).toBeGreaterThan(0);
    expect(fault.expression).toMatch(/^next .*\] = -?Infinity: /);
  });

  test("found beyond the last checkpoint, with dropout, whatever the slices", async () => {
    const network: NetworkSpec = {
      ...NETWORK,
      layers: [{ ...NETWORK.layers[0], dropout: 0.3, normalisation: "batch" }, ...NETWORK.layers.slice(1)],
    };
    const schedule = ({ step }: { step: number }) => (step < 1300 ? 1e-3 : 1e38);
    const start = initial({ gain1: [1, 1, 1], shift1: [0, 0, 0], mean1: [0, 0, 0], variance1: [1, 1, 1] });
    const run = (slice: number) =>
      faultOf({ schedule, optimizer: optimizers.sgd(), epochs: 600, slice, initial: start }, table(), network);
    const [a, b] = [await run(12), await run(0.01)];
    expect([1301, 1302]).toContain(a.fault.step);
    expect(a.fault.epoch).toBe(434);
    expect(b.fault).toEqual(a.fault);
  });

  test("a comparison hides NaN from the loss, not from the look at the parameters", async () => {
    const network: NetworkSpec = {
      inputs: 2,
      layers: [{ units: 1, activation: (z) => where(less(-1e9, z), z, 0) }],
    };
    const schedule = ({ step }: { step: number }) => (step === 4 ? Number.POSITIVE_INFINITY : 0.01);
    const { fault, end } = await faultOf({ schedule, optimizer: optimizers.sgd() }, table(), network);
    expect(end).toMatchObject({ stopped: "diverged", epochs: 2, bestEpoch: 1 });
    expect(fault).toMatchObject({ step: 5, phase: "input", symbol: "rate", expression: "rate = Infinity, as given" });
  });

  test("judging the validation rows, where training itself is finite", async () => {
    const validation = { x: [0.1, 0.1, 1, 2, 5, 5], y: [0, 0, 0] };
    const W2 = [0.1, 0.2, 0.3, 30, 30, 29.5, 0, 0.1, 0.2, 0.3, 0.3, 0.1];
    const options = { engine, loss: losses["mean-absolute-error"](), initial: initial({ W2 }), epochs: 3 };
    let fault: TrainingFault | undefined;
    const quiet = { ...options, optimizer: optimizers.sgd(), rate: 1e-30 };
    for await (const event of fit(NETWORK, { train: table(), validation }, quiet))
      if (event.type === "end") fault = event.fault;
    expect(fault).toMatchObject({ part: "validation", epoch: 1, step: 1, phase: "forward", layer: 2, unit: 1, row: 2 });
    expect(fault?.message).toMatch(
      /^step 1 \(epoch 1\), judging the validation rows, forward, layer 2 \('hidden2'\), unit 1, validation row 2: h₂\[2, 1\] = Infinity: exp\(89\.4/,
    );
  });

  test("training that stays finite has no fault", async () => {
    expect((await faultOf({ initial: initial(), epochs: 3 })).end).not.toHaveProperty("fault");
  });
});
