/** `check` finds wrong gradients, tells kinks from mistakes, and lets right ones pass. */
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  type ActivationName,
  type Expr,
  input,
  mul,
  referenceEngine,
  relu,
  square,
  stopGradient,
  sub,
  tanh,
} from "@chaingrad/core";
import { checkDerivative, checkGradients } from "@chaingrad/core/check";
import { describe, expect, test } from "vitest";
import { conclusion, curvatureVerdict, report } from "../src/check/conclusion.ts";
import { toDocument } from "../src/check/document.ts";
import { type Batch, parseBatch, randomBatch } from "../src/net/batch.ts";
import { checkCurvature } from "../src/net/check-curvature.ts";
import { checkNet, type VariableCheck } from "../src/net/check-net.ts";
import { computeGradients, type Gradients } from "../src/net/gradients.ts";
import { type NetDocument, parseNet } from "../src/net/net-document.ts";
import { openNetwork } from "../src/net/open-network.ts";
import { hasChromium, launch, onPage, VIEWS, violations } from "./support/browser.ts";
import { BIN, DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const run = promisify(execFile);

describe("a derivative is", () => {
  test.each<[string, (x: number) => number, number, number]>([
    ["right where the function is smooth", Math.sin, 0.7, Math.cos(0.7)],
    ["right where it is steep", (x) => Math.exp(50 * x), 0.3, 50 * Math.exp(15)],
    ["right far from 0", (x) => x ** 3, 1e4, 3e8],
    ["right where it is 0", (x) => x ** 2, 0, 0],
    ["right close to a kink", (x) => Math.abs(x - 1e-5) * 3, 0, -3],
    ["right where only the second derivative jumps", (x) => (x > 0 ? x * x : 0) + x, 0, 1],
  ])("%s", (_, f, at, claimed) => {
    const check = checkDerivative(f, at, claimed);
    expect(check.verdict).toBe("ok");
    expect(check.relativeError).toBeLessThan(1e-6);
  });

  test.each([0, 0.5, 2])("at a kink where it lies between the slopes 0 and 2: %f", (claimed) => {
    expect(checkDerivative((x) => 2 * Math.max(x, 0) + 1, 0, claimed).verdict).toBe("kink");
  });

  test.each<[string, (x: number) => number, number, number]>([
    ["by a relative 1e-5", Math.sin, 0.7, Math.cos(0.7) * (1 + 1e-5)],
    ["in sign", Math.exp, 1, -Math.E],
    ["outside the slopes at a kink", (x) => Math.abs(x), 0, 1.01],
    ["where it should be 0", (x) => 1 + x * x, 0, 1e-6],
    ["as it is no number", Math.sin, 0, Number.NaN],
  ])("wrong %s", (_, f, at, claimed) => {
    expect(checkDerivative(f, at, claimed).verdict).toBe("mismatch");
  });

  test("right up to the rounding of large numbers that cancel", () => {
    const f = (x: number): number => 1e9 + Math.sin(x) - 1e9;
    expect(checkDerivative(f, 0.3, Math.cos(0.3)).verdict).toBe("mismatch");
    expect(checkDerivative(f, 0.3, Math.cos(0.3), 1e9).verdict).toBe("ok");
  });
});

test("of a large tensor a sample is looked at, the same for the same seed", () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => i / 1000);
  const total = (_: string, moved: Float64Array): number => moved.reduce((sum, x) => sum + x * x, 0);
  const gradient = values.map((x) => 2 * x);
  const places = (seed: number): number[] => {
    const [{ size, entries, verdict }] = checkGradients(total, { a: values }, { a: gradient }, { most: 20, seed });
    expect({ size, verdict }).toEqual({ size: 1000, verdict: "ok" });
    return entries.map(({ index }) => index).sort((a, b) => a - b);
  };
  expect(new Set(places(1)).size).toBe(20);
  expect(places(1)).toEqual(places(1));
  expect(places(1)).not.toEqual(places(2));
});

const NET = parseNet(
  {
    inputs: 3,
    layers: [
      { units: 4, activation: "silu" },
      { units: 2, activation: "identity" },
    ],
    loss: "mean-squared-error",
    l2: 0.1,
    weights: {
      W1: [
        [0.3, -0.2, 0.5],
        [0.1, 0.8, -0.6],
        [-0.4, 0.2, 0.9],
        [0.7, -0.5, 0.1],
      ],
      b1: [0.1, -0.2, 0.3, 0],
      W2: [
        [0.4, -0.7, 0.2, 0.6],
        [0.5, 0.1, -0.3, 0.8],
      ],
      b2: [0.05, -0.1],
    },
  },
  "net",
);
const BATCH = parseBatch(
  {
    x: [
      [0.5, -1, 0.25],
      [1, 0.5, -0.75],
    ],
    y: [
      [1, 0],
      [0.5, -1],
    ],
    weight: [1, 2],
  },
  "batch",
  NET,
);

