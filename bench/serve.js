/**
 * How fast `chaingrad serve` answers, on loopback: requests of one row at a steady rate (an open loop: a request that is late
 * counts from when it was due), then batches, as fast as they are answered. The server is a process of its own.
 * node bench/serve.js [seconds]; the result goes into docs/decisions/0050-serve.md.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");
const COMMAND = join(ROOT, "packages/cli/bin/chaingrad.js");
const SECONDS = Number(process.argv[2] ?? 10);
const RATE = 500;
const ROW = {
  ...{ cylinders: 4, displacement: 97, horsepower: 88, weight_lbs: 2130 },
  ...{ acceleration: 14.5, year: 1970, origin: "Japan" },
};

const folder = mkdtempSync(join(tmpdir(), "chaingrad-bench-"));
const model = join(folder, "cars.safetensors");
const table = join(ROOT, "examples/data/cars.csv");
const training = ["train", table, "--target", "miles_per_gallon", "--drop", "name", "--quiet", "--out", model];
execFileSync(process.execPath, [COMMAND, ...training], { stdio: "ignore" });

const server = spawn(process.execPath, [COMMAND, "serve", model, "--port", "0", "--quiet"]);
// However this ends (a pipe that is closed, say), the server does.
process.once("exit", () => server.kill());
const url = await new Promise((done) =>
  server.stdout.once("data", (text) => done(String(text).trim().split(" ").at(-1))),
);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** Milliseconds since `due`, when the answer is there. */
function ask(type, body, due) {
  return new Promise((done, fail) => {
    const headers = { "content-type": type, "content-length": Buffer.byteLength(body) };
    const sent = request(`${url}/predict`, { agent, method: "POST", headers }, (response) => {
      if (response.statusCode !== 200) fail(new Error(`status ${response.statusCode}`));
      response.resume().on("end", () => done(performance.now() - due));
    });
    sent.on("error", fail).end(body);
  });
}

/** One row, `RATE` times a second. */
async function steady(seconds) {
  const body = JSON.stringify(ROW);
  const start = performance.now();
  const all = [];
  for (let i = 0; i < RATE * seconds; ) {
    for (const due = () => start + (1000 * i) / RATE; i < RATE * seconds && due() <= performance.now(); i++)
      all.push(ask("application/json", body, due()));
    await new Promise((done) => setTimeout(done, 1));
  }
  const times = (await Promise.all(all)).sort((a, b) => a - b);
  return [0.5, 0.99, 0.999].map((share) => times[Math.floor(share * times.length)].toFixed(2));
}

/** Rows a second, from four clients at once. */
async function batches(type, body, rows, seconds) {
  const start = performance.now();
  let answered = 0;
  const client = async () => {
    while (performance.now() - start < 1000 * seconds) {
      await ask(type, body, 0);
      answered += rows;
    }
  };
  await Promise.all([client(), client(), client(), client()]);
  return Math.round((1000 * answered) / (performance.now() - start));
}

await steady(2);
const [median, p99, p999] = await steady(SECONDS);
console.log(`one row, ${RATE} requests/s: median ${median} ms, p99 ${p99} ms, p99.9 ${p999} ms`);
for (const rows of [100, 1000]) {
  const list = JSON.stringify(Array.from({ length: rows }, () => ROW));
  const columns = JSON.stringify(Object.fromEntries(Object.entries(ROW).map(([k, v]) => [k, Array(rows).fill(v)])));
  const csv = `${Object.keys(ROW)}\n${`${Object.values(ROW)}\n`.repeat(rows)}`;
  const forms = { list: ["application/json", list], columns: ["application/json", columns], CSV: ["text/csv", csv] };
  for (const [name, [type, body]] of Object.entries(forms))
    console.log(`${rows} rows, ${name}: ${await batches(type, body, rows, SECONDS / 3)} rows/s`);
}
agent.destroy();
server.kill("SIGTERM");
server.once("close", (status) => {
  console.log(`stopped with status ${status}`);
  rmSync(folder, { recursive: true });
});
