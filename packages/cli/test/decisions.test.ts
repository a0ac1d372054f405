/** evaluate beyond its first lines, thresholds in evaluate and predict, and calibrate: as their users meet them. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { emptyFolder, runCli } from "./support/run-cli.ts";

const folder = emptyFolder();
const run = (...args: string[]) => runCli(args, { cwd: folder });

/** In [0, 1), with nothing to learn about it. */
const drawn = (i: number, k: number): number => {
  const wild = Math.sin(12.9898 * i + 78.233 * k) * 43_758.5453;
  return wild - Math.floor(wild);
};

/** Two classes that overlap, an amount that can be 0, and three classes. */
const row = (i: number): string => {
  const [a, b, noise] = [50 * drawn(i, 1), 20 * drawn(i, 2), 40 * drawn(i, 3)];
  const of = a + noise > 45 ? "yes" : "no";
  const size = a < 15 ? "small" : a + noise < 55 ? "medium" : "large";
  return [a.toFixed(2), b.toFixed(2), of, Math.max(0, a + b - 12).toFixed(2), size].join(",");
};

const table = (from: number, to: number, target: number): string => {
  const keep = (cells: string[]) => [cells[0], cells[1], cells[target]].join(",");
  const lines = Array.from({ length: to - from }, (_, i) => keep(row(from + i).split(",")));
  return `${keep(["a", "b", "y", "amount", "size"])}\n${lines.join("\n")}\n`;
};

beforeAll(async () => {
  for (const [name, target] of [
    ["two", 2],
    ["amount", 3],
    ["three", 4],
  ] as const) {
    // biome-ignore format: pairs
    writeFileSync(join(folder, `${name}.csv`), table(0, 150, target));
    writeFileSync(join(folder, `${name}-kept.csv`), table(150, 300, target));
    const column = { two: "y", amount: "amount", three: "size" }[name];
    const net = [
      "--hidden",
      "16",
      "--epochs",
      "200",
      "--patience",
      "200",
      "--seed",
      "2",
      "--out",
      `${name}.safetensors`,
    ];
    const { status, stderr } = await run("train", `${name}.csv`, "--target", column, ...net, "--quiet", "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  }
});

const evaluate = async (name: string, ...options: string[]): Promise<string> => {
  const { status, stdout, stderr } = await run("evaluate", `${name}.safetensors`, `${name}-kept.csv`, ...options);
  expect({ status, stderr: stderr.replace(/^(note|no BLAS).*\n/gm, "") }).toEqual({ status: 0, stderr: "" });
  return stdout;
};

describe("evaluate", () => {
  test("adds further scores below the first ones", async () => {
    const shown = await evaluate("two");
    expect(shown.split("\n").slice(2, 6).map((line) => line.split(/ +/)[0])).toEqual(["accuracy", "f1", "auc", "loss"]); // biome-ignore format: one line
    const below = shown.slice(shown.indexOf("further scores"));
    for (const name of ["balanced accuracy", "mcc", "kappa", "average precision", "brier", "calibration error"])
      expect(below).toMatch(new RegExp(`^${name} +\\d`, "m"));
    expect(below).toMatch(/^macro mean +0\.\d+ +0\.\d+ +0\.\d+$/m);
    expect(below).not.toContain("reliability");
    const amounts = await evaluate("amount");
    expect(amounts).toMatch(/^median absolute error +\d/m);
    // A target of 0 has no percentage.
    expect(amounts).toMatch(/^mape +–$/m);
    expect(await evaluate("three")).toMatch(/^against the rest +auc +average precision$/m);
  });

  test("shows how often probabilities come true, in bins", async () => {
    const shown = await evaluate("two", "--reliability", "--bins", "4");
    expect(shown).toContain("reliability: the probability of 'yes', and how often it comes true");
    expect(shown).toMatch(/^0 to 0\.25 +\d+ +0\.\d{3} +0\.\d{3}( +█+)?$/m);
    const told = JSON.parse(await evaluate("three", "--reliability", "--bins", "3", "--binning", "quantile", "--json"));
    const { bins } = told.further.reliability;
    expect(bins).toHaveLength(3);
    expect(bins.map(({ rows }: { rows: number }) => rows)).toEqual([50, 50, 50]);
    expect(told.further.reliability).not.toHaveProperty("of");
    expect(JSON.parse(await evaluate("three", "--json")).further).not.toHaveProperty("reliability");
  });

  test.each([
    ["f1", "chosen for the greatest F1"],
    ["recall=0.95", "chosen for the fewest false alarms at a recall of 0.95 at least"],
    ["cost=FN:5,FP:1", "chosen for the least cost (FN 5, FP 1)"],
  ])("--threshold %s says what it is for, on which rows, and what one half would give", async (goal, words) => {
    const shown = (await evaluate("two", "--threshold", goal)).replace(/\s+/g, " ");
    expect(shown).toContain(words);
    expect(shown).toContain(
      "it was chosen on these rows of two-kept.csv: choose it on rows that were not used in training",
    );
    expect(shown).toMatch(/confusion at 0\.\d+ .*confusion at 0\.5 /);
    const { metrics, confusion, decision } = JSON.parse(await evaluate("two", "--threshold", goal, "--json"));
    expect(decision.half).toMatchObject({ threshold: 0.5, confusion, accuracy: metrics.accuracy });
    if (goal === "f1") expect(decision.decision.f1).toBeGreaterThanOrEqual(decision.half.f1);
    if (goal.startsWith("recall")) expect(decision.decision.recall).toBeGreaterThanOrEqual(0.95);
    if (goal.startsWith("cost")) expect(decision.decision.cost).toBeLessThanOrEqual(decision.half.cost);
  });

  test("a threshold that is given was not chosen, and is of either class", async () => {
    const shown = (await evaluate("two", "--threshold", "0.3", "--positive", "no")).replace(/\s+/g, " ");
    expect(shown).toContain("threshold 0.3 of 'no': a row is 'no' where its probability is above it, else 'yes'");
    expect(shown).not.toContain("chosen");
  });
});

test("predict takes a threshold", async () => {
  const predict = async (...options: string[]) => {
    const { stdout } = await run("predict", "two.safetensors", "two-kept.csv", "--format", "jsonl", ...options);
    return stdout.trim().split("\n").map((line) => JSON.parse(line)); // biome-ignore format: one line
  };
  const said = await predict("--threshold", "0.8");
  for (const { prediction, "probability yes": p } of said) expect(prediction).toBe(p > 0.8 ? "yes" : "no");
  expect(said.some(({ "probability yes": p }) => p > 0.5 && p <= 0.8)).toBe(true);
  expect(await predict("--threshold", "0.5")).toEqual(await predict());
  for (const { prediction, "probability no": p } of await predict("--threshold", "0.8", "--positive", "no"))
    expect(prediction).toBe(p > 0.8 ? "no" : "yes");
});

describe("calibrate", () => {
  test("saves a model whose loss on these rows is less, and whose predictions are the same", async () => {
    const made = ["--out", "calibrated.safetensors", "--json", "--quiet"];
    const { status, stdout, stderr } = await run("calibrate", "two.safetensors", "two-kept.csv", ...made);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { temperature, before, after, gradient, scores, rows, model } = JSON.parse(stdout);
    expect({ rows, model }).toEqual({ rows: 150, model: "calibrated.safetensors" });
    expect(Math.abs(Math.log(temperature))).toBeGreaterThan(0.01);
    expect(after).toBeLessThan(before);
    expect(Math.abs(gradient)).toBeLessThan(1e-9);
    const judged = async (name: string) =>
      JSON.parse((await run("evaluate", name, "two-kept.csv", "--json", "--quiet")).stdout);
    const [old, own] = [await judged("two.safetensors"), await judged("calibrated.safetensors")];
    expect(own.confusion).toEqual(old.confusion);
    expect(own.metrics.loss).toBeCloseTo(scores.after.loss, 5);
    expect(old.metrics.loss).toBeCloseTo(scores.before.loss, 5);
    // A plain model: it is checked and explained as any.
    expect((await run("check", "calibrated.safetensors", "--batch", "two.csv", "--quiet")).status).toBe(0);
    expect((await run("explain", "calibrated.safetensors", "two.csv", "--row", "3", "--quiet")).status).toBe(0);
    const words = await run("calibrate", "two.safetensors", "two-kept.csv", "--out", "again.safetensors");
    expect(words.stdout.replace(/\s+/g, " ")).toContain("use rows that were not used in training");
  });

  test.each([
    ["an amount", ["amount.safetensors", "amount-kept.csv"], "this model's loss is"],
    ["rows of another table", ["two.safetensors", "amount-kept.csv"], "'y'"],
    ["rows that are all right", ["two.safetensors", "right.csv"], "every row is right"],
  ])("refuses %s, and writes nothing", async (_, args, message) => {
    writeFileSync(join(folder, "right.csv"), "a,b,y\n1,1,no\n49,3,yes\n");
    const { status, stdout, stderr } = await run("calibrate", ...args, "--out", "not.safetensors", "--quiet");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, "not.safetensors"))).toBe(false);
  });
});

