/** What the command trains and what the library trains is one model, bit for bit, and each reads the other's. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { wasmEngine } from "@chaingrad/core";
import { minimizers } from "@chaingrad/core/curvature";
import { readTable } from "@chaingrad/duckdb";
import { SECOND_ORDER, TableModel, trainTable } from "@chaingrad/tables";
import { expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

// As the command has it on Node 20.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--experimental-wasm-relaxed-simd");

test.each([
  ["cars.csv", "miles_per_gallon", "adam"],
  ["iris.csv", "species", "adam"],
  ["iris.csv", "species", "levenberg-marquardt"],
] as const)("%s, %s by %s", async (name, target, optimizer) => {
  const cwd = emptyFolder();
  const path = join(DATA, name);
  const options = [
    "--epochs",
    "5",
    "--seed",
    "4",
    "--optimizer",
    optimizer,
    "--blas",
    "none",
    "--out",
    "m.safetensors",
  ];
  const { status, stderr } = await runCli(["train", path, "--target", target, ...options, "--quiet"], { cwd });
  expect(status, stderr).toBe(0);
  const bytes = readFileSync(join(cwd, "m.safetensors"));
  const engine = await wasmEngine();
  const table = await readTable(path);
  const model = await trainTable(table, { target, epochs: 5, seed: 4, optimizer, engine });
  expect(Buffer.from(model.save()).equals(bytes)).toBe(true);
  const loaded = await TableModel.load(bytes, { engine });
  expect(loaded.predict(table)).toEqual(model.predict(table));
  writeFileSync(join(cwd, "library.safetensors"), model.save());
  const judged = await runCli(["evaluate", "library.safetensors", path, "--json", "--blas", "none"], { cwd });
  expect(JSON.parse(judged.stdout).metrics).toEqual(loaded.evaluate(table).scores);
});

test("every method that there is can be named", () => {
  expect([...SECOND_ORDER].sort()).toEqual([...Object.keys(minimizers), "bayesian-regularisation", "kfac"].sort());
});
