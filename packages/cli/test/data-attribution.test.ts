/** suspects, influence and row-gradients: what they print is what the library says, and what they refuse. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTable } from "@chaingrad/duckdb";
import { TableModel } from "@chaingrad/tables";
import { influence, rowGradients, rowPush, suspectLabels } from "@chaingrad/tables/data-attribution";
import { beforeAll, describe, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const cwd = emptyFolder();
const run = (...args: string[]) => runCli(args, { cwd });
const [CARS, IRIS] = [join(DATA, "cars.csv"), join(DATA, "iris.csv")];
const MODEL = "iris.safetensors";

beforeAll(async () => {
  const training = ["--hidden", "3", "--optimizer", "lbfgs", "--validation", "0", "--test", "0", "--l2", "0.01"];
  const host = ["--threads", "1", "--blas", "none"];
  expect((await run("train", IRIS, "--target", "species", ...training, ...host, "--out", MODEL)).status).toBe(0);
  const two = ["--target", "miles_per_gallon", "--target", "origin", "--epochs", "2", "--hidden", "2"];
  expect((await run("train", CARS, ...two, ...host, "--out", "two.safetensors")).status).toBe(0);
}, 60_000);

/** Kernels that fuse a product and a sum differ from those that do not in the last digits. */
const rounded = (found: unknown): unknown =>
  JSON.parse(JSON.stringify(found), (_, value) =>
    typeof value === "number" ? Math.round(value * 1e6) / 1e6 + 0 : value,
  );
const model = async () => TableModel.load(readFileSync(join(cwd, MODEL)));

describe("suspects", () => {
  const quick = ["--folds", "3", "--repeat", "1", "--seed", "2", "--blas", "none", "--threads", "1"];

  test("as JSON is what the library says, and the file has a rank and a score for each row", async () => {
    const options = ["--top", "7", "--json", "--out", "ranked.csv"];
    const { stdout, status } = await run("suspects", IRIS, "--target", "species", ...quick, ...options);
    expect(status).toBe(0);
    const found = await suspectLabels(await readTable(IRIS), { target: "species", folds: 3, repeat: 1, seed: 2 });
    const told = JSON.parse(stdout);
    expect(told.suspects).toHaveLength(7);
    expect(told.suspects.map(({ row }: { row: number }) => row)).toEqual(
      found.suspects.slice(0, 7).map(({ row }) => row),
    );
    const [head, ...lines] = readFileSync(join(cwd, "ranked.csv"), "utf8").trimEnd().split(/\r?\n/);
    expect(head).toMatch(/,species,suspect rank,suspect score,suspect$/);
    const ranks = lines.map((line) => Number(line.split(",").at(-3)));
    expect([...ranks].sort((a, b) => a - b)).toEqual(lines.map((_, i) => i + 1));
    expect(ranks[told.suspects[0].row - 1]).toBe(1);
  });

  test("as text: a line for each row, the most doubtful first", async () => {
    const { stdout, stderr } = await run("suspects", IRIS, "--target", "species", ...quick, "--top", "4");
    expect(stdout.replaceAll("\n", " ")).toMatch(
      /^species: \d+ rows? of 150 of .*iris\.csv (is|are) suspect, by models/,
    );
    expect(
      stdout.split("\n").filter((line) => /^ +\d+ +\d+ +[\d.]+ +(setosa|versicolor|virginica) /.test(line)),
    ).toHaveLength(4);
    expect(stderr).toContain("fold 3/3");
    const amounts = await run(
      "suspects",
      CARS,
      "--target",
      "miles_per_gallon",
      ...quick,
      "--top",
      "2",
      "--drop",
      "name",
    );
    expect(amounts.stdout.replaceAll("\n", " ")).toContain("the score is in standard deviations of");
  });

  test.each<[string[], string]>([
    [
      ["--target", "species", "--target", "petal_width_cm"],
      "target: expected one column, got 2 (species, petal_width_cm)",
    ],
    [["--target", "specie"], "'specie'"],
    [["--target", "species", "--folds", "200"], "150 rows cannot be 200 folds"],
    [["--target", "species", "--folds", "1"], "--folds"],
  ])("%s is refused", async (options, message) => {
    const { stderr, status } = await run("suspects", IRIS, ...options);
    expect(status).toBe(2);
    expect(stderr.replaceAll("\n", " ")).toContain(message);
  });

  test("a table that has such columns already is refused", async () => {
    writeFileSync(join(cwd, "taken.csv"), readFileSync(IRIS, "utf8").replace("sepal_width_cm", "suspect rank"));
    const { stderr, status } = await run(
      "suspects",
      "taken.csv",
      "--target",
      "species",
      ...quick,
      "--out",
      "b.csv",
      "-q",
    );
    expect([status, stderr]).toEqual([2, expect.stringContaining("already has a column 'suspect rank'")]);
  });
});

