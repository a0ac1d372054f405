/** The chain from a table's columns to the prediction, as a user meets it; docs/chain.md shows what is printed. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const ROOT = resolve(import.meta.dirname, "../../..");
const cwd = emptyFolder();

beforeAll(async () => {
  mkdirSync(join(cwd, "examples"));
  symlinkSync(DATA, join(cwd, "examples/data"));
  await run("train examples/data/cars.csv --target miles_per_gallon --hidden 4 --blas none --out cars.safetensors");
  await run("train examples/data/iris.csv --target species --hidden 4 --blas none --out iris.safetensors");
}, 120_000);

async function run(command: string): Promise<string> {
  const { status, stdout, stderr } = await runCli(command.split(" "), { cwd });
  if (status !== 0) throw new Error(`${command}: exit status ${status}\n${stderr}`);
  return stdout;
}

async function refused(command: string): Promise<string> {
  const { status, stderr } = await runCli(command.split(" "), { cwd });
  expect(status).toBe(2);
  return stderr;
}

describe.each(["docs/chain.md", "README.md"])("%s", (path) => {
  const text = readFileSync(join(ROOT, path), "utf8");
  const blocks = [...text.matchAll(/^```console\n(.*?)^```$/gms)].flatMap(([, body]) => body.split(/^(?=\$ )/m));
  const shown = blocks.map((block) => block.trimEnd().split("\n")).filter(([first]) => !first.includes(" train "));

  test.each(shown)("$0", async (...lines) => {
    const [first, ...expected] = lines.flat();
    const command = first.replace(/^\$ (?:npx )?chaingrad /, "");
    const printed = (
      await run(command.includes("--width") || !command.startsWith("explain") ? command : `${command} --width 100`)
    ).split("\n");
    let at = 0;
    for (const line of expected.filter((one) => one !== "⋮" && one !== "")) {
      const found = printed.indexOf(line, at);
      expect(found, `'${line}' in its place`).toBeGreaterThanOrEqual(at);
      at = found + 1;
    }
  });
});

describe("explain", () => {
  const cars = "explain cars.safetensors examples/data/cars.csv";

  test("leads every derivative on to the columns, from the loss", async () => {
    const document = JSON.parse(await run(`${cars} --row 17 --json`));
    const columns = document.inputs.filter(({ role }: { role: string }) => role === "column");
    expect(columns.map(({ name }: { name: string }) => name)).toEqual([
      ...["cylinders", "displacement", "horsepower", "weight_lbs", "acceleration", "year"],
    ]);
    expect(columns[3].values).toEqual([3609]);
    const names = document.backward.map(({ name }: { name: string }) => name);
    for (const name of ["∂L/∂x", "∂L/∂x4", "∂x4/∂weight_lbs", "∂L/∂weight_lbs"]) expect(names).toContain(name);
    const target = document.forward.find(({ name }: { name: string }) => name === "target");
    expect(target.rules).toEqual([{ rule: "standardise", op: "miles_per_gallon", count: 1 }]);
  });

  test("says of a missing cell that it counts as the centre", async () => {
    const text = await run(`${cars} --row 39 --of horsepower --view contracted --width 100`);
    expect(text).toContain(
      "column 'horsepower': where it is missing it counts as its centre, and the derivative by it is 0",
    );
    expect(text).toMatch(/∂L\/∂horsepower = .* known₃ ⊙ u₁\/σ₃ .*\n +=\s\[ 0 ]/);
  });

  test("starts from the probability of a class, of a row without a target too", async () => {
    writeFileSync(
      join(cwd, "new.csv"),
      "sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm\n5.2,2.7,3.9,1.4\n",
    );
    const iris = "explain iris.safetensors new.csv --row 1 --of petal_length_cm --view contracted --width 100";
    expect(await run(`${iris} --from prediction`)).toContain("∂p(versicolor)/∂petal_length_cm");
    expect(await run(`${iris} --from virginica --lang zh`)).toContain("∂p(virginica)/∂petal_length_cm");
    expect(await refused(`${iris} --from virginic`)).toContain("Did you mean 'virginica'?");
    expect(await refused(iris)).toContain("no column 'species'");
  });

  test.each([
    ["--of weight_lb", "did you mean 'weight_lbs'? The model reads cylinders, displacement"],
    ["--of origin", "origin is a category, which has no derivative: its features are x[8] to x[10]"],
    ["--of miles_per_gallon", "miles_per_gallon is the target"],
    ["--of W9", "this network has W1, W2"],
    ["--from prediction --view update", "the view update is about the loss"],
    ["--from heaven", "the chain starts from loss, prediction"],
  ])("refuses %s", async (options, message) => {
    expect(await refused(`${cars} --row 17 ${options}`)).toContain(message);
  });

  test("refuses a prediction of several rows, and of a network without a table", async () => {
    expect(await refused(`${cars} --view batch --from prediction`)).toContain("a prediction is one row's");
    expect(await refused("explain --from prediction")).toContain("the network by itself does not say what it predicts");
  });
});

test("check certifies the columns, of the loss and of the prediction", async () => {
  const { tensors } = JSON.parse(await run("check iris.safetensors --batch examples/data/iris.csv --json"));
  const columns = tensors.filter(({ of }: { of?: string }) => of !== undefined);
  expect(columns).toHaveLength(8);
  for (const one of columns) expect(one).toMatchObject({ verdict: "ok", checked: 16, shape: [16] });
  expect(new Set(columns.map(({ of }: { of: string }) => of))).toEqual(new Set(["L", "p"]));
});
