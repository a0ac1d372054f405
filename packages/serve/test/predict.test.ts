/** What is asked in each form is what the library says, and is described in the document. */

import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { referenceEngine, type SyncEngine } from "@chaingrad/core";
import { catalogue, derivationJson } from "@chaingrad/core/explain";
import { TableModel } from "@chaingrad/tables";
import { explainModel } from "@chaingrad/tables/explain";
import { readTable } from "@chaingrad/tables/read";
import { tableFromArrays, tableFromIPC, tableToIPC } from "@uwdata/flechette";
import { describe, expect, test } from "vitest";
import { ARROW, CAR, carsModel, irisModel, post, served, TRUCK } from "./support/models.ts";

const [cars, iris] = [await carsModel(), await irisModel()];
const { url } = await served(cars);
const flowers = await served(iris);
const FLOWER = { sepal_length_cm: 5.1, sepal_width_cm: 3.5, petal_length_cm: 1.4, petal_width_cm: 0.2 };

/** Sums of other lengths are rounded otherwise. */
const close = (value: unknown) => expect.closeTo(value as number, 4);
const mpg = (row: object): number => cars.predict(row as never).miles_per_gallon as number;

describe("rows in JSON", () => {
  test("one row", async () => {
    const response = await post(`${url}/predict`, CAR);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ prediction: { miles_per_gallon: close(mpg(CAR)) }, notes: [] });
  });

  test("a list, in its order; the target is not looked at, and what a row lacks is missing", async () => {
    const { horsepower: _, ...lacking } = TRUCK;
    const answer = await (await post(`${url}/predict`, [{ ...CAR, miles_per_gallon: 3 }, lacking])).json();
    const [first, second] = [mpg(CAR), mpg(TRUCK)];
    expect(Math.abs(first - second)).toBeGreaterThan(1);
    expect(answer).toEqual({
      predictions: [{ miles_per_gallon: close(first) }, { miles_per_gallon: close(second) }],
      notes: [],
    });
  });

  test("columns", async () => {
    const names = Object.keys(CAR) as (keyof typeof CAR)[];
    const columns = Object.fromEntries(names.map((name) => [name, [CAR[name], TRUCK[name]]]));
    const answer = await (await post(`${url}/predict`, columns)).json();
    expect(answer).toEqual({ columns: { prediction: [close(mpg(CAR)), close(mpg(TRUCK))] }, notes: [] });
  });

  test("classes have their probabilities", async () => {
    const answer = (await (await post(`${flowers.url}/predict`, FLOWER)).json()) as { prediction: object };
    const { species, label, probabilities } = iris.predict(FLOWER as never);
    const shares = Object.entries(probabilities as object).map(([name, share]) => [name, close(share)]);
    expect(answer.prediction).toEqual({ species, label, probabilities: Object.fromEntries(shares) });
  });

  test("intervals, and sets of classes, are the library's", async () => {
    const answer = (await (await post(`${url}/predict?interval=0.8`, [CAR, TRUCK])).json()) as {
      predictions: { interval: { lower: number; upper: number } }[];
    };
    const [own] = cars.intervals([CAR, TRUCK] as never, 0.8);
    if (own.task !== "regression") return expect.unreachable();
    expect(answer.predictions.map(({ interval }) => interval)).toEqual(
      [0, 1].map((row) => ({ level: 0.8, lower: close(own.lower[row]), upper: close(own.upper[row]) })),
    );
    const sets = await (await post(`${flowers.url}/predict?interval=0.9`, FLOWER)).json();
    const [kinds] = iris.intervals([FLOWER] as never, 0.9);
    expect(sets).toMatchObject({
      prediction: { interval: { level: 0.9, set: (kinds as { sets: readonly (readonly string[])[] }).sets[0] } },
    });
  });

  test("a category that training never saw is predicted, with a note", async () => {
    const strange = { ...CAR, origin: "Mars" };
    const answer = await (await post(`${url}/predict`, strange)).json();
    expect(answer).toEqual({
      prediction: { miles_per_gallon: close(mpg(strange)) },
      notes: ["column 'origin': 1 row holds categories that training never saw (Mars)"],
    });
    const csv = await post(`${url}/predict`, strange, { accept: "text/csv" });
    expect(JSON.parse(csv.headers.get("chaingrad-notes") as string)).toEqual(
      expect.arrayContaining([expect.stringContaining("Mars")]),
    );
  });
});