describe("influence", () => {
  test("as JSON is what the library says; as text those that add most and those that take away most", async () => {
    const asked = ["influence", MODEL, IRIS, "--row", "71", "--class", "virginica"];
    const { stdout, status } = await run(...asked, "--json");
    expect(status).toBe(0);
    const found = await influence(await model(), await readTable(IRIS), { row: 71, class: "virginica" });
    expect(rounded(JSON.parse(stdout).influences.slice(0, 5))).toEqual(rounded(found.influences.slice(0, 5)));
    const text = (await run(...asked, "--top", "2")).stdout;
    const rows = [...found.influences.slice(0, 2), ...found.influences.slice(-2)].map(({ row }) => row);
    expect([...text.matchAll(/^ *(\d+) +\w+ +[+-]?[\d.]/gm)].map(([, row]) => Number(row))).toEqual(rows);
    expect(text.replaceAll("\n", " ")).toMatch(/27 parameters; damping [\d.e-]+; relative residual of the solve/);
  });

  test("of a row of another table, and of a loss", async () => {
    const lines = readFileSync(IRIS, "utf8").split(/\r?\n/);
    writeFileSync(join(cwd, "one.csv"), `${lines[0]}\n${lines[71]}\n`);
    const json = async (...args: string[]) =>
      JSON.parse((await run("influence", MODEL, IRIS, ...args, "--of", "loss", "--json")).stdout);
    const [here, there] = [await json("--row", "71"), await json("--row", "1", "--in", "one.csv")];
    expect(rounded(there.influences)).toEqual(rounded(here.influences));
  });

  test.each<[string, string[], string]>([
    ["a row that there is not", [MODEL, IRIS, "--row", "151"], "the table has no row 151"],
    ["a class that there is not", [MODEL, IRIS, "--row", "1", "--class", "rose"], "has no class 'rose'"],
    ["a table without the model's columns", [MODEL, CARS, "--row", "1"], "cars.csv: the table has no column"],
    ["several targets", ["two.safetensors", CARS, "--row", "1"], "got 2 (miles_per_gallon, origin)"],
  ])("%s is refused", async (_, args, message) => {
    const { stderr, status } = await run("influence", ...args);
    expect(status).toBe(2);
    expect(stderr.replaceAll("\n", " ")).toContain(message);
  });
});

describe("row-gradients", () => {
  test("as JSON is what the library says, and the file has a norm and a cosine for each row", async () => {
    const { stdout, status } = await run("row-gradients", MODEL, IRIS, "--json", "--out", "gradients.csv");
    expect(status).toBe(0);
    const found = await rowGradients(await model(), await readTable(IRIS));
    const told = JSON.parse(stdout);
    expect(rounded(told.norm)).toEqual(rounded(Array.from(found.norm)));
    expect(told.layers.map(({ layer }: { layer: string }) => layer)).toEqual(["hidden1", "output"]);
    const [head, first] = readFileSync(join(cwd, "gradients.csv"), "utf8").split(/\r?\n/);
    expect(head).toMatch(/,species,loss,gradient norm,gradient cosine$/);
    expect(Number(first.split(",").at(-2))).toBeCloseTo(found.norm[0], 8);
  });

  test("as text, the longest first or those against the others", async () => {
    const found = await rowGradients(await model(), await readTable(IRIS));
    const first = (by: Float64Array, sign: number) =>
      Array.from(by.keys()).sort((a, b) => sign * (by[a] - by[b]))[0] + 1;
    const shown = async (by: string) =>
      Number(
        /^ *(\d+) +(setosa|versicolor|virginica)/m.exec(
          (await run("row-gradients", MODEL, IRIS, "--by", by)).stdout,
        )?.[1],
      );
    expect(await shown("norm")).toBe(first(found.norm, -1));
    expect(await shown("cosine")).toBe(first(found.cosine, 1));
  });

  test("of one row layer by layer, as text, JSON and a page", async () => {
    const found = rowPush(await rowGradients(await model(), await readTable(IRIS)), 71);
    const asked = ["row-gradients", MODEL, IRIS, "--row", "71"];
    const json = await run(...asked, "--json", "--page", "row.html", "--quiet");
    expect([json.status, json.stderr]).toEqual([0, ""]);
    expect(rounded(JSON.parse(json.stdout))).toEqual(rounded(found));
    const page = readFileSync(join(cwd, "row.html"), "utf8");
    expect(page).toContain("<h1>Row 71 of iris.csv: how it pulls at each layer</h1>");
    expect(page).not.toContain(DATA);
    const { stdout } = await run(...asked, "--quiet");
    expect(stdout).toMatch(/^layer +norm +median +cosine +part +share\nhidden1 .*\noutput .*\n$/);
    // Without --row the page is of the row that is shown first.
    const first = await run("row-gradients", MODEL, IRIS, "--top", "1", "--page", "first.html", "--lang", "zh");
    const [, row] = /^ *(\d+) +(?:setosa|versicolor|virginica)/m.exec(first.stdout)!;
    expect(readFileSync(join(cwd, "first.html"), "utf8")).toContain(`<h1>iris.csv 的第 ${row} 行`);
    expect(first.stderr).toBe("page: first.html\n");
  });

  test.each([
    [["--row", "151"], "row must be a row of the table, from 1, whose 'species' is known, got 151"],
    [["--lang", "zh"], "--lang is the language of a page"],
    [["--page", MODEL], MODEL],
  ])("%j is refused", async (args, message) => {
    const { stdout, stderr, status } = await run("row-gradients", MODEL, IRIS, ...args);
    expect([stdout, status]).toEqual(["", 2]);
    expect(stderr.replaceAll("\n", " ")).toContain(message);
  });

  test("a table without the model's columns is refused", async () => {
    const { stderr, status } = await run("row-gradients", MODEL, CARS);
    expect([status, stderr.replaceAll("\n", " ")]).toEqual([2, expect.stringContaining("the table has no column")]);
  });
});
