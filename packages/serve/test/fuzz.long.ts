/** A million malformed requests: none is a defect, and what is kept in memory does not grow. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { flood } from "./support/flood.ts";
import { CAR, carsModel, post, served } from "./support/models.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;
/** Bytes that are held, of the program and beside it. */
function held(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const ALL = 1_000_000;
const PART = 50_000;
const MOST_GROWTH = 16 * 2 ** 20;

test("a million malformed requests", { timeout: 3_600_000 }, async () => {
  const defects: unknown[] = [];
  const { url } = await served(await carsModel(), { onError: (error) => defects.push(error) });
  const memory: number[] = [];
  for (let first = 0; first < ALL; first += PART) {
    const statuses = await flood(url, first, first + PART);
    expect([...statuses.keys()].filter((status) => ![200, 400, 413, 415, 422].includes(status))).toEqual([]);
    memory.push(held());
  }
  expect(defects).toEqual([]);
  expect(Math.max(...memory.slice(1)) - memory[0]).toBeLessThan(MOST_GROWTH);
  expect((await post(`${url}/predict`, CAR)).status).toBe(200);
});
