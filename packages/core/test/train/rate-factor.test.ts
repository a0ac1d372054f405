/** A rate that is turned while training runs: a factor that is read before each epoch, by workers, too. */
import { describe, expect, test } from "vitest";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { DataError } from "../../src/given/numbers.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { normalAt } from "../../src/ops/random.ts";
import { minimizers } from "../../src/optim/minimizers.ts";
import { openFitPool } from "../../src/pool/pool.ts";
import type { EpochEvent, FitEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { schedules } from "../../src/train/schedules.ts";

const network: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 5, activation: "tanh" },
    { units: 1, activation: "identity" },
  ],
};
const x = Float64Array.from({ length: 3 * 47 }, (_, i) => normalAt([1, 2], 0, i));
const train = { x, y: Float64Array.from({ length: 47 }, (_, row) => x[3 * row] - x[3 * row + 2] ** 2) };
const engine = await wasmEngine();
const options = { engine, loss: "mean-squared-error", epochs: 6, rate: 0.25, batch: 10, seed: 4 } as const;

async function run(given: Partial<FitOptions>, onEpoch?: (event: EpochEvent) => void) {
  const events: FitEvent[] = [];
  for await (const event of fit(network, { train }, { ...options, ...given } as FitOptions)) {
    events.push(event);
    if (event.type === "epoch") onEpoch?.(event);
  }
  const [end] = events.filter((event) => event.type === "end");
  return { epochs: events.filter((event) => event.type === "epoch"), tensors: end.model.tensors };
}

describe("fit", () => {
  test("with a factor of 1 computes the same bits, and says nothing of it", async () => {
    const { epochs, tensors } = await run({ rateFactor: Float64Array.of(1) });
    expect(tensors).toEqual((await run({})).tensors);
    expect(epochs.every((event) => !("rateFactor" in event))).toBe(true);
  });

  test("with half of it trains as with half of the rate, whatever the schedule", async () => {
    const half = { rateFactor: Float64Array.of(0.5) };
    expect((await run(half)).tensors).toEqual((await run({ rate: 0.125 })).tensors);
    const planned = { ...half, schedule: schedules.cosine(0.25) };
    expect((await run(planned)).tensors).toEqual((await run({ schedule: schedules.cosine(0.125) })).tensors);
  });

  test("reads it before each epoch, and tells from where on it was turned", async () => {
    const rateFactor = Float64Array.of(1);
    const { epochs } = await run({ rateFactor }, ({ epoch }) => {
      if (epoch === 2) rateFactor[0] = 0.1;
      if (epoch === 4) rateFactor[0] = 1;
    });
    expect(epochs.map(({ rate }) => rate)).toEqual([0.25, 0.25, 0.025, 0.025, 0.25, 0.25]);
    expect(epochs.map(({ rateFactor: factor }) => factor)).toEqual([
      undefined,
      undefined,
      0.1,
      0.1,
      undefined,
      undefined,
    ]);
  });

  test("refuses what is none, before it trains and when it becomes so", async () => {
    for (const wrong of [
      Float64Array.of(),
      Float64Array.of(1, 1),
      [1],
      Float64Array.of(0),
      Float64Array.of(Number.NaN),
    ])
      await expect(run({ rateFactor: wrong as Float64Array })).rejects.toThrow(/^rateFactor must be /);
    const rateFactor = Float64Array.of(1);
    const turned = run({ rateFactor }, () => {
      rateFactor[0] = -1;
    });
    await expect(turned).rejects.toThrow("rateFactor must be a number > 0, got -1");
    await expect(turned).rejects.not.toBeInstanceOf(DataError);
  });

  test("refuses it where a method finds the length of its steps itself", async () => {
    const given = { engine, loss: "mean-squared-error", optimizer: minimizers.lbfgs() } as const;
    const events = fit(network, { train }, { ...given, rateFactor: Float64Array.of(1) });
    await expect(events.next()).rejects.toThrow("it finds the length of each step itself");
  });
});

describe("a pool", () => {
  const { engine: _, ...queued } = options;
  const many = { ...queued, epochs: 4000 } as const;

  test("has workers read it while they train, and tells events when they come", async () => {
    const pool = openFitPool({ engine, workers: 2 });
    const rateFactor = new Float64Array(new SharedArrayBuffer(8)).fill(1);
    const told = new Set<number>();
    const fits = [0, 1, 2].map((seed) =>
      pool.fit(network, { train }, { ...many, seed, rateFactor }, (event) => {
        if (event.type !== "epoch") return;
        told.add(seed);
        if (told.size > 1) rateFactor[0] = 0.5; // two train beside each other
      }),
    );
    const last: EpochEvent[] = [];
    for (const queuedFit of fits) for await (const event of queuedFit) if (event.type === "epoch") last.push(event);
    expect(last).toHaveLength(3 * 4000);
    expect(last.filter(({ epoch }) => epoch === 4000).map(({ rate }) => rate)).toEqual([0.125, 0.125, 0.125]);
    pool.close();
  });

  test("leaves to the calling thread what no worker would see change", async () => {
    const pool = openFitPool({ engine, workers: 1 });
    const rateFactor = Float64Array.of(1);
    const fits = [0, 1].map((seed) => pool.fit(network, { train }, { ...queued, seed, rateFactor }));
    const rates: number[] = [];
    for (const queuedFit of fits)
      for await (const event of queuedFit) {
        if (event.type !== "epoch") continue;
        rates.push(event.rate);
        rateFactor[0] = 0.5;
      }
    expect(rates.slice(1)).toEqual([...Array(5).fill(0.125), ...Array(6).fill(0.125)]);
    pool.close();
  });
});
