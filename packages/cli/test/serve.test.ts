/** serve: it says where it listens, answers, follows its file, ends cleanly, and refuses what it cannot serve. */
import { spawn } from "node:child_process";
import { copyFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import { BIN, DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const cwd = emptyFolder();
const CARS = join(DATA, "cars.csv");
const TRAINING = ["--target", "miles_per_gallon", "--drop", "name", "--recipe", "fast", "--epochs", "3", "--quiet"];
const trained = await runCli(["train", CARS, ...TRAINING, "--out", "cars.safetensors"], { cwd });

const CAR = {
  ...{ cylinders: 4, displacement: 97, horsepower: 88, weight_lbs: 2130 },
  ...{ acceleration: 14.5, year: 1970, origin: "Japan" },
};

/** A server in a process of its own, when it listens. */
async function listening(...args: readonly string[]) {
  const child = spawn(process.execPath, [BIN, "serve", ...args, "--port", "0", "--blas", "none"], { cwd });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  const closed = new Promise<number | null>((done) => child.once("close", done));
  const until = async (holds: () => boolean) => {
    while (!holds() && child.exitCode === null) await new Promise((done) => setTimeout(done, 5));
  };
  await until(() => said.stdout.includes("\n"));
  return { child, said, closed, until, url: said.stdout.replace(/^listening at (.*)\n$/, "$1") };
}

test.each(["SIGTERM", "SIGINT"] as const)("it answers until %s, and ends with status 0", async (signal) => {
  expect(trained.status, trained.stderr).toBe(0);
  const { url, child, closed, said } = await listening("cars.safetensors");
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${url}/predict`, { method: "POST", headers, body: JSON.stringify(CAR) });
  expect(await response.json()).toEqual({ prediction: { miles_per_gallon: expect.any(Number) }, notes: [] });
  const explained = await fetch(`${url}/explain`, { method: "POST", headers, body: JSON.stringify(CAR) });
  const { derivation } = (await explained.json()) as { derivation: object };
  const row = `${Object.keys(CAR)}\n${Object.values(CAR)}\n`;
  writeFileSync(join(cwd, "row.csv"), row);
  const own = await runCli(["explain", "cars.safetensors", "row.csv", "--from", "prediction", "--json"], { cwd });
  expect(derivation).toEqual(JSON.parse(own.stdout));
  child.kill(signal);
  expect(await closed, said.stderr).toBe(0);
  expect(said.stderr).toContain("stopping: requests under way are answered");
});

test("it follows its file, and says so", async () => {
  const path = join(cwd, "followed.safetensors");
  copyFileSync(join(cwd, "cars.safetensors"), path);
  const { child, closed, said, until } = await listening("followed.safetensors");
  writeFileSync(`${path}.new`, "no model");
  renameSync(`${path}.new`, path);
  await until(() => said.stderr.includes("the model before it still answers"));
  copyFileSync(join(cwd, "cars.safetensors"), path);
  await until(() => said.stderr.includes("the new model answers"));
  child.kill("SIGTERM");
  expect(await closed).toBe(0);
  expect(said.stderr).toMatch(/followed\.safetensors has changed, and the model before it still answers: .*\n/);
});

test("a port that is in use", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => other.once("listening", done));
  const { port } = other.address() as { port: number };
  const { status, stderr, stdout } = await runCli(["serve", "cars.safetensors", "--port", `${port}`], { cwd });
  other.close();
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(`chaingrad: port ${port} of 127.0.0.1 is in use\n`);
  expect(stderr).toContain("choose another port; 0 takes any that is free: --port N.\n");
});

test.each([
  [["row.txt"], /cannot read the model 'row\.txt'/],
  [[CARS], /Models are made with: chaingrad train/],
  [["cars.safetensors", "--port", "70000"], /from 0 to 65535/],
  [["cars.safetensors", "--batch-delay", "soon"], /a time, as in 2ms or 0\.5s/],
  [["cars.safetensors", "--body-limit", "much"], /a size, as in 500KB or 2MB/],
  [["cars.safetensors", "--host", "192.0.2.1", "--port", "0"], /'192\.0\.2\.1' is no address of this machine/],
])("%s is refused", async (args, said) => {
  const { status, stderr } = await runCli(["serve", ...args], { cwd });
  expect(stderr).toMatch(said);
  expect(status).toBe(2);
});
