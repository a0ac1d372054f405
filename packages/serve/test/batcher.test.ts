/** Which requests are predicted together, and how long each waits. */
import type { BatchPredictor, EncodedTable } from "@chaingrad/tables/serving";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Batcher } from "../src/batcher.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const rows = (count: number): EncodedTable => ({ rows: count, x: new Float64Array(count), offsets: undefined });

/** A batcher whose predictor says which tables it was given. */
function recording(underWay: () => number) {
  const batches: number[][] = [];
  const predictor = {
    predict: (tables: EncodedTable[]) => {
      batches.push(tables.map((table) => table.rows));
      return tables;
    },
  } as unknown as BatchPredictor;
  return { batches, batcher: new Batcher(predictor, { delay: 5, rows: 10, underWay, onBatch: () => {} }) };
}

test("one that is alone waits for nobody", () => {
  const { batches, batcher } = recording(() => 1);
  batcher.predict(rows(1));
  vi.advanceTimersByTime(0);
  expect(batches).toEqual([[1]]);
});

test("those of one turn are predicted together", () => {
  const { batches, batcher } = recording(() => 2);
  batcher.predict(rows(1));
  batcher.predict(rows(3));
  vi.advanceTimersByTime(0);
  expect(batches).toEqual([[1, 3]]);
});

test("others that are coming are waited for, and not longer than the delay", () => {
  const { batches, batcher } = recording(() => 3);
  batcher.predict(rows(1));
  vi.advanceTimersByTime(3);
  batcher.predict(rows(2));
  vi.advanceTimersByTime(1);
  expect(batches).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(batches).toEqual([[1, 2]]);
});

test("as many rows as are predicted at once wait no longer", () => {
  const { batches, batcher } = recording(() => 100);
  batcher.predict(rows(4));
  batcher.predict(rows(6));
  expect(batches).toEqual([[4, 6]]);
  vi.advanceTimersByTime(100);
  expect(batches).toEqual([[4, 6]]);
});

test("what fails is told to each", async () => {
  vi.useRealTimers();
  const predictor = {
    predict: () => {
      throw new Error("a defect");
    },
  } as unknown as BatchPredictor;
  const batcher = new Batcher(predictor, { delay: 1, rows: 10, underWay: () => 2, onBatch: () => {} });
  const both = await Promise.allSettled([batcher.predict(rows(1)), batcher.predict(rows(1))]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
