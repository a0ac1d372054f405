/** `emit` as a command: what it prints and writes, what it says of a model, and what it refuses. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exampleNetwork } from "@chaingrad/core/net";
import { emit } from "@chaingrad/interchange/emit";
import { beforeAll, describe, expect, test } from "vitest";
import { NET } from "../../interchange/test/support/documents.ts";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const folder = emptyFolder();
const run = (...args: string[]) => runCli(["emit", ...args], { cwd: folder });

beforeAll(() => {
  writeFileSync(join(folder, "net.json"), JSON.stringify(NET));
});

test("without a network prints the example in TypeScript, with gradients", async () => {
  expect(await run()).toEqual({ status: 0, stdout: emit(exampleNetwork, "typescript", "gradients"), stderr: "" });
});

test("writes a file, and says so", async () => {
  const { status, stdout, stderr } = await run("net.json", "--lang", "c", "--with", "forward", "--out", "net.c");
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  expect(stderr).toMatch(/^\d+ lines of c in 'net.c'\n$/);
  const source = readFileSync(join(folder, "net.c"), "utf8");
  expect(source).toContain("void forward(");
  expect(source).not.toContain("gradients(");
});

test("prints one JSON document", async () => {
  const { stdout } = await run("net.json", "--lang", "python", "--with", "training-step", "--json");
  const { source, ...rest } = JSON.parse(stdout);
  expect(rest).toEqual({ language: "python", with: "training-step" });
  expect(source).toContain("def training_step(parameters, x, target, rate):");
});

test("reads a network from standard input", async () => {
  const { status, stdout } = await runCli(["emit", "-"], { cwd: folder, stdin: JSON.stringify(NET) });
  expect(status).toBe(0);
  expect(stdout).toContain("export function gradients(");
});

describe("of a model", () => {
  const head = async (data: string, target: string): Promise<string> => {
    const trained = await runCli(["train", join(DATA, data), "--target", target, "--epochs", "2", "--quiet"], {
      cwd: folder,
    });
    expect(trained.status, trained.stderr).toBe(0);
    const { stdout } = await run(`${data.replace(/\..*/, "")}.safetensors`, "--lang", "python");
    return stdout.slice(0, stdout.indexOf("import")).replaceAll(/\n# ?/g, " ");
  };

  test("says what its columns and classes are", async () => {
    const words = await head("iris.csv", "species");
    expect(words).toMatch(
      /The columns of x, where f\(z\) is .*: {2,}0: f\(\("sepal_length_cm" - 5\.\d+\) \/ 1\.\d+\) {2,}1: f\(\("sepal_width_cm"/,
    );
    expect(words).toMatch(/The target is a label of "species": 0 is "setosa", 1 is "versicolor", 2 is "virginica"/);
    expect(words).toContain("The weights, at the end, are those of the trained model.");
  });

  test("says how its target is scaled", async () => {
    const words = await head("cars.csv", "miles_per_gallon");
    expect(words).toMatch(/1 where "origin" is "USA", else 0/);
    expect(words).toMatch(/The target is \("miles_per_gallon" - \d+\.\d+\) \/ \d+\.\d+; so a prediction stands for/);
  });
});

test.each<[string, readonly string[], ...string[]]>([
  ["no such file", ["nope.json"], "'nope.json'", "no such file"],
  ["an unknown language", ["--lang", "cobol"], "'cobol'", "typescript, python, c"],
  ["an unknown part", ["--with", "everything"], "'everything'", "forward, gradients, training-step"],
  ["a place that is not there", ["--out", "no/net.ts"], "'no/net.ts'", "does not exist"],
  ["the network's own file", ["net.json", "--out", "net.json"], "'net.json'", "would destroy"],
])("refuses %s with status 2", async (_, args, ...mentions) => {
  const { status, stdout, stderr } = await run(...args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  for (const mention of ["chaingrad: ", ...mentions]) expect(stderr).toContain(mention);
  expect(stderr).not.toContain("    at ");
  expect(existsSync(join(folder, "no"))).toBe(false);
});
