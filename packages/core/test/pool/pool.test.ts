/** Trainings on several threads: the same events and the same bits as one after the other, whoever trains and whatever fails. */
import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { SyncEngine } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import { losses } from "../../src/nn/losses.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import { kfac } from "../../src/optim/kfac.ts";
import { minimizers } from "../../src/optim/minimizers.ts";
import { optimizers } from "../../src/optim/optimizers.ts";
import type { QueuedOptions } from "../../src/pool/describe.ts";
import { type FitPool, openFitPool, type QueuedFit } from "../../src/pool/pool.ts";
import type { QueuedData } from "../../src/pool/rows.ts";
import { pickRows, rowsOf } from "../../src/train/dataset.ts";
import type { FitEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";
import type { FitOptions } from "../../src/train/fit-options.ts";
import { rootMeanSquaredError } from "../../src/train/metrics.ts";
import { schedules } from "../../src/train/schedules.ts";
import { generator } from "../support/numbers.ts";

const ROWS = 60;
const next = generator(7);
const x = Float64Array.from({ length: ROWS * 3 }, () => 2 * next() - 1);
const labels = Float64Array.from({ length: ROWS }, (_, row) => (x[3 * row] > 0.3 ? 2 : x[3 * row + 1] > 0 ? 1 : 0));
const values = Float64Array.from(
  { length: ROWS * 2 },
  (_, i) => Math.sin(2 * x[3 * (i >> 1)]) + (i % 2) * x[3 * (i >> 1) + 1],
);
const weight = Float64Array.from({ length: ROWS }, (_, row) => row % 3);

const network = (units: number, dropout = 0): NetworkSpec => ({
  inputs: 3,
  layers: [
    { units: 8, activation: "tanh", dropout },
    { units, activation: "identity" },
  ],
});
const every = (rest: (row: number) => boolean): Int32Array =>
  Int32Array.from({ length: ROWS }, (_, row) => row).filter(rest);
const parts = (of: { x: Float64Array; y: Float64Array; weight?: Float64Array }): QueuedData => ({
  train: { of, rows: every((row) => row % 5 !== 1) },
  validation: { of, rows: every((row) => row % 5 === 1) },
});

type Case = readonly [network: NetworkSpec, data: QueuedData, options: QueuedOptions];
const CASES: Readonly<Record<string, Case>> = {
  "classes, with all that can be said": [
    network(3, 0.1),
    parts({ x, y: labels, weight }),
    {
      loss: losses["softmax-cross-entropy"]({ labelSmoothing: 0.1 }),
      optimizer: optimizers.adamw({ beta2: 0.95, weightDecay: 0.02 }),
      schedule: schedules["cos-log"](0.03),
      ...{ epochs: 12, batch: 16, seed: 3, keep: "last-best", l1: 1e-4, l2: 1e-3, clip: { norm: 1 } },
    },
  ],
  "values, with metrics of one's own": [
    network(2),
    parts({ x, y: values, weight }),
    {
      ...{ loss: "mean-squared-error", optimizer: "momentum", rate: 0.02, epochs: 9, patience: 6, dtype: "f64" },
      metrics: { rmse: rootMeanSquaredError, first: (predictions, targets) => predictions[0] - targets[0] },
    },
  ],
  "a share set aside, nothing told of it": [
    network(1),
    { train: { x, y: labels } },
    { loss: "poisson", epochs: 4, validation: 0.25, metrics: {} },
  ],
  "a minimizer": [
    network(2),
    parts({ x, y: values }),
    { loss: "mean-squared-error", optimizer: minimizers["levenberg-marquardt"]({ bayesian: true }), epochs: 6 },
  ],
  "K-FAC": [
    network(3),
    parts({ x, y: labels }),
    { loss: "softmax-cross-entropy", optimizer: kfac({ every: 2 }), epochs: 4 },
  ],
};

/** What may differ: how long it took, and who did it. */
const told = ({
  describePlan: _,
  seconds,
  threads,
  ...event
}: FitEvent & { describePlan?: unknown; seconds?: number; threads?: number }) => event;

async function all(events: AsyncIterable<FitEvent>): Promise<ReturnType<typeof told>[]> {
  const found = [];
  for await (const event of events) found.push(told(event as never));
  return found;
}

/** Waits for workers: nothing in this thread trains before somebody asks for an event. */
const begun = (fits: readonly QueuedFit[]): Promise<void> =>
  vi.waitFor(() => expect(fits.every(({ hasStarted }) => hasStarted)).toBe(true), { timeout: 60_000, interval: 5 });

async function* alone([network, { train, validation }, options]: Case, engine: SyncEngine) {
  const pick = (part: QueuedData["train"]) =>
    "of" in part ? pickRows(part.of, rowsOf(part.of, network.inputs), part.rows) : part;
  const data = { train: pick(train), ...(validation && { validation: pick(validation) }) };
  yield* fit(network, data, { ...options, engine } as FitOptions);
}

let engine: SyncEngine;
beforeAll(async () => {
  engine = await wasmEngine();
});

describe("the same events and bits as alone", () => {
  test.each(Object.entries(CASES))("%s", async (_, one) => {
    const expected = await all(alone(one, engine));
    expect(expected.length).toBeGreaterThan(4);
    const [network, data, options] = one;
    for (const workers of [0, 1, 2] as const) {
      const pool = openFitPool({ engine, workers });
      const fits = Array.from({ length: 3 }, () => pool.fit(network, data, options));
      expect(fits.map(({ hasStarted }) => hasStarted)).toEqual([false, false, false]);
      if (workers > 0) await begun(fits);
      for (const fit of fits) expect(await all(fit)).toEqual(expected);
      pool.close();
    }
  });

  test("by the reference engine, and by an engine of several threads", async () => {
    const [network, data, options] = CASES["values, with metrics of one's own"];
    for (const engine of [referenceEngine, await wasmEngine({ threads: 2 })]) {
      const expected = await all(alone([network, data, options], engine));
      const pool = openFitPool({ engine, workers: 1 });
      const fits = [pool.fit(network, data, options)];
      await begun(fits);
      expect(await all(fits[0])).toEqual(expected);
      pool.close();
    }
  });

  test("gone through in any order, this thread and workers together", async () => {
    const [network, data, options] = CASES["classes, with all that can be said"];
    const own = (seed: number): QueuedOptions => ({ ...options, seed });
    const pool = openFitPool({ engine, workers: 2 });
    const fits = Array.from({ length: 7 }, (_, seed) => pool.fit(network, data, own(seed)));
    const found = await Promise.all(
      [4, 0, 6, 1, 5, 3, 2].map(async (seed) => ({ seed, events: await all(fits[seed]) })),
    );
    for (const { seed, events } of found) expect(events).toEqual(await all(alone([network, data, own(seed)], engine)));
    pool.close();
  });
});

describe("stays in this thread", () => {
  const [network, data, options] = CASES["values, with metrics of one's own"];
  const ownLoss = { ...losses.huber(), perRow: losses.huber().perRow };
  test.each<[string, NetworkSpec, QueuedOptions]>([
    ["an activation of one's own", { ...network, layers: [{ units: 2, activation: (z) => z }] }, options],
    ["a loss of one's own", network, { ...options, loss: ownLoss }],
    ["an optimizer of one's own", network, { ...options, optimizer: { ...optimizers.sgd() } }],
    ["a schedule of one's own", network, { ...options, schedule: () => 0.01 }],
    ["a schedule that remembers", network, { ...options, schedule: schedules["reduce-on-plateau"](0.01) }],
    ["the gradient's flow", network, { ...options, flow: true }],
  ])("%s", async (_, own, options) => {
    const pool = openFitPool({ engine, workers: 1 });
    const fit = pool.fit(own, data, options);
    await begun([pool.fit(network, data, { loss: "mean-squared-error", epochs: 2 })]);
    expect(fit.hasStarted).toBe(false);
    const fresh = options.schedule?.observe ? { ...options, schedule: schedules["reduce-on-plateau"](0.01) } : options;
    const events = await all(fit);
    // Which epochs the flow is told of is a matter of time.
    const withoutFlow = (all: typeof events) => all.map((event) => ({ ...event, flow: undefined }));
    expect(withoutFlow(events)).toEqual(withoutFlow(await all(alone([own, data, fresh], engine))));
    pool.close();
  });

  test("an engine that wraps another", async () => {
    const compiled: string[] = [];
    const wrapping: SyncEngine = {
      ...engine,
      compile: (program, options) => {
        compiled.push(program.name);
        return engine.compile(program, options);
      },
    };
    const pool = openFitPool({ engine: wrapping, workers: 2 });
    expect(await all(pool.fit(network, data, options))).toEqual(await all(alone([network, data, options], engine)));
    expect(compiled).toContain("train step");
    pool.close();
  });
});

describe("is ended", () => {
  const [network, data, options] = CASES["classes, with all that can be said"];
  const long = { ...options, epochs: 1_000_000 };
  const last = async (fit: QueuedFit) => {
    let last: FitEvent | undefined;
    for await (const event of fit) last = event;
    return last;
  };

  test("by a signal, in a worker and here; what has not begun does not", async () => {
    const stop = new AbortController();
    const pool = openFitPool({ engine, workers: 1 });
    const [one, two, three] = [0, 1, 2].map((seed) => pool.fit(network, data, { ...long, seed, signal: stop.signal }));
    await begun([one]);
    const here = two[Symbol.asyncIterator]();
    for (let i = 0; i < 3; i++) await here.next();
    stop.abort();
    expect(await last(one)).toMatchObject({ type: "end", stopped: "aborted" });
    expect(three.hasStarted).toBe(false);
    let step = await here.next();
    while (!step.done) step = await here.next();
    expect(step.value.tensors.W1).toHaveLength(24);
    expect(await last(three)).toMatchObject({ type: "end", stopped: "aborted", bestEpoch: 0 });
    pool.close();
  });

  test("by whoever leaves it: its worker is free for the next", async () => {
    const pool = openFitPool({ engine, workers: 1 });
    const [left, after] = [pool.fit(network, data, long), pool.fit(network, data, options)];
    for await (const event of left) if (event.type === "epoch") break;
    await begun([after]);
    expect(await all(after)).toEqual(await all(alone([network, data, options], engine)));
    pool.close();
  });

  test("with the pool: what is still asked for is trained here, and nothing is told twice", async () => {
    const pool = openFitPool({ engine, workers: 1 });
    const some = { ...options, epochs: 400 };
    const fits = [pool.fit(network, data, some), pool.fit(network, data, options)];
    await begun([fits[0]]);
    const events = [];
    for await (const event of fits[0]) {
      if (events.push(told(event as never)) === 5) pool.close();
    }
    expect(events).toEqual(await all(alone([network, data, some], engine)));
    expect(await all(fits[1])).toEqual(await all(alone([network, data, options], engine)));
  });
});

describe("errors", () => {
  const [network, data, options] = CASES["values, with metrics of one's own"];
  const thrownBy = async (pool: FitPool, ...[network, data, options]: Case): Promise<Error> => {
    const fit = pool.fit(network, data, options);
    await begun([fit]);
    return all(fit).then(
      () => new Error("it threw nothing"),
      (error) => error,
    );
  };

  test("of rows, options, networks and metrics are those that fit throws", async () => {
    const pool = openFitPool({ engine, workers: 1 });
    const broken = x.map((value, i) => (i === 100 ? Number.NaN : value));
    const cases: Case[] = [
      [network, { train: { x: broken, y: values } }, options],
      [network, { train: { x: x.subarray(1), y: values } }, options],
      [network, { train: { of: { x: x.subarray(1), y: values }, rows: every(() => true) } }, options],
      [network, data, { ...options, rate: -1 }],
      [{ ...network, inputs: 4 }, data, options],
      [{ ...network, layers: [] }, data, options],
      [network, { train: undefined as never }, options],
      [network, data, { ...options, epochs: "many" as never }],
    ];
    for (const one of cases) {
      const expected = await all(alone(one, engine)).then(
        () => undefined,
        (error) => error,
      );
      const thrown = await thrownBy(pool, ...one);
      expect([thrown.constructor, thrown.message]).toEqual([expected?.constructor, expected?.message]);
    }
    const metrics = {
      own: () => {
        throw new TypeError("a metric of one's own");
      },
    };
    expect(await thrownBy(pool, network, data, { ...options, metrics })).toMatchObject({
      name: "TypeError",
      message: "a metric of one's own",
    });
    // The worker goes on.
    expect(await all(pool.fit(network, data, options))).toEqual(await all(alone([network, data, options], engine)));
    pool.close();
  });

  test("where training met what is not finite comes with its row", async () => {
    const large = { x: x.map((value, i) => (i === 75 ? 1e38 : value)), y: values };
    const wild: Case = [
      { inputs: 3, layers: [{ units: 2, activation: "identity" }] },
      { train: { of: large, rows: every((row) => row % 2 === 1) } },
      { loss: "mean-squared-error", optimizer: "sgd", rate: 1, epochs: 20, batch: 8 },
    ];
    const pool = openFitPool({ engine, workers: 1 });
    const fit = pool.fit(...wild);
    await begun([fit]);
    const events = await all(fit);
    expect(events.at(-1)).toMatchObject({ stopped: "diverged", fault: { row: 12, part: "train" } });
    pool.close();
  });
});

test("options that make no sense are refused", () => {
  expect(() => openFitPool({ engine, workers: -1 })).toThrow("workers must be a whole number ≥ 0, got -1");
  expect(() => openFitPool({ engine, threads: 2 } as never)).toThrow("openFitPool has no option 'threads'");
  expect(() => openFitPool({} as never)).toThrow("engine: expected referenceEngine");
});

test("a process ends whatever workers were left", () => {
  const script = `
    import { wasmEngine } from "./dist/index.js";
    import { openFitPool } from "./dist/pool.js";
    const pool = openFitPool({ engine: await wasmEngine(), workers: 2 });
    const data = { train: { x: [0, 1, 2, 3], y: [0, 1, 2, 3] } };
    const network = { inputs: 1, layers: [{ units: 1, activation: "identity" }] };
    const fits = Array.from({ length: 4 }, () => pool.fit(network, data, { loss: "huber", epochs: 3 }));
    while (!fits.every(({ hasStarted }) => hasStarted)) await new Promise((resolve) => setTimeout(resolve, 5));
    let count = 0;
    for (const fit of fits) for await (const event of fit) count++;
    console.log(count);`;
  const cwd = resolve(import.meta.dirname, "../..");
  const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd, encoding: "utf8" });
  expect(output).toBe("20\n");
});
