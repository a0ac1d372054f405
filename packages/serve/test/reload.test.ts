/** A file that is replaced while requests come: nothing is lost, and no answer is of any other model. */
import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { saveModel } from "@chaingrad/core";
import type { TableModel } from "@chaingrad/tables";
import { afterAll, afterEach, expect, test } from "vitest";
import { type Reloaded, type Serving, serve } from "../src/index.ts";
import { CAR, carsModel, irisModel, post } from "./support/models.ts";

const folder = mkdtempSync(join(tmpdir(), "serve-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

const [first, second] = [await carsModel(0), await carsModel(1)];
const said = (model: TableModel): number => model.predict(CAR as never).miles_per_gallon as number;

let serving: Serving | undefined;
afterEach(async () => void (await serving?.close()));

let files = 0;
/** A server of `first`, in a file of its own, with all that it told. */
async function following() {
  const path = join(folder, `${files++}.safetensors`);
  writeFileSync(path, first.save());
  const told: Reloaded[] = [];
  serving = await serve(path, { port: 0, reloadInterval: 5, onReload: (reloaded) => told.push(reloaded) });
  return { path, told, serving };
}

function replace(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(2);
}

test("the file is replaced 20 times while requests come: each is answered, by the old model or the new one", async () => {
  const { path, told, serving } = await following();
  const answers: Promise<{ status: number; value: number }>[] = [];
  let isOver = false;
  const client = async () => {
    while (!isOver) {
      const response = await post(`${serving.url}/predict`, CAR);
      answers.push(
        response.json().then(({ prediction }) => ({ status: response.status, value: prediction?.miles_per_gallon })),
      );
    }
  };
  const clients = [client(), client(), client(), client()];
  for (let i = 1; i <= 20; i++) {
    replace(path, (i % 2 === 1 ? second : first).save());
    await until(() => told.length === i);
  }
  isOver = true;
  await Promise.all(clients);
  const all = await Promise.all(answers);
  expect(told.every((one) => "model" in one)).toBe(true);
  expect(all.length).toBeGreaterThan(40);
  expect(Math.abs(said(first) - said(second))).toBeGreaterThan(0.1);
  const count = (model: TableModel): number => all.filter(({ value }) => Math.abs(value - said(model)) < 1e-3).length;
  expect(all.filter(({ status }) => status !== 200)).toEqual([]);
  expect(count(first)).toBeGreaterThan(0);
  expect(count(second)).toBeGreaterThan(0);
  expect(count(first) + count(second)).toBe(all.length);
});

test("a file that cannot be used leaves the model before it, and says why; the next one is taken", async () => {
  const { path, told, serving } = await following();
  const value = async () => (await (await post(`${serving.url}/predict`, CAR)).json()).prediction.miles_per_gallon;
  const whole = second.save();
  const network = saveModel(second.model);
  for (const bytes of [whole.subarray(0, whole.length >> 1), new Uint8Array(0), Buffer.from("no model"), network]) {
    const before = told.length;
    replace(path, bytes);
    await until(() => told.length > before);
    expect(told.at(-1)).toMatchObject({ error: { name: "UserError", message: expect.stringContaining(path) } });
    expect(await value()).toBeCloseTo(said(first), 3);
  }
  rmSync(path);
  await until(() => told.length === 5);
  expect(await value()).toBeCloseTo(said(first), 3);
  // Written in place, in two parts.
  writeFileSync(path, whole.subarray(0, 100));
  await pause(20);
  writeFileSync(path, whole);
  await until(() => "model" in (told.at(-1) as Reloaded));
  expect(await value()).toBeCloseTo(said(second), 3);
  const metrics = await (await fetch(`${serving.url}/metrics`)).text();
  expect(metrics).toMatch(/^chaingrad_reloads_total\{result="taken"\} 1$/m);
});

test("a model of another table is taken, too: its columns are then those that are asked for", async () => {
  const { path, told, serving } = await following();
  replace(path, (await irisModel()).save());
  await until(() => told.length === 1);
  const refused = await post(`${serving.url}/predict`, CAR);
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain("sepal_length_cm");
});

test.each([
  ["there is not", undefined, /cannot read the model/],
  ["is no model", Buffer.from("x,y\n1,2\n"), /Models are made with/],
  ["is a network without a table", saveModel(first.model), /not trained on a table/],
])("a file that %s is not served", async (_, bytes, said) => {
  const path = join(folder, `bad-${files++}`);
  if (bytes !== undefined) writeFileSync(path, bytes);
  const refused: Error & { hint?: string } = await serve(path, { port: 0 }).then(
    () => expect.unreachable(),
    (error) => error,
  );
  expect(refused.name).toBe("UserError");
  expect(`${refused.message} ${refused.hint}`).toMatch(said);
});

test("the end: what is under way is answered, nothing new is taken", async () => {
  const { serving } = await following();
  const { hostname, port } = new URL(serving.url);
  const body = JSON.stringify(CAR);
  const socket = connect(Number(port), hostname).setEncoding("utf8");
  let answer = "";
  socket.on("data", (text) => {
    answer += text;
  });
  socket.write(
    `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  await until(() => serving.server.metrics.registry !== undefined);
  while (!/under_way 1$/m.test(await (await fetch(`${serving.url}/metrics`)).text()));
  const closed = serving.close();
  await pause(20);
  await expect(fetch(`${serving.url}/health`)).rejects.toThrow();
  socket.write(body);
  await once(socket, "close");
  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 200 OK.*"miles_per_gallon"/s);
});

test("the end does not wait for ever for a client that does not finish", async () => {
  const path = join(folder, `${files++}.safetensors`);
  writeFileSync(path, first.save());
  const serving = await serve(path, { port: 0, stopTimeout: 0.1 });
  const { hostname, port } = new URL(serving.url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.write("POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n");
  await once(socket, "connect");
  await pause(20);
  const gone = once(socket, "close");
  await serving.close();
  await gone;
});
