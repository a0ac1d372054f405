/** uncertainty: what it prints is what the library says, and what it refuses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readTable } from "@chaingrad/duckdb";
import { TableModel } from "@chaingrad/tables";
import { ensembleSpread, laplace } from "@chaingrad/tables/uncertainty";
import { beforeAll, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const cwd = emptyFolder();
const run = (...args: string[]) => runCli(args, { cwd });
const [CARS, IRIS] = [join(DATA, "cars.csv"), join(DATA, "iris.csv")];
const HOST = ["--threads", "1", "--blas", "none"];
const model = async (name: string) => TableModel.load(readFileSync(join(cwd, name)));

beforeAll(async () => {
  const one = ["--recipe", "fast", "--epochs", "20", "--hidden", "5"];
  expect((await run("train", CARS, "--target", "miles_per_gallon", ...one, ...HOST, "--out", "cars")).status).toBe(0);
  expect((await run("train", IRIS, "--target", "species", ...HOST, "--out", "iris")).status).toBe(0);
}, 60_000);

test("Laplace's, as JSON what the library says, as text the least sure rows first, and a table", async () => {
  const asked = ["uncertainty", "cars", CARS, "--training", CARS, "--interval", "0.8"];
  const { stdout, status } = await run(...asked, "--json", "--out", "said.csv");
  expect(status).toBe(0);
  const posterior = await laplace(await model("cars"), await readTable(CARS));
  const said = posterior.predict(await readTable(CARS), 0.8);
  const told = JSON.parse(stdout);
  expect(told.deviations).toHaveLength(406);
  for (const [i, deviation] of [...said.deviations].entries()) expect(told.deviations[i]).toBeCloseTo(deviation, 6);
  expect(told).toMatchObject({ weights: "all", parameters: posterior.parameters, rows: 398, level: 0.8 });
  expect(told.evaluation.coverage.covered).toBeGreaterThan(0.6);
  const [header] = readFileSync(join(cwd, "said.csv"), "utf8").split("\n");
  expect(header.trim().split(",").slice(-4)).toEqual(["prediction", "deviation", "lower 0.8", "upper 0.8"]);
  const text = (await run(...asked, "--top", "2")).stdout;
  const order = [...said.deviations.keys()].sort((a, b) => said.deviations[b] - said.deviations[a]);
  const rows = [...text.matchAll(/^ *(\d+) +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+$/gm)].map(([, row]) => Number(row));
  expect(rows).toEqual(order.slice(0, 2).map((row) => row + 1));
  expect(text.replaceAll("\n", " ")).toMatch(/398 rows with a target: intervals of 0.8 hold 0\.\d+ of them/);
});

test("without training rows the spread of a mean of networks; of one network it says what to do", async () => {
  const { stdout, status } = await run("uncertainty", "iris", IRIS, "--json");
  expect(status).toBe(0);
  const spread = await ensembleSpread(await model("iris"), await readTable(IRIS));
  const told = JSON.parse(stdout);
  expect(told.networks).toBe(spread.networks);
  for (const [i, deviation] of [...spread.deviations].entries()) expect(told.deviations[i]).toBeCloseTo(deviation, 6);
  const refused = await run("uncertainty", "cars", CARS);
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining("is one network, and has no spread")]);
});

test.each<[string, string[], string]>([
  ["weights without training rows", ["iris", IRIS, "--weights", "all"], "--training FILE"],
  ["standard input for both", ["cars", "-", "--training", "-"], "standard input cannot be both tables"],
  ["a level that is none", ["cars", CARS, "--interval", "1"], "--interval"],
  ["training rows of another table", ["cars", CARS, "--training", IRIS], "iris.csv: the table has no column"],
  ["a table of other columns", ["cars", IRIS, "--training", CARS], "iris.csv: the table has no column"],
  ["the table itself as the result", ["cars", CARS, "--training", CARS, "--out", CARS], "--out"],
])("%s is refused", async (_, args, message) => {
  const { stderr, status } = await run("uncertainty", ...args);
  expect(status).toBe(2);
  expect(stderr.replaceAll("\n", " ")).toContain(message);
});
