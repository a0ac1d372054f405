/** Small models, trained once for a file of tests, and servers of them that are closed after it. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type TableModel, trainTable } from "@chaingrad/tables";
import { readTable } from "@chaingrad/tables/read";
import { afterAll } from "vitest";
import { createServer, type ModelServer, type ServerOptions } from "../../src/index.ts";

const DATA = resolve(import.meta.dirname, "../../../../examples/data");
const table = (name: string) => readTable(readFileSync(join(DATA, name)), { name });

/** Miles per gallon from seven columns, one of them a category. */
export async function carsModel(seed = 0): Promise<TableModel> {
  const options = { target: "miles_per_gallon", drop: ["name"], epochs: 5, seed, recipe: "fast" } as const;
  return (await trainTable(await table("cars.csv"), options)) as unknown as TableModel;
}

export async function irisModel(): Promise<TableModel> {
  return (await trainTable(await table("iris.csv"), {
    ...{ target: "species", epochs: 20, recipe: "fast" },
  })) as unknown as TableModel;
}

export const CAR = {
  ...{ cylinders: 4, displacement: 97, horsepower: 88, weight_lbs: 2130 },
  ...{ acceleration: 14.5, year: 1970, origin: "Japan" },
};
export const TRUCK = { ...CAR, cylinders: 8, displacement: 350, horsepower: null, weight_lbs: 4200, origin: "USA" };

const open: ModelServer[] = [];
afterAll(async () => void (await Promise.all(open.map((server) => server.close()))));

/** A server that listens on a free port; ended after the file's tests. */
export async function served(model: TableModel, options: ServerOptions = {}) {
  const server = createServer(model, options);
  open.push(server);
  return { server, url: await server.listen({ port: 0 }) };
}

/** Sends a body; an object goes as JSON. */
export async function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const isRaw = typeof body === "string" || body instanceof Uint8Array;
  const sent = isRaw ? (body as BodyInit) : JSON.stringify(body);
  const type = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers: { ...type, ...headers }, body: sent });
  return response;
}

export const ARROW = "application/vnd.apache.arrow.stream";
