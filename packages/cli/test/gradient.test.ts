/** `gradient` against PyTorch on both engines, and as a command. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FloatType, referenceEngine, type SyncEngine, wasmEngine } from "@chaingrad/core";
import { computeGradients, gradientsJson } from "@chaingrad/core/net";
import { NET_ACTIVATIONS, NET_LOSSES, parseBatch, parseNet } from "@chaingrad/interchange/net-document";
import { beforeAll, describe, expect, test } from "vitest";
import { BATCH, NET } from "../../interchange/test/support/documents.ts";
import { summary } from "../src/commands/gradient.ts";
import { shown } from "../src/output/line.ts";
import { emptyFolder, runCli } from "./support/run-cli.ts";

type Nested = number | readonly Nested[];
type Expected = Readonly<Record<string, Nested>>;
interface Fixture {
  readonly name: string;
  readonly net: Readonly<Record<string, unknown>>;
  readonly batch: Readonly<Record<string, unknown>>;
  readonly expected: { readonly loss: number; readonly outputs: Nested; readonly gradients: Expected };
}

const FIXTURES = new URL("../../core/test/fixtures/gradients.json", import.meta.url);
const fixtures: readonly Fixture[] = JSON.parse(readFileSync(FIXTURES, "utf8"));

const flatten = (values: Nested): number[] => (typeof values === "number" ? [values] : values.flatMap(flatten));
const norm = (values: readonly number[]): number => Math.hypot(...values);

function run(
  { net, batch }: Pick<Fixture, "net" | "batch">,
  engine: SyncEngine,
  dtype: FloatType,
): Fixture["expected"] {
  const parsed = parseNet(net, "net");
  const result = computeGradients(parsed, parsed.weights!, parseBatch(batch, "batch", parsed), engine, dtype);
  return gradientsJson(result) as unknown as Fixture["expected"];
}

/** Loss, outputs and each gradient by name, flat. */
const parts = ({ loss, outputs, gradients }: Fixture["expected"]): Record<string, number[]> =>
  Object.fromEntries(Object.entries({ loss, outputs, ...gradients }).map(([name, value]) => [name, flatten(value)]));

/** The whole gradient as one vector: in f32 a small tensor may be what is left where larger numbers cancel. */
const whole = ({ loss, outputs, gradients }: Fixture["expected"]): Fixture["expected"] => {
  return { loss, outputs, gradients: { all: Object.values(gradients) } };
};

function expectClose(actual: Fixture["expected"], expected: Fixture["expected"], tolerance: number): void {
  const found = parts(actual);
  expect(Object.keys(found)).toEqual(Object.keys(parts(expected)));
  for (const [name, values] of Object.entries(parts(expected))) {
    expect(found[name], name).toHaveLength(values.length);
    const distance = norm(values.map((value, i) => value - found[name][i]));
    expect(distance, name).toBeLessThanOrEqual(tolerance * norm(values));
  }
}

describe("against PyTorch", () => {
  let wasm: SyncEngine;
  beforeAll(async () => {
    wasm = await wasmEngine();
  });

  test("the cases cover every loss", () => {
    expect(fixtures.length).toBeGreaterThan(100);
    expect(new Set(fixtures.map(({ net }) => net.loss))).toEqual(new Set(NET_LOSSES));
  });

  test.each(fixtures)("$name", (fixture) => {
    const { expected } = fixture;
    expectClose(run(fixture, referenceEngine, "f64"), expected, 1e-12);
    expectClose(run(fixture, wasm, "f64"), expected, 1e-12);
    expectClose(whole(run(fixture, wasm, "f32")), whole(expected), 1e-5);
  });
});

