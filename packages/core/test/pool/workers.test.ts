/** What a pool does with its workers: when it starts them, what it sends them, and what it does when they fail. */
import { MessageChannel } from "node:worker_threads";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { SyncEngine } from "../../src/engines/engine.ts";
import { referenceEngine } from "../../src/engines/reference/reference.ts";
import { replicated } from "../../src/engines/replica.ts";
import { wasmEngine } from "../../src/engines/wasm/wasm.ts";
import type { NetworkSpec } from "../../src/nn/network.ts";
import type { QueuedOptions } from "../../src/pool/describe.ts";
import { attend } from "../../src/pool/fit-worker.ts";
import type { Asked, Told } from "../../src/pool/messages.ts";
import { openFitPool, type QueuedFit } from "../../src/pool/pool.ts";
import type { QueuedData } from "../../src/pool/rows.ts";
import type { StartFitWorker } from "../../src/pool/start-worker.ts";
import { pickRows } from "../../src/train/dataset.ts";
import type { FitEvent } from "../../src/train/events.ts";
import { fit } from "../../src/train/fit.ts";

/** What happens to a worker: it is started by `start`, or ends once it has told so much. */
const fate = vi.hoisted(() => ({
  start: (): void => undefined,
  after: Number.POSITIVE_INFINITY,
  sent: [] as unknown[],
  started: 0,
  ended: 0,
}));

/** A worker in this thread, which gets clones of what it is sent, as all do. */
vi.mock("../../src/pool/start-worker.node.ts", () => {
  const startFitWorker: StartFitWorker = ({ told, ended }) => {
    fate.start();
    fate.started++;
    const { port1: here, port2: there } = new MessageChannel();
    let left = fate.after;
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      here.close();
      fate.ended++;
    };
    here.on("message", (messages: readonly Told[]) => {
      for (const message of messages) {
        if (isOver) return;
        if (left-- > 0) told([message]);
        else {
          end();
          ended("it was ended by a test");
        }
      }
    });
    const refuse = (): Promise<never> => Promise.reject(new Error("not here"));
    attend(
      {
        post: (messages, transfer) => there.postMessage(messages, [...transfer]),
        listen: (take: (message: Asked) => void) => there.on("message", take),
      },
      { trainers: refuse, methods: refuse, algebra: refuse },
    );
    return {
      post: (message, transfer = []) => {
        fate.sent.push(message);
        here.postMessage(message, [...transfer]);
      },
      hold: () => undefined,
      terminate: end,
    };
  };
  return { startFitWorker };
});
afterEach(() =>
  Object.assign(fate, { start: () => undefined, after: Number.POSITIVE_INFINITY, sent: [], started: 0, ended: 0 }),
);

const ROWS = 40;
const x = Float64Array.from({ length: ROWS * 2 }, (_, i) => Math.sin(7 * i));
const y = Float64Array.from({ length: ROWS }, (_, row) => x[2 * row] - x[2 * row + 1]);
const network: NetworkSpec = {
  inputs: 2,
  layers: [
    { units: 4, activation: "tanh" },
    { units: 1, activation: "identity" },
  ],
};
const rows = Int32Array.from({ length: ROWS / 2 }, (_, i) => 2 * i);
const data: QueuedData = {
  train: { of: { x, y }, rows },
  validation: { of: { x, y }, rows: rows.map((row) => row + 1) },
};
const options = (seed: number, epochs = 6): QueuedOptions => ({ loss: "mean-squared-error", epochs, seed });

const told = (event: FitEvent) => ({ ...event, describePlan: undefined, seconds: undefined });
async function all(events: AsyncIterable<FitEvent>): Promise<unknown[]> {
  const found = [];
  for await (const event of events) found.push(told(event));
  return found;
}
const alone = (engine: SyncEngine, options: QueuedOptions): Promise<unknown[]> => {
  const part = (own: Int32Array) => pickRows({ x, y }, ROWS, own);
  const parts = { train: part(rows), validation: part(rows.map((row) => row + 1)) };
  return all(fit(network, parts, { ...options, engine, optimizer: "adam" }));
};
const begun = (fits: readonly QueuedFit[]): Promise<void> =>
  vi.waitFor(() => expect(fits.every(({ hasStarted }) => hasStarted)).toBe(true), { timeout: 60_000, interval: 1 });

