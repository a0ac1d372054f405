/** Whatever comes is answered: with a prediction, or with what is wrong with it. A defect would be a 500. */
import { expect, test } from "vitest";
import { flood } from "./support/flood.ts";
import { CAR, carsModel, post, served } from "./support/models.ts";

const model = await carsModel();

test("4000 malformed requests", async () => {
  const defects: unknown[] = [];
  const { url } = await served(model, { onError: (error) => defects.push(error) });
  const statuses = await flood(url, 0, 4000);
  expect(defects.map((error) => (error as Error).stack)).toEqual([]);
  expect([...statuses.keys()].filter((status) => ![200, 400, 413, 415, 422].includes(status))).toEqual([]);
  // They are malformed, and in more than one way.
  expect(statuses.get(400)).toBeGreaterThan(100);
  expect(statuses.get(422)).toBeGreaterThan(100);
  expect((await post(`${url}/predict`, CAR)).status).toBe(200);
});