const [TWO, KEPT] = ["two.safetensors", "two-kept.csv"];

test.each([
  [["evaluate", TWO, KEPT, "--threshold", "f2"], "It must be f1, recall=0.9, costs as in cost=FN:5,FP:1, or a number"],
  [["evaluate", TWO, KEPT, "--threshold", "recall=2"], "A recall must be a number above 0 and at most 1"],
  [["evaluate", TWO, KEPT, "--threshold", "cost=FN:5,FN:1"], "each once with a number"],
  [["evaluate", TWO, KEPT, "--threshold", "cost=FN:0,FP:0"], "being wrong must cost more than being right"],
  [["evaluate", TWO, KEPT, "--threshold", "1.1"], "It must be f1"],
  [["evaluate", TWO, KEPT, "--threshold", "f1", "--positive", "yse"], "did you mean 'yes'?"],
  [["evaluate", TWO, KEPT, "--positive", "yes"], "--positive says which class --threshold is for"],
  [["evaluate", TWO, KEPT, "--bins", "0"], "--bins"],
  [
    ["evaluate", "three.safetensors", "three-kept.csv", "--threshold", "f1"],
    "'size' has 3 (large, medium, small): merge them",
  ],
  [["evaluate", "amount.safetensors", "amount-kept.csv", "--threshold", "0.3"], "'amount' is a regression"],
  [["predict", "three.safetensors", "three-kept.csv", "--threshold", "0.3"], "merge them into two"],
  [["predict", TWO, KEPT, "--threshold", "f1"], "It must be a number from 0 to 1"],
])("%j is refused", async (args, message) => {
  const { status, stdout, stderr } = await run(...args, "--quiet");
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
});

test("a threshold cannot be chosen on rows of one class", async () => {
  writeFileSync(join(folder, "one.csv"), "a,b,y\n1,1,no\n9,3,no\n");
  const { status, stderr } = await run("evaluate", TWO, "one.csv", "--threshold", "f1", "--quiet");
  expect(status).toBe(2);
  expect(stderr).toContain("one.csv: threshold: no row is of the class: choose it on rows of both classes");
  // The scores themselves are shown, and what is not defined is a dash.
  expect((await run("evaluate", TWO, "one.csv", "--quiet")).stdout).toMatch(/^mcc +–$/m);
});