const gradientsOf = (net: NetDocument, batch: Batch): Gradients =>
  computeGradients(net, net.weights!, batch, referenceEngine, "f64");

/** The right gradients but for one entry. */
function perturbed(name: string, index: number, change: (value: number) => number): Gradients {
  const right = gradientsOf(NET, BATCH);
  const values = Array.from(right.gradients[name].values);
  values[index] = change(values[index]);
  return { ...right, gradients: { ...right.gradients, [name]: { ...right.gradients[name], values } } };
}

/** tanh with other rules. */
const withRules =
  (rules: Partial<Expr["op"]>) =>
  (z: Expr): Expr => {
    const right = tanh(z);
    return { ...right, op: { ...right.op, ...rules } };
  };

/** The network with another activation in its first layer. */
function withActivation(activation: (z: Expr) => Expr): NetDocument {
  const layers = NET.network.layers.map((layer, i) => (i === 0 ? { ...layer, activation } : layer));
  return { ...NET, network: { ...NET.network, layers } };
}

/** A pre-activation of relu is exactly 0. */
function atKink(): { net: NetDocument; batch: Batch } {
  const layers = [
    { units: 2, activation: "relu" },
    { units: 1, activation: "identity" },
  ];
  const weights = {
    W1: [
      [1, -1],
      [0.5, 2],
    ],
    b1: [0, 0],
    W2: [[1, 2]],
    b2: [0.5],
  };
  const net = parseNet({ inputs: 2, layers, loss: "mean-squared-error", weights }, "net");
  return { net, batch: parseBatch({ x: [[1, 1]], y: [1] }, "batch", net) };
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
    expect(conclusion(checks)).toBe("All gradients are right: 32 entries compared.");
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
    expect(toDocument(checks)).toMatchObject({
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
    expect(report(checks, undefined, 80).split("\n")[1]).toMatch(/^∂L\/∂W2 +mismatch +8 /);
    expect(conclusion(checks)).toMatch(
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
    const batch = randomBatch(net.network, net.loss, 2, 3);
    const right = checkNet(net, net.weights!, batch);
    expect(right.map(({ entries }) => entries.length).sort()).toEqual([1, 50, 50, 50, 50].sort());
    expect(conclusion(right)).toMatch(
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
    expect(conclusion([wrong])).toMatch(/∂L\/∂W1 along a random direction is \S+, differences say \S+, forward mode/);
  });

  test.each([1, 2, 3, 4])("of elu, whose second derivative jumps, passes (seed %i)", async (seed) => {
    const path = join(emptyFolder(), "net.json");
    const layers = [
      { units: 5, activation: "elu" },
      { units: 4, activation: "elu" },
      { units: 2, activation: "identity" },
    ];
    writeFileSync(path, JSON.stringify({ inputs: 3, layers, loss: "binary-cross-entropy", l2: 0.01 }));
    const { net, tensors } = await openNetwork(path, seed);
    const checks = checkNet(net, tensors, randomBatch(net.network, net.loss, 4, seed));
    expect(checks.every(({ verdict }) => verdict === "ok")).toBe(true);
  });

  test("at a kink of relu is told apart from a wrong one", () => {
    const { net, batch } = atKink();
    const checks = checkNet(net, net.weights!, batch);
    expect(verdicts(checks)).toEqual({ W1: "kink", b1: "kink", x: "kink", W2: "ok", b2: "ok" });
    expect(conclusion(checks)).toContain("at a kink of the loss");
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
      const { net, tensors, origin } = await openNetwork(path, 3);
      expect(origin).toBe("initial");
      const checks = checkNet(net, tensors, randomBatch(net.network, net.loss, 5, 3));
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

describe("curvature", () => {
  test("that is right: products, symmetry, every entry of the Hessian", () => {
    const curvature = checkCurvature(NET, NET.weights!, BATCH);
    expect(curvatureVerdict(curvature)).toBe("ok");
    expect(curvature.entries.map(({ row }) => row.name).sort()).toEqual(["W1", "W2", "b1", "b2", "x"]);
    for (const { claimed, forward, measured } of curvature.entries) {
      expect(forward).toBeCloseTo(claimed, 13);
      expect(measured).toBeCloseTo(claimed, 9);
    }
  });

  test("of an activation whose gradient is right and whose second derivative is wrong fails", () => {
    // Both rules have 1 − y² as a number that does not know z.
    const slope = (node: Expr): Expr => stopGradient(sub(1, square(node)));
    const net = withActivation(
      withRules({ jvp: (node, [t]) => t && mul(t, slope(node)), vjp: (node, bar) => [mul(bar, slope(node))] }),
    );
    const checks = checkNet(net, NET.weights!, BATCH);
    const curvature = checkCurvature(net, NET.weights!, BATCH);
    expect(checks.every(({ verdict }) => verdict === "ok")).toBe(true);
    expect(curvature.products[0]).toMatchObject({ verdict: "mismatch" });
    expect(curvature.entries[0]).toMatchObject({ verdict: "mismatch" });
    expect(conclusion(checks, curvature)).toContain("The curvature is wrong");
    expect(toDocument(checks, curvature)).toMatchObject({ verdict: "mismatch", curvature: { verdict: "mismatch" } });
  });

  test("at a kink of relu is told apart from a wrong one", () => {
    const { net, batch } = atKink();
    const curvature = checkCurvature(net, net.weights!, batch);
    expect(curvatureVerdict(curvature)).toBe("kink");
    expect(conclusion(checkNet(net, net.weights!, batch), curvature)).toContain("The curvature is right, with a kink");
  });
});

test.each([40, 80])("the report fits %i characters", (width) => {
  const text = report(checkNet(NET, NET.weights!, BATCH), checkCurvature(NET, NET.weights!, BATCH), width);
  for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  for (const mention of ["reverse", "complex step", "uᵀ H v, u in W1", "product H e"]) expect(text).toContain(mention);
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

describe("the certificate", () => {
  const folder = emptyFolder();
  const check = (...args: string[]) => runCli(["check", join(folder, "net.json"), ...args], { cwd: folder });
  const layers = (activation: string) => [
    { units: 4, activation },
    { units: 2, activation: "identity" },
  ];
  const write = (activation: string): void =>
    writeFileSync(join(folder, "net.json"), JSON.stringify({ inputs: 3, layers: layers(activation), loss: "huber" }));

  test("gives every witness of the worst entries, and they agree", async () => {
    write("tanh");
    const { status, stdout } = await check("--order", "2", "--json");
    const { version, verdict, tensors, curvature } = JSON.parse(stdout);
    expect({ status, version, verdict }).toEqual({ status: 0, version: 1, verdict: "ok" });
    for (const { worst } of tensors) {
      expect(worst.forward).toBeCloseTo(worst.claimed, 13);
      expect(worst.complex).toBeCloseTo(worst.claimed, 13);
      expect(Math.abs(worst.measured - worst.claimed)).toBeLessThanOrEqual(100 * worst.error + 1e-12);
      expect(worst.step).toBeGreaterThan(1e-8);
    }
    expect(curvature.products.map(({ name }: { name: string }) => name).sort()).toEqual(["W1", "W2", "b1", "b2", "x"]);
    expect(curvature.verdict).toBe("ok");
    expect(curvature.asymmetry).toBeLessThan(1e-12);
  });

  test("says where there is no complex step", async () => {
    write("gelu");
    const { stdout } = await check();
    expect(stdout).toMatch(/worst entry +reverse +forward +differences +± +complex step/);
    expect(stdout.split("\n").find((line) => line.startsWith("∂L/∂W1["))).toMatch(/–$/);
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("as a page: self-contained, with the same numbers", async () => {
    write("relu");
    const { stdout } = await check("--format", "html", "--order", "2");
    expect(stdout).not.toMatch(/https?:\/\/|<script|<link|<img|url\(/);
    for (const mention of ["∂L/∂W1", "complex step", "uᵀ H v, u in b2", "All gradients are right"])
      expect(stdout).toContain(mention);
  });

  test("--json is --format json", async () => {
    write("tanh");
    const { stdout } = await check("--json");
    expect((await check("--format", "json")).stdout).toBe(stdout);
    const { tensors } = JSON.parse(stdout);
    for (const { worst, compared, entries, direction } of tensors) {
      expect(compared).toHaveLength(entries);
      expect(compared[0]).toEqual(worst);
      for (const { claimed, forward, complex } of [...compared, direction]) {
        expect(forward).toBeCloseTo(claimed, 13);
        expect(complex).toBeCloseTo(claimed, 13);
      }
    }
  });

  test("a reader who closes the pipe is no failure", async () => {
    write("tanh");
    const { stdout, stderr } = await run(
      "bash",
      ["-c", `"${process.execPath}" "${BIN}" check net.json --format html | true; echo \${PIPESTATUS[0]}`],
      { cwd: folder },
    );
    expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
  });

  test.skipIf(!hasChromium).each([VIEWS[0], VIEWS[3]])("%o: no violation that axe-core knows", async (view) => {
    write("relu");
    const browser = await launch();
    try {
      const { stdout } = await check("--format", "html", "--order", "2");
      await onPage(browser, stdout, view, async (tab) => expect(await violations(tab)).toEqual([]));
    } finally {
      await browser.close();
    }
  });

  test.each([
    [["--order", "3"], "Allowed choices are 1, 2"],
    [["--format", "pdf"], "Allowed choices are text, json, html"],
    [["--batch", "none.json"], "no such file"],
    [["--batch", "far.json"], "the loss is not finite on these rows"],
  ])("refuses %s", async (args, message) => {
    write("tanh");
    writeFileSync(join(folder, "far.json"), '{"x": [[1, 2, 3]], "y": [[1e308, -1e308]]}');
    const { status, stderr } = await check(...args);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });
});
