/** Plans are made once for all trainings of their shapes; what they computed before leaves no trace. */
import { describe, expect, test } from "vitest";
import type { Engine, SyncEngine } from "../../src/engines/engine.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { losses } from "../../src/nn/losses.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { optimizers } from "../../src/optim/optimizers.ts";
import type { QueuedOptions } from "../../src/pool/describe.ts";
import { openFitPool } from "../../src/pool/pool.ts";
import type { FitEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { type MadePlans, PlanShelf } from "../../src/train/plan-shelf.ts";
import { generator } from "../support/numbers.ts";

const ROWS = 40;
const next = generator(11);
const x = Float64Array.from({ length: ROWS * 3 }, () => 2 * next() - 1);
const y = Float64Array.from({ length: ROWS }, (_, row) => (x[3 * row] > 0 ? 1 : 0));
const part = (from: number, to: number) => ({ x: x.slice(3 * from, 3 * to), y: y.slice(from, to) });
const data = { train: part(0, 30), validation: part(30, 40) };
const network: NetworkSpec = {
  inputs: 3,
  layers: [
    { units: 5, activation: "tanh", dropout: 0.2, normalisation: "batch" },
    { units: 2, activation: "identity" },
  ],
};
const options: QueuedOptions = {
  loss: losses["softmax-cross-entropy"]({ labelSmoothing: 0.1 }),
  ...{ optimizer: optimizers.adam({ beta2: 0.95 }), epochs: 6, batch: 8, l2: 1e-3 },
};

/** The same engine, which counts what it compiles. */
function counting(engine: SyncEngine): { readonly engine: Engine; readonly compiled: () => number } {
  let count = 0;
  const compile: Engine["compile"] = (program, options) => {
    count++;
    return engine.compile(program, options);
  };
  return { engine: { name: engine.name, compile }, compiled: () => count };
}

/** What is told, but for how long it took. */
async function told(events: AsyncIterable<FitEvent>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const event of events) {
    if (event.type === "start") all.push({ ...event, describePlan: event.describePlan() });
    else all.push({ ...event, seconds: 0 });
  }
  return all;
}

describe("a pool's plans", () => {
  test("are made once for all seeds, rates and epochs, and each training is as if it had been alone", async () => {
    const { engine, compiled } = counting(await wasmEngine({ threads: 1 }));
    const pool = openFitPool({ engine, workers: false });
    const alone = await wasmEngine({ threads: 1 });
    const changes: Partial<FitOptions>[] = [{ seed: 1 }, { seed: 2, rate: 0.05 }, { seed: 3, epochs: 3 }, { seed: 1 }];
    let first = 0;
    for (const change of changes) {
      const own = await told(pool.fit(network, data, { ...options, ...change }));
      expect(own).toEqual(await told(fit(network, data, { ...options, ...change, engine: alone } as FitOptions)));
      if (first === 0) first = compiled();
    }
    expect(first).toBeGreaterThan(0);
    expect(compiled()).toBe(first);
  });

  test.each<[string, Partial<FitOptions>, typeof data]>([
    ["another batch", { batch: 9 }, data],
    ["another penalty", { l2: 2e-3 }, data],
    ["another optimizer", { optimizer: optimizers.adam({ beta2: 0.99 }) }, data],
    ["another loss", { loss: losses["softmax-cross-entropy"]() }, data],
    ["other numbers of rows", {}, { train: part(0, 29), validation: part(29, 40) }],
  ])("are others for %s", async (_, change, rows) => {
    const pool = openFitPool({ engine: await wasmEngine({ threads: 1 }), workers: false });
    await told(pool.fit(network, data, options));
    const own = await told(pool.fit(network, rows, { ...options, ...change }));
    const alone = { ...options, ...change, engine: await wasmEngine({ threads: 1 }) } as FitOptions;
    expect(own).toEqual(await told(fit(network, rows, alone)));
  });

  test("of one that is left midway are not taken by another, and nothing is told of it", async () => {
    const pool = openFitPool({ engine: await wasmEngine({ threads: 1 }), workers: false });
    for await (const event of pool.fit(network, data, options)) if (event.type === "epoch") break;
    const own = await told(pool.fit(network, data, { ...options, seed: 4 }));
    const alone = { ...options, seed: 4, engine: await wasmEngine({ threads: 1 }) } as FitOptions;
    expect(own).toEqual(await told(fit(network, data, alone)));
  });
});

test("a shelf gives each only once, and keeps the latest", () => {
  const shelf = new PlanShelf();
  const made = (name: string) => ({ step: name }) as unknown as MadePlans;
  for (let i = 0; i < 10; i++) shelf.put(`k${i}`, made(`p${i}`));
  expect(shelf.take("k0")).toBeUndefined();
  expect(shelf.take("k1")).toBeUndefined();
  expect(shelf.take("k2")).toEqual(made("p2"));
  expect(shelf.take("k2")).toBeUndefined();
  expect(shelf.take("k9")).toEqual(made("p9"));
});
