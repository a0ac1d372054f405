/** `train --warm-start`: what goes on from a model says what it took over, and refuses what the model has decided. */
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const cars = [join(DATA, "cars.csv"), "--target", "miles_per_gallon", "--epochs", "20"];
let cwd: string;
beforeAll(async () => {
  cwd = emptyFolder();
  const first = await runCli(["train", ...cars, "--drop", "year", "--out", "first.safetensors"], { cwd });
  expect(first.status).toBe(0);
});
const goOn = (...args: string[]) =>
  runCli(["train", ...cars, "--warm-start", "first.safetensors", "--out", "second.safetensors", ...args], { cwd });

test("says what is matched, what is new and what fell out, and the model predicts", async () => {
  const { status, stderr } = await goOn("--drop", "horsepower");
  expect(status).toBe(0);
  const told = stderr.replaceAll(/\s+/g, " ");
  expect(told).toContain("training goes on from the model: 5 columns are read as it reads them");
  expect(told).toContain("new to the model, with weights that start anew: 'year'");
  expect(told).toContain("the model had them, and the table has not: 'horsepower'");
  const predicted = await runCli(["predict", "second.safetensors", cars[0]], { cwd });
  expect(predicted.status).toBe(0);
});

test.each([
  [["--hidden", "4"], "--warm-start: the network is the model's: leave 'hidden' out"],
  [["--embed", "origin"], "--warm-start: the model has decided that ('embed') already"],
  [["--target", "weight_lbs"], "--warm-start: the model predicts miles_per_gallon"],
  [["--out", "first.safetensors"], "is the file that is read"],
])("refuses %j", async (args, message) => {
  const all = ["train", cars[0], "--epochs", "5", "--warm-start", "first.safetensors"];
  const target = args[0] === "--target" ? [] : ["--target", "miles_per_gallon"];
  const { status, stderr } = await runCli([...all, ...target, ...args], { cwd });
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
});

test("an interrupted training that began from a model goes on from that model alone", async () => {
  const kept = ["--drop", "horsepower", "--checkpoint", "kept"];
  expect((await goOn(...kept)).status).toBe(0);
  const other = await runCli(
    ["train", ...cars, "--drop", "horsepower", "--checkpoint", "kept", "--resume", "--out", "third.safetensors"],
    { cwd },
  );
  expect(other.status).toBe(2);
  expect(other.stderr).toContain("where it starts (nothing given, model ");
});
