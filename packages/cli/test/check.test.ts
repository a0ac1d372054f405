/** `check` finds wrong gradients, tells kinks from mistakes, and lets right ones pass. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ActivationName, type Expr, input, mul, referenceEngine, relu, tanh } from "@chaingrad/core";
import { certificateJson, checkNet, type VariableCheck } from "@chaingrad/core/check";
import { type Batch, computeGradients, type Gradients, randomBatch } from "@chaingrad/core/net";
import { type NetDocument, parseBatch, parseNet } from "@chaingrad/interchange/net-document";
import { conclusion } from "@chaingrad/view/certificate";
import { describe, expect, test } from "vitest";
import { openNetwork } from "../src/net/open-network.ts";
import { report } from "../src/output/certificate.ts";
import { shown } from "../src/output/line.ts";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";
import { atKink, BATCH, NET, withActivation, withRules } from "./support/small-net.ts";

const gradientsOf = (net: NetDocument, batch: Batch): Gradients =>
  computeGradients(net, net.weights!, batch, referenceEngine, "f64");

/** The right gradients but for one entry. */
function perturbed(name: string, index: number, change: (value: number) => number): Gradients {
  const right = gradientsOf(NET, BATCH);
  const values = Array.from(right.gradients[name].values);
  values[index] = change(values[index]);
  return { ...right, gradients: { ...right.gradients, [name]: { ...right.gradients[name], values } } };
}

const verdicts = (checks: readonly VariableCheck[]): Record<string, string> =>
  Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));