describe("the calling thread does it, and tells each event once,", () => {
  test.each<[string, () => void]>([
    [
      "where none can be started",
      () => {
        throw new ReferenceError("Worker is not defined");
      },
    ],
    [
      "where none answers",
      () => {
        fate.after = 0;
      },
    ],
    [
      "where one ends before it tells anything of a training",
      () => {
        fate.after = 1;
      },
    ],
    [
      "where one ends in the middle of a training",
      () => {
        fate.after = 5;
      },
    ],
  ])("%s", async (_, start) => {
    fate.start = start;
    const engine = await wasmEngine();
    const pool = openFitPool({ engine, workers: 2 });
    const fits = [0, 1, 2, 3, 4].map((seed) => pool.fit(network, data, options(seed)));
    // Who goes through them trains, too, and might be done before a worker tells anything.
    await vi.waitFor(() => expect(fate.ended).toBe(fate.started), { timeout: 60_000, interval: 1 });
    for (const [seed, fit] of fits.entries()) expect(await all(fit)).toEqual(await alone(engine, options(seed)));
    expect(fate.started).toBeLessThanOrEqual(2);
    pool.close();
  });

  test("where one ends while somebody waits for it", async () => {
    fate.after = 5;
    const engine = await wasmEngine();
    const pool = openFitPool({ engine, workers: 1 });
    const fit = pool.fit(network, data, options(1));
    await begun([fit]);
    expect(await all(fit)).toEqual(await alone(engine, options(1)));
    expect(fate.ended).toBe(1);
  });

  test("where the worker cannot have the engine, or lacks what a training needs", async () => {
    const engine: SyncEngine = { ...referenceEngine };
    replicated(engine, { engine, link: { kind: "wasm", module: null as never, shared: false }, threads: 2 });
    const diverging = { ...options(3, 30), optimizer: "sgd", rate: 1e200 } as const;
    for (const [own, given] of [
      [engine, options(2)],
      [referenceEngine, { ...diverging, dtype: "f64" } as const],
    ] as const) {
      const pool = openFitPool({ engine: own, workers: 1 });
      const queued = pool.fit(network, data, given);
      await begun([queued]);
      const parts = {
        train: pickRows({ x, y }, ROWS, rows),
        validation: pickRows(
          { x, y },
          ROWS,
          rows.map((row) => row + 1),
        ),
      };
      expect(await all(queued)).toEqual(
        await all(fit(network, parts, { optimizer: "adam", ...given, engine: own } as never)),
      );
      pool.close();
    }
  });
});

describe("workers are started", () => {
  test("where what waits takes long, and not for a moment's work", async () => {
    const engine: SyncEngine = { ...referenceEngine };
    replicated(engine, { engine, link: { kind: "reference" }, threads: 3 });
    const pool = openFitPool({ engine });
    const few = [0, 1, 2].map((seed) => pool.fit(network, data, options(seed, 2)));
    for (const fit of few) await all(fit);
    expect(fate.started).toBe(0);
    pool.fit(network, data, options(0, 100_000)); // this thread can begin with it
    expect(fate.started).toBe(0);
    pool.fit(network, data, options(1, 2));
    expect(fate.started).toBe(1);
    for (const seed of [2, 3, 4]) pool.fit(network, data, options(seed, 2));
    expect(fate.started).toBe(2);
    pool.close();
    expect(fate.ended).toBe(2);
  });

  test("as many as somebody says, but no more than there is to do, and none where that is none", async () => {
    const engine = await wasmEngine();
    for (const [workers, expected] of [
      [5, 3],
      [2, 2],
      [0, 0],
      [false, 0],
    ] as const) {
      fate.started = 0;
      const pool = openFitPool({ engine, workers });
      for (const seed of [0, 1, 2]) pool.fit(network, data, options(seed));
      expect(fate.started).toBe(expected);
      pool.close();
    }
  });
});

interface Sent {
  readonly of: { readonly x: Float64Array };
  readonly rows: Int32Array;
}

test("a dataset that trainings share is copied once, into memory that all threads see", async () => {
  const engine = await wasmEngine();
  const pool = openFitPool({ engine, workers: 1 });
  const fits = [0, 1, 2].map((seed) => pool.fit(network, data, options(seed)));
  await begun(fits);
  const asked = (fate.sent as Asked[]).filter((message) => message.kind === "fit");
  expect(asked).toHaveLength(3);
  const parts = asked.flatMap(({ data }) => [data.train, data.validation]) as unknown as Sent[];
  for (const { of, rows } of parts) {
    expect(of.x.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(of.x.buffer).toBe(parts[0].of.x.buffer);
    expect(rows).toHaveLength(ROWS / 2);
  }
  for (const [seed, fit] of fits.entries()) expect(await all(fit)).toEqual(await alone(engine, options(seed)));
  // Nobody has the rows any more: they may change.
  x[0] += 1;
  const after = pool.fit(network, data, options(5));
  await begun([after]);
  expect(await all(after)).toEqual(await alone(engine, options(5)));
  pool.close();
});
