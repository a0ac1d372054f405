/** `explain` shows what runs: its numbers are those of the gradient program, its lines fit the terminal. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { referenceEngine } from "@chaingrad/core";
import { explainNet, overview, terminalLines } from "@chaingrad/core/explain";
import { computeGradients, exampleBatch, exampleNetwork } from "@chaingrad/core/net";
import { beforeAll, describe, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const net = exampleNetwork;
const { tensors } = net;

describe("the example", () => {
  const of = explainNet(net, tensors, exampleBatch);
  const { derivation, numbers } = of;

  test("is computed by hand", () => {
    const { W1, b1, W2, b2, W3, b3 } = tensors;
    const layer = (W: Float64Array, b: Float64Array, h: readonly number[]): number[] =>
      Array.from(b, (bias, i) => Math.tanh(h.reduce((z, value, j) => z + W[i * h.length + j] * value, bias)));
    const h1 = layer(W1, b1, [1, 0.5]);
    const h2 = layer(W2, b2, h1);
    const [y] = layer(W3, b3, h2);
    const delta3 = 2 * (y - 0.2) * (1 - y * y);
    const delta2 = h2.map((h, i) => delta3 * W3[i] * (1 - h * h));
    expect(Array.from(numbers.h1)).toEqual(h1.map((value) => expect.closeTo(value, 15)));
    expect(numbers.L[0]).toBeCloseTo((y - 0.2) ** 2, 15);
    expect(numbers["∂L/∂z3"][0]).toBeCloseTo(delta3, 15);
    expect(numbers["∂L/∂W3"][1]).toBeCloseTo(delta3 * h2[1], 15);
    expect(numbers["∂L/∂W2"][3]).toBeCloseTo(delta2[1] * h1[0], 15);
  });

  test("has the gradients that `gradient` computes", () => {
    const { gradients } = computeGradients(net, tensors, exampleBatch, referenceEngine, "f64");
    for (const [name, { values }] of Object.entries(gradients)) {
      expect(Array.from(numbers[`∂L/∂${name}`]), name).toEqual(
        Array.from(values, (value) => expect.closeTo(value, 14)),
      );
    }
  });

  test("goes back from the output layer to the first", () => {
    const order = derivation.backward.map(({ name }) => name);
    const wanted = ["∂L/∂y", "∂y/∂z3", "∂L/∂W3", "∂L/∂b3", "∂L/∂W2", "∂L/∂b2", "∂L/∂W1", "∂L/∂b1"];
    expect(order.filter((name) => wanted.includes(name))).toEqual(wanted);
  });

  test.each([40, 80, 160])("fits %d columns", (width) => {
    for (const line of terminalLines(overview(of), { width })) expect(line.length).toBeLessThanOrEqual(width);
  });
});

describe("the command", () => {
  const folder = emptyFolder();
  const explain = (...args: string[]) => runCli(["explain", ...args], { cwd: folder });
  const write = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  const layers = [
    { units: 2, activation: "relu" },
    { units: 1, activation: "identity" },
  ];
  write("net.json", JSON.stringify({ inputs: 2, layers, loss: "huber" }));
  write("batch.json", '{"x": [[1, 2], [3, 4], [-5, 6]], "y": [1, 2, 3]}');

  beforeAll(async () => {
    const columns = ["--target", "miles_per_gallon", "--epochs", "3", "--out", "cars.safetensors"];
    await runCli(["train", join(DATA, "cars.csv"), ...columns], { cwd: folder });
  });

  test("without arguments explains a network with two hidden layers", async () => {
    const { status, stdout, stderr } = await explain();
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatchSnapshot();
    const derivative = stdout.split("\n").find((line) => line.startsWith("∂L/∂W₃"));
    expect(derivative).toContain("(∂L/∂y)(∂y/∂z₃)(∂z₃/∂W₃)");
  });

  test("takes width and digits", async () => {
    const { stdout } = await explain("--width", "50", "--digits", "9", "--quiet");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(stdout).toContain("0.462117157");
  });

  test("gives the derivation as one JSON document", async () => {
    const { status, stdout, stderr } = await explain("net.json", "batch.json", "--row", "3", "--json");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const { inputs, forward, backward } = JSON.parse(stdout);
    expect(inputs[0]).toMatchObject({ name: "x", shape: [1, 2], values: [-5, 6] });
    expect(forward.at(-1).name).toBe("L");
    expect(backward.at(-1).name).toBe("∂L/∂x");
  });

  test("shows all rows of a batch, or a random one", async () => {
    expect((await explain("net.json", "batch.json")).stdout).toContain("3 rows of 'batch.json'");
    expect((await explain("net.json", "--batch", "batch.json", "--row", "2")).stdout).toContain("x = [ 3  4 ]");
    expect((await explain("net.json")).stdout).toContain("a random row");
  });

  test.each(["forward", "jacobian", "contracted", "index", "paths", "batch", "update", "closed"])(
    "shows the view %s",
    async (view) => {
      const { status, stdout, stderr } = await explain("--of", "W2[1,3]", "--view", view, "--quiet");
      const updated = view === "update" ? await explain("--of", "W2", "--view", view, "--quiet") : undefined;
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect((updated?.stdout ?? stdout).replace(/^SYMBOLS.*?\n\n/s, "")).toMatchSnapshot();
    },
  );

  test("takes the loss of a classifier apart: the fused gradient is the product of the parts", async () => {
    write(
      "three.json",
      JSON.stringify({ inputs: 2, layers: [{ units: 3, activation: "identity" }], loss: "softmax-cross-entropy" }),
    );
    write("one.json", '{"x": [[1, 2]], "y": [1]}');
    const { stdout } = await explain("three.json", "one.json", "--view", "fusion", "--json");
    const equations = JSON.parse(stdout).view.filter(({ kind }: { kind: string }) => kind === "equation");
    const [product, fused] = equations.slice(-2);
    expect(equations.find(({ symbol }: { symbol: string }) => symbol === "∂p/∂y").sides).toEqual(["diag(p) − p pᵀ"]);
    expect(product.values).toEqual(fused.values.map((value: number) => expect.closeTo(value, 14)));
    const all = await explain("three.json", "--view", "all");
    expect(all.stdout).toContain("THE LOSS, TAKEN APART");
    expect((await explain("--view", "all")).stdout).toContain("is not one of a prediction");
  });

  test.each(["adam", "newton", "levenberg-marquardt", "lbfgs"])("shows a step of %s", async (optimizer) => {
    const { stdout } = await explain("--view", "update", "--optimizer", optimizer, "--quiet");
    expect(stdout.slice(stdout.indexOf("UPDATE"))).toMatchSnapshot();
  });

  test("shows what every row of a table contributes", async () => {
    const args = ["cars.safetensors", join(DATA, "cars.csv"), "--view", "batch"];
    const { stdout } = await explain(...args, "--of", "W3[1,2]", "--json");
    // The first one says what the columns are called.
    const table = JSON.parse(stdout).view.findLast(({ kind }: { kind: string }) => kind === "table");
    const shown = table.rows.slice(0, 10);
    for (const [, , factor, slope, product] of shown) expect(factor * slope).toBeCloseTo(product, 15);
    expect(shown[0][2]).toBeCloseTo(1 / 398, 15);
    const total = table.rows.slice(0, -1).reduce((sum: number, row: number[]) => sum + row[4], 0);
    expect(total).toBeCloseTo(table.rows.at(-1)[4], 12);
  });

  test("a row has the number that it was asked for by, in a batch and in a table", async () => {
    type Printed = { readonly kind: string; readonly rows?: (readonly unknown[])[] };
    const numbers = async (...args: string[]): Promise<unknown[]> => {
      const { stdout } = await explain(...args, "--json");
      const view: Printed[] = JSON.parse(stdout).view;
      const rows = view.findLast(({ rows }) => rows !== undefined)?.rows ?? [];
      return rows.map(([row]) => row).filter((row) => typeof row === "number");
    };
    for (const row of ["1", "2", "3"]) {
      expect(await numbers("net.json", "batch.json", "--row", row, "--view", "batch")).toEqual([Number(row)]);
    }
    expect(await numbers("net.json", "batch.json", "--view", "batch")).toHaveLength(3);
    const cars = join(DATA, "cars.csv");
    expect(await numbers("cars.safetensors", cars, "--row", "17", "--view", "batch")).toEqual([17]);
    const { stdout } = await explain("net.json", "batch.json", "--row", "3", "--view", "all");
    expect(stdout).toContain("row 3 of 'batch.json'");
    expect(stdout).toMatch(/row .*ℓ.*\n +3 /);
  });

  test("speaks Chinese", async () => {
    const { stdout } = await explain("--lang", "zh", "--of", "W2[1,3]", "--view", "jacobian", "--quiet");
    expect(stdout).toMatchSnapshot();
  });

  test("explains a model on a row of a table", async () => {
    const lines = readFileSync(join(DATA, "cars.csv"), "utf8").split("\n");
    write("two.csv", [lines[0], lines[5], lines[9]].join("\n"));
    const x = async (...args: string[]) => {
      const { forward } = JSON.parse((await explain("cars.safetensors", ...args, "--json")).stdout);
      return forward.find(({ name }: { name: string }) => name === "x");
    };
    const fifth = await x(join(DATA, "cars.csv"), "--row", "5");
    expect(fifth.shape[0]).toBe(1);
    expect(await x("two.csv")).toEqual(fifth);
    expect(await x("two.csv", "--row", "2")).not.toEqual(fifth);
    expect((await explain("cars.safetensors", "two.csv")).stdout).toContain("horsepower");
  });

  test.each<[string, readonly string[], ...string[]]>([
    ["a row without rows", ["net.json", "--row", "1"], "--row needs rows"],
    ["rows without a network", ["--batch", "batch.json"], "rows need a network"],
    ["row 0", ["net.json", "batch.json", "--row", "0"], "'0'", "≥ 1"],
    ["a row beyond the batch", ["net.json", "batch.json", "--row", "4"], "'batch.json' has no row 4", "from 1 to 3"],
    ["a row beyond the table", ["cars.safetensors", "two.csv", "--row", "3"], "'two.csv' has no row 3", "from 1 to 2"],
    ["a table without the target", ["cars.safetensors", "bare.csv"], "bare.csv", "'miles_per_gallon'"],
    ["no such network", ["nope.json"], "'nope.json'", "no such file"],
    ["a target that there is not", ["--of", "W4"], "W4: this network has W1 to W3"],
    ["a place that there is not", ["--of", "W2[3,1]"], "W2 is [2, 3]", "W2[2,3]"],
    ["a view that there is not", ["--view", "cube"], "Allowed choices"],
    ["an optimizer that there is not", ["--view", "update", "--optimizer", "magic"], "'magic'", "adam", "newton"],
    ["the step of what is no parameter", ["--view", "update", "--of", "h1"], "h1 is no parameter"],
    ["a format that there is not", ["--format", "pdf"], "Allowed choices"],
    ["too many digits", ["--digits", "18"], "from 1 to 17"],
    ["too narrow a width", ["--width", "5"], "from 24 to 1000"],
  ])("refuses %s with status 2", async (_, args, ...mentions) => {
    write("bare.csv", "weight\n3000\n");
    const { status, stdout, stderr } = await explain(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    for (const mention of ["chaingrad: ", ...mentions]) expect(stderr).toContain(mention);
  });
});