describe("a network", () => {
  test("with right gradients passes, every entry of it", () => {
    const checks = checkNet(NET, NET.weights!, BATCH);
    expect(verdicts(checks)).toEqual({ W1: "ok", b1: "ok", W2: "ok", b2: "ok", x: "ok" });
    for (const { size, entries, forwardError } of checks) {
      expect(entries).toHaveLength(size);
      expect(entries[0].relativeError).toBeLessThan(1e-7);
      expect(forwardError).toBeLessThan(1e-12);
    }
    expect(conclusion(checks)).toEqual(["All gradients are right: 32 entries compared."]);
  });

  test.each<[string, number, (value: number) => number]>([
    ["W1", 7, (value) => value * 1.001],
    ["b2", 1, (value) => -value],
    ["x", 2, () => 0],
  ])("with a wrong entry in ∂L/∂%s fails there", (name, index, change) => {
    const checks = checkNet(NET, NET.weights!, BATCH, perturbed(name, index, change));
    expect(checks[0]).toMatchObject({ name, verdict: "mismatch" });
    expect(checks[0].entries.filter(({ verdict }) => verdict === "mismatch").map((entry) => entry.index)).toEqual([
      index,
    ]);
    expect(checks.slice(1).every(({ verdict }) => verdict === "ok")).toBe(true);
    expect(certificateJson(checks)).toMatchObject({
      verdict: "mismatch",
      tensors: [{ name, worst: { index } }, {}, {}, {}, {}],
    });
  });

  test("the report of a wrong gradient says where, what is claimed and what differences say", () => {
    const checks = checkNet(
      NET,
      NET.weights!,
      BATCH,
      perturbed("W2", 5, () => 0.125),
    );
    expect(shown(report(checks, undefined, 80)[1])).toMatch(/^∂L\/∂W2 +mismatch +8 /);
    expect(conclusion(checks).join("\n")).toMatch(
      /^1 gradient of 5 wrong:\n {2}∂L\/∂W2\[1\]\[1\] is 0\.125, differences say (0\.\d+), forward mode \1, a complex step \1$/,
    );
  });

  const { op: reluRules } = relu(input("z", [], "f64"));

  test("with an op whose derivative is wrong fails, even if both modes share the mistake", () => {
    const checks = checkNet(withActivation(withRules({ jvp: reluRules.jvp, vjp: reluRules.vjp })), NET.weights!, BATCH);
    expect(verdicts(checks)).toMatchObject({ W1: "mismatch", b1: "mismatch", x: "mismatch", W2: "ok", b2: "ok" });
    expect(checks.every(({ forwardError }) => forwardError < 1e-12)).toBe(true);
  });

  test("that is wrong by 1e-8 in both modes: differences cannot tell, a complex step can", () => {
    const { jvp, vjp } = tanh(input("z", [], "f64")).op;
    const almost = withRules({
      jvp: (node, dots) => mul(1 + 1e-8, jvp(node, dots) as Expr),
      vjp: (node, bar, wanted) => vjp(node, mul(1 + 1e-8, bar), wanted),
    });
    const checks = checkNet(withActivation(almost), NET.weights!, BATCH);
    expect(verdicts(checks)).toMatchObject({ W1: "mismatch", b1: "mismatch", x: "mismatch", W2: "ok", b2: "ok" });
    for (const { entries } of checks) expect(entries[0].relativeError).toBeLessThan(1e-6);
  });

  test("whose reverse mode is wrong by 1e-8: forward mode can tell", () => {
    const checks = checkNet(
      NET,
      NET.weights!,
      BATCH,
      perturbed("W1", 7, (value) => value * (1 + 1e-8)),
    );
    const [worst] = checks[0].entries;
    expect(checks[0]).toMatchObject({ name: "W1", verdict: "mismatch" });
    expect({ index: worst.index, verdict: worst.verdict }).toEqual({ index: 7, verdict: "mismatch" });
    expect(worst.relativeError).toBeLessThan(1e-6);
  });

  test("that is large: a sample, and each tensor along a direction, which finds what the sample misses", () => {
    const layers = [
      { units: 60, activation: "tanh" },
      { units: 1, activation: "identity" },
    ];
    const weights = {
      W1: Array.from({ length: 60 }, (_, i) => Array.from({ length: 50 }, (_, j) => Math.sin(i * 50 + j) / 7)),
      b1: new Array(60).fill(0.1),
      W2: [new Array(60).fill(0.2)],
      b2: [0],
    };
    const net = parseNet({ inputs: 50, layers, loss: "mean-squared-error", weights }, "net");
    const batch = randomBatch(net.network, net.objective.loss, 2, 3);
    const right = checkNet(net, net.weights!, batch);
    expect(right.map(({ entries }) => entries.length).sort()).toEqual([1, 50, 50, 50, 50].sort());
    expect(conclusion(right).join("\n")).toMatch(
      /^All gradients are right: a sample of 201 of 3221 entries, and each tensor along/,
    );
    const looked = new Set(right.find(({ name }) => name === "W1")!.entries.map(({ index }) => index));
    const missed = Array.from({ length: 3000 }, (_, i) => i).find((i) => !looked.has(i))!;
    const claimed = gradientsOf(net, batch);
    const values = Array.from(claimed.gradients.W1.values).with(missed, 1);
    const gradients = { ...claimed.gradients, W1: { ...claimed.gradients.W1, values } };
    const [wrong] = checkNet(net, net.weights!, batch, { ...claimed, gradients });
    expect(wrong).toMatchObject({ name: "W1", verdict: "mismatch", direction: { verdict: "mismatch" } });
    expect(wrong.entries.every(({ verdict }) => verdict === "ok")).toBe(true);
    expect(conclusion([wrong]).join("\n")).toMatch(
      /∂L\/∂W1 along a random direction is \S+, differences say \S+, forward mode/,
    );
  });

  test.each([1, 2, 3, 4])("of elu, whose second derivative jumps, passes (seed %i)", async (seed) => {
    const path = join(emptyFolder(), "net.json");
    const layers = [
      { units: 5, activation: "elu" },
      { units: 4, activation: "elu" },
      { units: 2, activation: "identity" },
    ];
    writeFileSync(path, JSON.stringify({ inputs: 3, layers, loss: "binary-cross-entropy", l2: 0.01 }));
    const net = await openNetwork(path, seed);
    const checks = checkNet(net, net.tensors, randomBatch(net.network, net.objective.loss, 4, seed));
    expect(checks.every(({ verdict }) => verdict === "ok")).toBe(true);
  });

  test("at a kink of relu is told apart from a wrong one", () => {
    const { net, batch } = atKink();
    const checks = checkNet(net, net.weights!, batch);
    expect(verdicts(checks)).toEqual({ W1: "kink", b1: "kink", x: "kink", W2: "ok", b2: "ok" });
    expect(conclusion(checks).join("\n")).toContain("at a kink of the loss");
  });

  test.each<ActivationName>(["relu", "leaky-relu", "elu", "selu", "gelu", "softsign", "exp", "softmax"])(
    "of %s passes with random weights and rows",
    async (activation) => {
      const path = join(emptyFolder(), "net.json");
      const layers = [
        { units: 6, activation },
        { units: 3, activation: "identity" },
      ];
      writeFileSync(path, JSON.stringify({ inputs: 4, layers, loss: "softmax-cross-entropy" }));
      const net = await openNetwork(path, 3);
      expect(net.origin).toBe("initial");
      const checks = checkNet(net, net.tensors, randomBatch(net.network, net.objective.loss, 5, 3));
      expect(checks.every(({ verdict }) => verdict === "ok")).toBe(true);
    },
  );

  test("that is saturated passes: what rounds to 0 is no mismatch", () => {
    const layers = [{ units: 2, activation: "identity" }];
    const weights = { W1: [[300], [-300]], b1: [0, 0] };
    const net = parseNet({ inputs: 1, layers, loss: "softmax-cross-entropy", weights }, "net");
    const checks = checkNet(net, net.weights!, parseBatch({ x: [[1], [2]], y: [0, 0] }, "batch", net));
    expect(checks.every(({ verdict }) => verdict === "ok")).toBe(true);
  });
});

