/**
 * How fast `chaingrad serve` answers, on loopback: requests of one row at a steady rate (an open loop: a request that is late
 * counts from when it was due), in turns with a bare server of node:http that is asked the same, and answers it at once: what
 * the machine, Node and the asking take by themselves. Then batches, as fast as they are answered. Servers are processes of their own.
 * node bench/serve.js [seconds]; the result goes into docs/decisions/0050-serve.md.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Connections, clock, post } from "./lib/requests.js";

const ROOT = resolve(import.meta.dirname, "..");
const COMMAND = join(ROOT, "packages/cli/bin/chaingrad.js");
const SECONDS = Number(process.argv[2] ?? 10);
const RATE = 500;
/** In how many turns the two servers are asked for so many seconds each. */
const TURNS = 4;
const CONNECTIONS = 64;
const ROW = {
  ...{ cylinders: 4, displacement: 97, horsepower: 88, weight_lbs: 2130 },
  ...{ acceleration: 14.5, year: 1970, origin: "Japan" },
};

const folder = mkdtempSync(join(tmpdir(), "chaingrad-bench-"));
const model = join(folder, "cars.safetensors");
const table = join(ROOT, "examples/data/cars.csv");
const training = ["train", table, "--target", "miles_per_gallon", "--drop", "name", "--quiet", "--out", model];
execFileSync(process.execPath, [COMMAND, ...training], { stdio: "ignore" });

const ours = await started([COMMAND, "serve", model, "--port", "0", "--quiet"]);
const bare = await started([join(ROOT, "bench/lib/bare-server.js")]);

/** A server, from the moment that it says where it listens. */
async function started(command) {
  const server = spawn(process.execPath, command);
  // However this ends (a pipe that is closed, say), the server does.
  process.once("exit", () => server.kill());
  const url = await new Promise((done) =>
    server.stdout.once("data", (text) => done(String(text).trim().split(" ").at(-1))),
  );
  const connections = new Connections(url);
  await connections.open(CONNECTIONS);
  return { server, connections };
}

/** Milliseconds of each request of one row, `RATE` a second. They are due at whole milliseconds, when a timer can send them. */
async function steady({ connections }, seconds) {
  const bytes = post("/predict", "application/json", JSON.stringify(ROW));
  const start = Math.ceil(clock()) + 1;
  const all = [];
  for (let i = 0; i < RATE * seconds; ) {
    const due = start + (1000 * i) / RATE;
    if (due > clock()) await new Promise((done) => setTimeout(done, Math.ceil(due - clock())));
    else {
      all.push(connections.ask(bytes, due));
      i++;
    }
  }
  return Promise.all(all);
}

const said = (times) => {
  times.sort((a, b) => a - b);
  const [median, p99, p999] = [0.5, 0.99, 0.999].map((share) => times[Math.floor(share * times.length)].toFixed(2));
  return `median ${median} ms, p99 ${p99} ms, p99.9 ${p999} ms`;
};

/** Rows a second, from four clients at once. */
async function batches(type, body, rows, seconds) {
  const start = performance.now();
  let answered = 0;
  const bytes = post("/predict", type, body);
  const client = async () => {
    while (performance.now() - start < 1000 * seconds) {
      await ours.connections.ask(bytes, 0);
      answered += rows;
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  return Math.round((1000 * answered) / (performance.now() - start));
}

const first = await ours.connections.ask(post("/predict", "application/json", JSON.stringify(ROW)), clock());
console.log(`the first request of all: ${first.toFixed(1)} ms`);
for (const one of [ours, bare]) await steady(one, 2);
const times = new Map([ours, bare].map((one) => [one, []]));
for (let turn = 0; turn < TURNS; turn++)
  for (const [one, known] of times) known.push(...(await steady(one, SECONDS / TURNS)));
console.log(`one row, ${RATE} requests/s: ${said(times.get(ours))}`);
console.log(`a server that does nothing, asked in turns with it: ${said(times.get(bare))}`);
for (const rows of [100, 1000]) {
  const list = JSON.stringify(Array.from({ length: rows }, () => ROW));
  const columns = JSON.stringify(Object.fromEntries(Object.entries(ROW).map(([k, v]) => [k, Array(rows).fill(v)])));
  const csv = `${Object.keys(ROW)}\n${`${Object.values(ROW)}\n`.repeat(rows)}`;
  const forms = { list: ["application/json", list], columns: ["application/json", columns], CSV: ["text/csv", csv] };
  for (const [name, [type, body]] of Object.entries(forms))
    console.log(`${rows} rows, ${name}: ${await batches(type, body, rows, SECONDS / 3)} rows/s`);
}
for (const { connections } of [ours, bare]) connections.close();
bare.server.kill();
ours.server.kill("SIGTERM");
ours.server.once("close", (status) => {
  console.log(`stopped with status ${status}`);
  rmSync(folder, { recursive: true });
});
