/** The installed command, as its package brings it. */
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, inject, test } from "vitest";
import { run } from "./support/node.ts";
import { project } from "./support/program.ts";

const ROOT = resolve(import.meta.dirname, "../..");

test("chaingrad trains, predicts and explains", async () => {
  const cwd = project({});
  copyFileSync(join(ROOT, "examples/data/iris.csv"), join(cwd, "iris.csv"));
  const chaingrad = (...args: string[]) => run(join(inject("installed"), "node_modules/.bin/chaingrad"), args, { cwd });
  const trained = await chaingrad("train", "iris.csv", "--target", "species", "--epochs", "20", "--threads", "2");
  expect(trained.stdout).toContain("iris.safetensors");
  expect(existsSync(join(cwd, "iris.safetensors"))).toBe(true);
  await chaingrad("predict", "iris.safetensors", "iris.csv", "--out", "predicted.csv");
  expect(readFileSync(join(cwd, "predicted.csv"), "utf8").split("\n")[0]).toMatch(/species.*,/);
  const explained = await chaingrad("explain", "iris.safetensors", "iris.csv", "--row", "3");
  expect(explained.stdout).toMatch(/∂L\/∂/);
  const { version } = JSON.parse(readFileSync(join(ROOT, "packages/cli/package.json"), "utf8"));
  expect((await chaingrad("--version")).stdout).toBe(`${version}\n`);
}, 120_000);

test("what the command was made of is licensed in its package", () => {
  const licences = readFileSync(join(inject("installed"), "node_modules/chaingrad/dist/LICENSES.txt"), "utf8");
  for (const name of ["commander", "log-update", "linkedom", "d3-array"]) expect(licences).toContain(`\n${name} `);
});
