/** Networks trained beside each other: the same model, and the same events in the same order, as one after the other. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SyncEngine } from "@chaingrad/core";
import { beforeAll, describe, expect, test } from "vitest";
import type { TableEvent } from "../../src/history.ts";
import { defaultEngine } from "../../src/model/table-model.ts";
import { type TrainTableOptions, trainTable } from "../../src/train-table.ts";
import { randomNumbers } from "../random-numbers.ts";

const ROWS = 80;
const [a, b, noise] = [0, 1, 2].map((stream) => randomNumbers(ROWS, stream, 5));
const rows = Array.from({ length: ROWS }, (_, i) => ({
  ...{ a: a[i], b: b[i], w: i % 3 },
  amount: 3 + 2 * a[i] - b[i] + noise[i] / 5,
  side: a[i] + noise[i] / 3 > 0 ? "yes" : "no",
}));

const [header, ...lines] = readFileSync(resolve(import.meta.dirname, "../../../../examples/data/iris.csv"), "utf8")
  .trim()
  .split(/\r?\n/)
  .map((line) => line.split(","));
const iris = lines.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i]])));

const CASES: Readonly<Record<string, readonly [rows: readonly object[], options: TrainTableOptions<never>]>> = {
  iris: [iris, { target: "species" as never, seed: 3 }],
  "an amount, rows weighed": [rows, { target: "amount" as never, weight: "w", drop: ["side"] }],
  "classes, weighed as well": [
    rows,
    { target: "side" as never, classWeight: "balanced", test: 0, drop: ["w", "amount"] },
  ],
  "several targets": [rows, { target: ["amount", "side"] as never, test: 0, drop: ["w"] }],
  "more than one recipe": [
    rows.slice(0, 40),
    { target: "amount" as never, recipe: "best", test: 0, drop: ["side", "w"] },
  ],
};

let engine: SyncEngine;
beforeAll(async () => {
  engine = await defaultEngine();
});

/** What an event says but for how long it took and who trained. */
function said(event: TableEvent): unknown {
  if (event.type === "end") return { ...event, seconds: 0, threads: 0 };
  return event.type === "start" ? { ...event, describePlan: 0, threads: 0 } : { ...event, seconds: 0 };
}

test.each(Object.entries(CASES))("%s", async (_, [rows, options]) => {
  const learn = async (workers: number | false) => {
    const training = trainTable(rows as never, { ...options, engine, workers });
    const events: unknown[] = [];
    for await (const event of training) events.push(said(event as TableEvent));
    return { events, model: (await training).save() };
  };
  const alone = await learn(false);
  const together = await learn(2);
  expect(together.events).toEqual(alone.events);
  expect(together.model).toEqual(alone.model);
});

describe("is ended", () => {
  const many = Array.from({ length: 30 }, () => rows).flat();
  const options = { target: "amount", drop: ["side", "w"], workers: 2 } as const;

  test("by its signal, with the networks that had begun", async () => {
    const stop = new AbortController();
    const numbers = new Set<number>();
    const onEpoch: TrainTableOptions["onEpoch"] = ({ epoch, network }) => {
      numbers.add(network?.number ?? 0);
      if (epoch === 3) stop.abort();
    };
    const model = await trainTable(many, { ...options, engine, signal: stop.signal, onEpoch });
    expect(numbers.size).toBeLessThanOrEqual(3);
    expect(numbers).toContain(1);
    const [hidden] = model.model.network.layers;
    expect([64, 128, 192]).toContain(hidden.units);
    expect(Number(model.evaluate(many).scores.rmse)).toBeGreaterThan(0);
  });

  test("when its share of the time is over, and says so", async () => {
    const more = Array.from({ length: 8 }, () => many).flat();
    const training = trainTable(more, { ...options, engine, time: 5 });
    const ends = [];
    for await (const event of training) if (event.type === "end") ends.push(event);
    expect(ends).toMatchObject([{ stopped: "time" }]);
    expect(Number((await training).evaluate(many).scores.rmse)).toBeGreaterThan(0);
  });

  test("by whoever leaves it, or throws where it is told of an epoch", async () => {
    for await (const event of trainTable(many, { ...options, engine })) if (event.type === "epoch") break;
    const onEpoch = (): void => {
      throw new Error("a listener of one's own");
    };
    await expect(trainTable(many, { ...options, engine, onEpoch }).then((model) => model)).rejects.toThrow(
      "a listener of one's own",
    );
  });
});

test("a number of workers that makes no sense is refused", async () => {
  await expect(trainTable(rows, { target: "amount", workers: 1.5 }).then((model) => model)).rejects.toThrow(
    "workers must be a whole number ≥ 0, got 1.5",
  );
});
