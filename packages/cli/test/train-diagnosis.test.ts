/** `train` on what goes wrong and on how the gradient flows, as a user meets it. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const CARS = [join(DATA, "cars.csv"), "--target", "miles_per_gallon", "--blas", "none"];

describe("training that meets NaN or Infinity", () => {
  test("says where, tries what helps, and saves nothing where there is nothing", async () => {
    const cwd = emptyFolder();
    const args = ["train", ...CARS, "--optimizer", "sgd", "--hidden", "8", "--activation", "relu"];
    const { status, stdout, stderr } = await runCli([...args, "--lr", "2", "--quiet", "--out", "m.safetensors"], {
      cwd,
    });
    expect(status).toBe(1);
    expect(stdout).toBe("");
    const said = stderr.replaceAll(/\s+/g, " ");
    expect(said).toMatch(/^chaingrad: training met -?(Infinity|NaN) in step \d+ \(epoch 1\); nothing was saved /);
    expect(said).toMatch(/ = -?Infinity: /);
    expect(said).toMatch(/ row \d+ of \S*cars\.csv \(\d+ of the batch\)/);
    expect(said).toMatch(
      /Tried: with rate 0\.2 in place of 2 the loss falls from [\d.]+ to [\d.]+ in \d+ steps\. Give --lr 0\.2\. $/,
    );
    expect(existsSync(join(cwd, "m.safetensors"))).toBe(false);
    // What was advised is so.
    const cured = await runCli([...args, "--lr", "0.2", "--out", "m.safetensors", "--epochs", "5"], { cwd });
    expect(cured.status).toBe(0);
  });

  test("keeps the best model so far, in text and in JSON, with the row of the file", async () => {
    const cwd = emptyFolder();
    const lines = Array.from(
      { length: 120 },
      (_, i) => `${Math.sin(i)},${Math.cos(3 * i)},${Math.sin(i) + 0.1 * (i % 7)}`,
    );
    writeFileSync(join(cwd, "t.csv"), `a,b,y\n${lines.join("\n")}\n`);
    const args = ["train", "t.csv", "--target", "y", "--optimizer", "sgd", "--lr", "0.2", "--hidden", "8,8"];
    // One step in an epoch, so that epochs before the last are finite.
    const options = ["--activation", "exp", "--batch", "120", "--blas", "none"];
    const { status, stdout, stderr } = await runCli([...args, ...options, "--json"], { cwd });
    expect(status).toBe(1);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ stopped: "diverged", model: "t.safetensors" });
    expect(document.bestEpoch).toBeGreaterThan(0);
    expect(document.fault.message).toContain(document.fault.expression);
    expect(document.remedy.tried.length).toBeGreaterThan(0);
    expect(existsSync(join(cwd, "t.safetensors"))).toBe(true);
    expect(stderr.replaceAll(/\s+/g, " ")).toMatch(/; the model of epoch \d+ was saved to t\.safetensors /);
    expect(stderr).toContain("trying for 10 s at most what helps");
  });

  test("--clip limits the gradient's norm, and minimizers refuse it", async () => {
    const cwd = emptyFolder();
    const args = ["train", ...CARS, "--out", "m.safetensors", "--epochs", "2", "--json", "--quiet"];
    const [plain, clipped] = [await runCli(args, { cwd }), await runCli([...args, "--clip", "0.001"], { cwd })];
    expect([plain.status, clipped.status]).toEqual([0, 0]);
    expect(JSON.parse(clipped.stdout).metrics).not.toEqual(JSON.parse(plain.stdout).metrics);
    const refused = await runCli([...args, "--clip", "1", "--optimizer", "lbfgs"], { cwd });
    expect(refused).toMatchObject({ status: 2 });
    expect(refused.stderr).toContain("clipping does not go with the optimizer");
  });
});

describe("--flow", () => {
  const args = ["train", ...CARS, "--epochs", "12", "--out", "m.safetensors"];

  test("prints each layer before and after, and changes no byte of the model", async () => {
    const cwd = emptyFolder();
    const { status, stdout } = await runCli([...args, "--flow"], { cwd });
    expect(status).toBe(0);
    const lines = stdout.split("\n");
    const title = lines.findIndex((line) => line.startsWith("gradient flow before training, after epoch 12"));
    expect(title).toBeGreaterThan(0);
    const table = lines.slice(lines.findIndex((line) => line.startsWith("layer ")));
    expect(table.slice(1, 7).map((line) => line.split(/ +/).slice(0, 2).join(" "))).toEqual([
      "hidden1 start",
      "hidden1 end",
      "hidden2 start",
      "hidden2 end",
      "output start",
      "output end",
    ]);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    const plain = await runCli(args, { cwd });
    expect(plain.stdout).not.toContain("gradient flow");
  });

  test("is in --json", async () => {
    const cwd = emptyFolder();
    const { flow } = JSON.parse((await runCli([...args, "--flow", "--json", "--quiet"], { cwd })).stdout);
    expect(flow.last.epoch).toBe(12);
    expect(flow.first.map(({ name }: { name: string }) => name)).toEqual(["hidden1", "hidden2", "output"]);
    expect(flow.first[0]).toMatchObject({ layer: 1, update: null, dead: 0 });
    expect(flow.last.layers[0].update).toBeGreaterThan(0);
    expect(flow.last.layers[0].jacobian.largest).toBeGreaterThan(flow.last.layers[0].jacobian.smallest);
  });
});
