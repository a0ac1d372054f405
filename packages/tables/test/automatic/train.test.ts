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
  const onEpoch = ({ network }: { network?: { number: number; of: number } | undefined }): void => {
    expect(network?.of).toBe(10);
    numbers.add(network?.number ?? 0);
  };
  const one = await trainTable(rows, { target: "y", seed: 1, onEpoch });
  expect([...numbers]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
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
  expect(trained.networks).toBe(5);
  expect(trained.outOfFold?.rows).toHaveLength(prepared.rows.train.length);
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