describe("the command", () => {
  const folder = emptyFolder();
  const write = (name: string, content: unknown): void => {
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  };
  write("net.json", NET);
  write("batch.json", BATCH);
  const gradient = (args: readonly string[], stdin?: string) =>
    runCli(["gradient", ...args], { cwd: folder, ...(stdin === undefined ? {} : { stdin }) });

  test("prints one JSON document in full precision", async () => {
    const { status, stdout, stderr } = await gradient(["net.json", "batch.json", "--json"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toEqual(run({ net: NET, batch: BATCH }, referenceEngine, "f64"));
    expect(Object.keys(JSON.parse(stdout).gradients)).toEqual(["W1", "W2", "b2", "x"]);
  });

  test("computes on the wasm engine in f32, and writes a file", async () => {
    const wide = JSON.parse((await gradient(["net.json", "batch.json", "--json"])).stdout);
    const args = ["net.json", "batch.json", "--engine", "wasm", "--dtype", "f32", "--out", "out.json", "--quiet"];
    expect(await gradient(args)).toEqual({ status: 0, stdout: "", stderr: "" });
    const narrow = JSON.parse(readFileSync(join(folder, "out.json"), "utf8"));
    expect(narrow.loss).toBe(Math.fround(narrow.loss));
    expect(narrow.loss).not.toBe(wide.loss);
    expect(narrow.loss).toBeCloseTo(wide.loss, 5);
  });

  test("reads the network from standard input", async () => {
    const { status, stdout } = await gradient(["-", "batch.json", "--json"], JSON.stringify(NET));
    expect(status).toBe(0);
    expect(JSON.parse(stdout).loss).toBeGreaterThan(0);
  });

  test("writes null for what overflows, and says so", async () => {
    const layers = [{ units: 1, activation: "exp" }];
    write("hot.json", { inputs: 1, layers, loss: "mean-squared-error", weights: { W1: [[1000]], b1: [0] } });
    write("one.json", { x: [[1]], y: [0] });
    const { status, stdout, stderr } = await gradient(["hot.json", "one.json", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).loss).toBe(null);
    expect(stderr).toContain("overflowed");
  });

  test.each<[string, readonly string[], ...string[]]>([
    ["no such file", ["nope.json", "batch.json"], "'nope.json'", "no such file"],
    ["a folder", [".", "batch.json"], "'.'", "it is a folder"],
    ["an empty file", ["empty.json", "batch.json"], "'empty.json' is empty"],
    ["a network without weights", ["bare.json", "batch.json"], "'bare.json'", "weights are missing"],
    ["f32 on the reference engine", ["net.json", "batch.json", "--dtype", "f32"], "f64 only", "--engine wasm"],
    ["an unknown engine", ["net.json", "batch.json", "--engine", "gpu"], "'gpu'", "reference, wasm"],
    ["two files from one standard input", ["-", "-"], "only one"],
    [
      "a place that is not there",
      ["net.json", "batch.json", "--out", "no/out.json"],
      "'no/out.json'",
      "does not exist",
    ],
  ])("refuses %s with status 2", async (_, args, ...mentions) => {
    write("empty.json", "");
    write("bare.json", { ...NET, weights: undefined });
    const { status, stdout, stderr } = await gradient(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    for (const mention of ["chaingrad: ", ...mentions]) expect(stderr).toContain(mention);
    expect(stderr).not.toContain("    at ");
    expect(existsSync(join(folder, "no"))).toBe(false);
  });

  test("lists every activation and loss in its help", async () => {
    const { status, stdout } = await gradient(["--help"]);
    expect(status).toBe(0);
    for (const name of [...NET_ACTIVATIONS, ...NET_LOSSES]) expect(stdout).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

test("the summary fits its width", () => {
  const parsed = parseNet(NET, "net");
  const result = computeGradients(parsed, parsed.weights!, parseBatch(BATCH, "batch", parsed), referenceEngine, "f64");
  for (const width of [40, 80]) {
    for (const line of summary(result, width).map(shown)) expect(line.length).toBeLessThanOrEqual(width);
  }
  expect(summary(result, 80).map(shown).join("\n")).toMatchInlineSnapshot(`
    "loss  1.01226679054

    gradient  shape   norm     largest entry
    ∂L/∂W1    [5, 3]  5.9107   2.6216 at W1[3][2]
    ∂L/∂W2    [2, 5]  0.47479  0.24188 at W2[0][4]
    ∂L/∂b2    [2]     0.9003   0.63661 at b2[0]
    ∂L/∂x     [1, 3]  0.3436   0.25795 at x[0][0]"
  `);
});
