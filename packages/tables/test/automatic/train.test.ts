/** The recipes that choose for themselves: which rows each network sees, what is judged, what is kept, and when it ends. */
import { describe, expect, test } from "vitest";
import { judgeTraining, prepareTable, tableOf, trainPrepared, trainTable } from "../../src/index.ts";
import { defaultEngine } from "../../src/model/table-model.ts";

const rows = Array.from({ length: 90 }, (_, i) => {
  const a = Math.sin(12.9898 * i);
  const b = Math.cos(4.1414 * i);
  return { a, b, y: 2 * a - b + 0.05 * Math.sin(99 * i) };
});

test("the same seed gives the same bytes, another seed others; the events tell which network they are of", async () => {
  const numbers = new Set<number>();
  let last = { number: 0, of: 0 };
  const onEpoch = ({ network = last }: { network?: typeof last | undefined }): void => {
    expect(network.number).toBeLessThanOrEqual(network.of);
    last = network;
    numbers.add(network.number);
  };
  const one = await trainTable(rows, { target: "y", seed: 1, onEpoch });
  // Five of each kind; then, with the test rows, five of each that counts.
  expect(last.number).toBe(last.of);
  expect([20, 25, 30]).toContain(last.of);
  expect([...numbers]).toEqual(Array.from({ length: last.of }, (_, i) => i + 1));
  const same = await trainTable(rows, { target: "y", seed: 1 });
  expect(same.save()).toEqual(one.save());
  const other = await trainTable(rows, { target: "y", seed: 2 });
  expect(other.save()).not.toEqual(one.save());
  expect(Number(one.evaluate(rows).scores.r2)).toBeGreaterThan(0.98);
}, 240_000);

test("what is judged never saw the test rows, what is kept was trained on all", async () => {
  const prepared = prepareTable(tableOf(rows), { target: "y", folds: true });
  const engine = await defaultEngine();
  const events = trainPrepared(prepared, { recipe: "default", seed: 0 }, { engine, slice: 1000 });
  let step = await events.next();
  while (!step.done) step = await events.next();
  const trained = step.value;
  expect([5, 10, 15]).toContain(trained.networks);
  expect(trained.outOfFold?.rows).toHaveLength(prepared.rows.train.length);
  // What the first network was trained on is picked for those who ask, from the same rows.
  const { train, validation } = trained.data();
  const ascending = (...all: ArrayLike<number>[]): number[] => all.flatMap((y) => Array.from(y)).sort((p, q) => p - q);
  expect(validation?.y).toHaveLength(Math.ceil(prepared.rows.train.length / 5));
  expect(ascending(train.y, validation?.y ?? [])).toEqual(ascending(prepared.data.train.y));
  const { model, judged, evaluations } = judgeTraining(trained, prepared, engine);
  expect(judged.tensors).toBe(trained.model.tensors);
  expect(model.tensors).toBe(trained.refitted?.tensors);
  expect(model.metrics).toEqual(judged.metrics);
  // Rows left out are harder than rows trained on.
  expect(Number(evaluations.validation?.scores.rmse)).toBeGreaterThan(Number(evaluations.train?.scores.rmse));
}, 240_000);

describe("time", () => {
  test("ends training where it is over, and is told when it is too short", async () => {
    const many = Array.from({ length: 160 }, () => rows).flat();
    const started = performance.now();
    await trainTable(many, { target: "y", time: 4 });
    // Reading, compiling and judging come on top: what is asserted is that it is not the whole training.
    expect(performance.now() - started).toBeLessThan(40_000);
    await expect(trainTable(many, { target: "y", time: 0.000_001 }).then((model) => model)).rejects.toThrow(
      /time: 0\.000001 s are too short for one epoch/,
    );
  }, 60_000);
});