describe("tables", () => {
  const names = Object.keys(CAR) as (keyof typeof CAR)[];
  const csv = `${names}\n${names.map((name) => CAR[name])}\n${names.map((name) => TRUCK[name] ?? "")}\n`;
  const arrow = tableToIPC(tableFromArrays(Object.fromEntries(names.map((name) => [name, [CAR[name], TRUCK[name]]]))), {
    format: "stream",
  }) as Uint8Array;

  test("CSV comes back as CSV", async () => {
    const response = await post(`${url}/predict?interval=0.9`, csv, { "content-type": "text/csv; charset=utf-8" });
    expect(response.headers.get("content-type")).toBe("text/csv");
    const { columns } = await readTable(await response.text());
    expect(columns.map(({ name }) => name)).toEqual(["prediction", "lower 0.9", "upper 0.9"]);
    expect(Array.from<unknown>(columns[0].values)).toEqual([close(mpg(CAR)), close(mpg(TRUCK))]);
  });

  test("Arrow comes back as Arrow", async () => {
    const response = await post(`${url}/predict`, arrow, { "content-type": ARROW });
    expect(response.headers.get("content-type")).toBe(ARROW);
    const table = tableFromIPC(new Uint8Array(await response.arrayBuffer()));
    expect(table.names).toEqual(["prediction"]);
    expect(Array.from(table.getChild("prediction"))).toEqual([close(mpg(CAR)), close(mpg(TRUCK))]);
  });

  test.each([
    ["text/csv", "application/json", "application/json; charset=utf-8"],
    ["text/csv", `text/plain, ${ARROW};q=0.5`, ARROW],
    ["text/csv", "*/*", "text/csv"],
    [ARROW, "text/*;q=0.9, application/json;q=0.1", "text/csv"],
    ["text/csv", "text/csv;q=0, */*;q=0.1", "application/json; charset=utf-8"],
  ])("%s asked for as %s comes as %s", async (type, accept, expected) => {
    const body = type === ARROW ? arrow : csv;
    const response = await post(`${url}/predict`, body, { "content-type": type, accept });
    expect(response.headers.get("content-type")).toBe(expected);
  });

  test("columns that the model does not know are left aside where that is asked for", async () => {
    const lines = csv.trim().split("\n");
    const wider = lines.map((line, i) => `${i === 0 ? "name" : "x"},${line}`).join("\n");
    const type = { "content-type": "text/csv" };
    expect((await post(`${url}/predict`, wider, type)).status).toBe(422);
    expect((await post(`${url}/predict?unknown=ignore`, wider, type)).status).toBe(200);
  });
});

describe("requests at the same time", () => {
  test("are predicted together, and each gets its own answer or refusal", async () => {
    const { url, server } = await served(cars, { batchDelay: 1000, batchRows: 1000 });
    const rows = Array.from({ length: 40 }, (_, i) => ({
      ...{ ...CAR, weight_lbs: 1600 + 60 * i },
      ...(i % 10 === 9 && { horsepower: "many" }),
    }));
    const sent = rows.map((row) => begun(url, JSON.stringify(row)));
    const metrics = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();
    while (!/under_way 40$/m.test(await metrics())); // all heads are there, and no body
    const said = await Promise.all(sent.map((finish) => finish()));
    for (const [i, { status, answer }] of said.entries()) {
      if (i % 10 === 9) expect(answer).toMatchObject({ status: 422, column: "horsepower" });
      else expect(answer.prediction.miles_per_gallon).toEqual(close(mpg(rows[i])));
      expect(status).toBe(i % 10 === 9 ? 422 : 200);
    }
    const value = (name: string, text: string): number => Number(new RegExp(`^${name} (.*)$`, "m").exec(text)?.[1]);
    const counted = await server.metrics.registry.metrics();
    expect(value("chaingrad_rows_total", counted)).toBe(36);
    expect(value("chaingrad_batch_rows_count", counted)).toBeLessThan(10);
  });
});

