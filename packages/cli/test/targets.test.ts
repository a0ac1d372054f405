/** Targets that a loss is not for, and last layers that do what the loss does, in every command that reads a NET.json. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fit, losses, referenceEngine } from "@chaingrad/core";
import { UserError } from "@chaingrad/core/user-error";
import { parseBatch, parseNet } from "@chaingrad/interchange/net-document";
import { writeModel as saveModel } from "@chaingrad/tables";
import { describe, expect, test } from "vitest";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const netOf = (loss: string, activation = "identity", units = 2) => ({
  inputs: 1,
  layers: [{ units, activation }],
  loss,
  weights: { W1: Array.from({ length: units }, (_, i) => [0.3 - i]), b1: new Array(units).fill(0.1) },
});

describe("targets", () => {
  test.each<[string, unknown[], string]>([
    ["binary-cross-entropy", [[0, 1], [255, 1]], "y holds 255 in row 2, output 1: the loss 'binary-cross-entropy' takes a number from 0 to 1"], // biome-ignore format: pairs
    [
      "binary-cross-entropy",
      [
        [0, 1],
        [0, -1],
      ],
      "y holds -1 in row 2, output 2",
    ],
    [
      "poisson",
      [
        [0, -3],
        [0, 1],
      ],
      "y holds -3 in row 1, output 2: the loss 'poisson' takes a number ≥ 0",
    ],
    ["softmax-cross-entropy", [0, 2], "y[1] must be a class from 0 to 1, got 2"],
  ])("%s refuses %j", (loss, y, message) => {
    const parse = () => parseBatch({ x: [[1], [2]], y }, "'b.json'", parseNet(netOf(loss), "net"));
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(message);
  });

  test("of one output are named by their row", () => {
    const net = parseNet(netOf("poisson", "identity", 1), "net");
    expect(() => parseBatch({ x: [[1], [2]], y: [3, -1] }, "'b.json'", net)).toThrow("y holds -1 in row 2: the loss");
  });
});

const cwd = emptyFolder();
const write = (name: string, document: unknown): void => writeFileSync(join(cwd, name), JSON.stringify(document));

test("gradient and check refuse with status 2, and warn of a last layer that squashes twice", async () => {
  write("net.json", netOf("binary-cross-entropy", "sigmoid"));
  write("bad.json", { x: [[1]], y: [[0, 255]] });
  write("good.json", { x: [[1]], y: [[0, 1]] });
  for (const command of [
    ["gradient", "net.json", "bad.json"],
    ["check", "net.json", "--batch", "bad.json"],
  ]) {
    const { status, stderr, stdout } = await runCli(command, { cwd });
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("'bad.json': y holds 255 in row 1, output 2");
  }
  const warning =
    "warning: the loss 'binary-cross-entropy' takes logits, and the last layer's 'sigmoid' has already made";
  for (const command of [
    ["gradient", "net.json", "good.json"],
    ["check", "net.json"],
    ["emit", "net.json"],
  ]) {
    const { status, stderr } = await runCli(command, { cwd });
    expect(status).toBe(0);
    expect(stderr).toContain(warning);
    expect((await runCli([...command, "--quiet"], { cwd })).stderr).toBe("");
  }
});

test("a model of numbers is checked and explained, and told from one of a table", async () => {
  const network = { inputs: 1, layers: [{ units: 1, activation: "identity" }] } as const;
  const options = { engine: referenceEngine, loss: losses.huber(), epochs: 1 };
  for await (const event of fit(network, { train: { x: [1, 2], y: [3, 4] } }, options)) {
    if (event.type === "end") writeFileSync(join(cwd, "numbers.safetensors"), saveModel(event.model));
  }
  expect((await runCli(["check", "numbers.safetensors"], { cwd })).status).toBe(0);
  expect((await runCli(["explain", "numbers.safetensors"], { cwd })).status).toBe(0);
  write("table.csv", [1]);
  for (const command of ["predict", "evaluate"]) {
    const { status, stderr } = await runCli([command, "numbers.safetensors", "table.csv"], { cwd });
    expect(status).toBe(2);
    expect(stderr).toContain("numbers.safetensors: a network that was trained on numbers, not on a table");
  }
});