describe("the command", () => {
  const folder = emptyFolder();
  const net = { inputs: 3, layers: [{ units: 2, activation: "tanh" }], loss: "huber" };
  writeFileSync(join(folder, "net.json"), JSON.stringify(net));

  test("checks a network without weights on random rows, the same each time", async () => {
    const first = await runCli(["check", "net.json", "--json"], { cwd: folder });
    expect({ status: first.status, stderr: first.stderr }).toEqual({ status: 0, stderr: "" });
    const document = JSON.parse(first.stdout);
    expect(document.verdict).toBe("ok");
    expect(document.tensors.map(({ name }: { name: string }) => name).sort()).toEqual(["W1", "b1", "x"]);
    expect((await runCli(["check", "net.json", "--json"], { cwd: folder })).stdout).toBe(first.stdout);
  });

  test("checks a trained model on random rows and on a table", async () => {
    const iris = join(DATA, "iris.csv");
    const target = readFileSync(iris, "utf8").split("\n")[0].split(",").at(-1)!.trim();
    await runCli(["train", iris, "--target", target, "--epochs", "3", "--out", "iris.safetensors"], { cwd: folder });
    writeFileSync(join(folder, "rows.csv"), readFileSync(iris, "utf8").split("\n").slice(0, 5).join("\n"));
    for (const args of [[], ["--batch", "rows.csv"]]) {
      const { status, stdout } = await runCli(["check", "iris.safetensors", ...args], { cwd: folder });
      expect(status).toBe(0);
      expect(stdout).toContain("trained weights");
      expect(stdout).toMatch(/All gradients are right: \d+ entries compared\./);
    }
  });

  test.each<[string, readonly string[], ...string[]]>([
    ["no such file", ["nope.json"], "'nope.json'", "no such file"],
    ["a folder", ["."], "'.'", "it is a folder"],
    ["a batch that does not fit", ["net.json", "--batch", "wide.json"], "'wide.json'", "[rows, 3]", "got [1, 4]"],
    ["a model that is cut short", ["cut.safetensors"], "cut.safetensors", "cut short"],
  ])("refuses %s with status 2", async (_, args, ...mentions) => {
    writeFileSync(join(folder, "wide.json"), '{"x": [[1, 2, 3, 4]], "y": [[0, 0]]}');
    writeFileSync(join(folder, "cut.safetensors"), Uint8Array.of(200, 1, 0, 0, 0, 0, 0, 0, 123));
    const { status, stdout, stderr } = await runCli(["check", ...args], { cwd: folder });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    for (const mention of ["chaingrad: ", ...mentions]) expect(stderr).toContain(mention);
  });
});