/** A request whose head is sent, and what sends its body. */
function begun(url: string, body: string) {
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const sent = request(`${url}/predict`, { method: "POST", headers, agent: false });
  sent.flushHeaders();
  return async () => {
    const answered = once(sent, "response");
    sent.end(body);
    const [response] = await answered;
    return { status: response.statusCode, answer: JSON.parse(await text(response)) };
  };
}

test("an explanation is the derivation of explain --json, and the gradient by columns", async () => {
  const answer = (await (await post(`${url}/explain?of=weight_lbs`, CAR)).json()) as Record<string, never>;
  const own = await explainModel(cars, [CAR], { from: "prediction", of: "weight_lbs" });
  expect(answer.derivation).toMatchObject(JSON.parse(JSON.stringify(derivationJson(own.of, catalogue.en))));
  expect(answer.derivation).toHaveProperty("view");
  expect(answer.gradient).toEqual(JSON.parse(JSON.stringify(cars.gradient(CAR as never))));
  // Finite differences, of what is answered.
  const step = 20;
  const moved = (by: number): number => mpg({ ...CAR, weight_lbs: CAR.weight_lbs + by });
  const slope = (moved(step) - moved(-step)) / (2 * step);
  expect((answer.gradient as { by: { weight_lbs: number } }).by.weight_lbs).toBeCloseTo(slope, 4);
  const second = await (await post(`${url}/explain?row=2&from=loss`, [CAR, { ...TRUCK, miles_per_gallon: 14 }])).json();
  expect(second.prediction.miles_per_gallon).toEqual(close(mpg(TRUCK)));
});

test("the document describes what is taken and what comes", async () => {
  const document = await (await fetch(`${flowers.url}/openapi.json`)).json();
  expect(document.openapi).toBe("3.1.0");
  const { Row, Columns, Prediction } = document.components.schemas;
  expect(Row.required).toEqual(iris.columns);
  expect(Object.keys(Columns.properties)).toEqual(iris.columns);
  expect(Prediction.properties.species.enum).toEqual(["setosa", "versicolor", "virginica"]);
  const origin = (await (await fetch(`${url}/openapi.json`)).json()).components.schemas.Row.properties.origin;
  expect(origin.examples).toEqual(expect.arrayContaining(["USA", "Japan"]));
  // Every reference leads somewhere.
  const refs = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(refs.filter((name) => !(name in document.components.schemas))).toEqual([]);
});

test("no request waits until something is compiled, whatever comes at once", async () => {
  let compiled = 0;
  const counting: SyncEngine = {
    ...referenceEngine,
    compile: (...given) => {
      compiled++;
      return referenceEngine.compile(...given);
    },
  };
  const { url } = await served(await TableModel.load(cars.save(), { engine: counting }));
  const before = compiled;
  expect(before).toBeGreaterThan(1);
  for (const rows of [1, 2, 40, 300])
    expect((await post(`${url}/predict`, new Array(rows).fill(CAR))).status, `${rows} rows`).toBe(200);
  expect(compiled).toBe(before);
});

test("health names the model, metrics count what was asked", async () => {
  const health = await (await fetch(`${url}/health`)).json();
  expect(health).toMatchObject({ status: "ok", model: { targets: ["miles_per_gallon"], columns: cars.columns } });
  const metrics = await fetch(`${url}/metrics`);
  expect(metrics.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await metrics.text()).toMatch(/^chaingrad_requests_total\{route="\/health",status="200"\} 1$/m);
});
