/** importance, dependence and attribute: what they print is what the library says, and what they refuse. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readTable } from "@chaingrad/duckdb";
import { TableModel } from "@chaingrad/tables";
import { integratedGradients, permutationImportance } from "@chaingrad/tables/understanding";
import { beforeAll, describe, expect, test } from "vitest";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const cwd = emptyFolder();
const run = (...args: string[]) => runCli(args, { cwd });
const CARS = join(DATA, "cars.csv");
const MODEL = "cars.safetensors";

beforeAll(async () => {
  const options = ["--hidden", "8", "--epochs", "20", "--threads", "1", "--blas", "none"];
  const target = ["--target", "miles_per_gallon"];
  expect((await run("train", CARS, ...target, ...options, "--out", MODEL)).status).toBe(0);
  expect(
    (await run("train", CARS, ...target, "--target", "origin", ...options, "--out", "two.safetensors")).status,
  ).toBe(0);
}, 60_000);

/** Kernels that fuse a product and a sum differ from those that do not in the last digits. */
const rounded = (found: unknown): unknown =>
  JSON.parse(JSON.stringify(found), (_, value) =>
    typeof value === "number" ? Math.round(value * 1e8) / 1e8 + 0 : value,
  );

const model = async () => TableModel.load(readFileSync(join(cwd, MODEL)));

describe("importance", () => {
  test("as JSON is what the library says, with the same seed", async () => {
    const { stdout, status } = await run("importance", MODEL, CARS, "--repeats", "3", "--seed", "8", "--json");
    expect(status).toBe(0);
    const table = await readTable(CARS);
    const found = await permutationImportance(await model(), table, { repeats: 3, seed: 8 });
    expect(rounded(JSON.parse(stdout))).toEqual(rounded(found));
    expect((await run("importance", MODEL, CARS, "--repeats", "3", "--seed", "8", "--json")).stdout).toBe(stdout);
  });

  test("as text: a line for each column, the largest first with the longest bar; what is not read is said", async () => {
    const { stdout, stderr } = await run("importance", MODEL, CARS, "--score", "rmse");
    const lines = stdout.split("\n").filter((line) => line.includes("█"));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines[0].length).toBe(Math.max(...lines.map((line) => line.length)));
    expect(stdout.replaceAll("\n", " ")).toMatch(
      /miles_per_gallon: what rmse, [\d.]+ on 398 rows of .*cars\.csv, loses where/,
    );
    expect(stderr).toBe("not read by the model, so that no prediction depends on it: name\n");
  });
});

describe("dependence", () => {
  test("as text, CSV and JSON holds the same numbers", async () => {
    const asked = ["dependence", MODEL, CARS, "--of", "weight_lbs", "--resolution", "5", "--curves", "--rows", "7"];
    const [text, csv, json] = await Promise.all([
      run(...asked),
      run(...asked, "--format", "csv"),
      run(...asked, "--json"),
    ]);
    const found = JSON.parse(json.stdout);
    expect(found.mean).toHaveLength(5);
    expect(found.curves.map((curve: number[]) => curve.length)).toEqual(new Array(7).fill(5));
    const [head, first] = csv.stdout.split("\n");
    expect(head).toBe(`weight_lbs,miles_per_gallon,${found.rows.map((row: number) => `row ${row}`).join(",")}`);
    expect(first.split(",").map(Number)).toEqual([
      ...[found.axes[0].values[0], found.mean[0]],
      ...found.curves.map(([value]: number[]) => value),
    ]);
    expect(text.stdout).toMatch(/^weight_lbs +miles_per_gallon +least +median +largest$/m);
    expect(text.stdout.split("\n").filter((line) => /^ *\d/.test(line))).toHaveLength(5);
  });

  test("on two columns, on given values, and local effects", async () => {
    const two = await run("dependence", MODEL, CARS, "--of", "origin", "--of", "cylinders", "--json");
    expect(JSON.parse(two.stdout).mean).toHaveLength(3 * 5);
    const given = await run("dependence", MODEL, CARS, "--of", "origin", "--grid", "USA,Japan", "--quiet");
    expect(given.stdout).toMatch(/^origin +miles_per_gallon\nUSA +[\d.]+\nJapan +[\d.]+\n$/);
    const local = await run(
      "dependence",
      MODEL,
      CARS,
      "--of",
      "weight_lbs",
      "--method",
      "local-effects",
      "--format",
      "csv",
    );
    expect(local.stdout).toMatch(/^weight_lbs,miles_per_gallon,rows\n1613,-?[\d.]+,\n/);
  });
});

describe("attribute", () => {
  test("the path from the medians and between rows; each with the command that derives the gradient, which works", async () => {
    const { stdout, stderr } = await run("attribute", MODEL, CARS, "--row", "17", "--against", "5");
    expect(stdout.replaceAll("\n", " ")).toMatch(
      /it prefers row (17|5); what each column adds on the way from row 5 to row 17/,
    );
    const [command] = /(?<=row 17: chaingrad ).*$/m.exec(stderr) ?? [""];
    expect(command).toContain(`explain ${MODEL} ${CARS} --row 17 --from prediction --of `);
    const derivation = await run(...command.split(" "), "--no-pager");
    expect(derivation.status).toBe(0);
    expect(stderr).toContain("at row 5: chaingrad explain");
    const found = JSON.parse((await run("attribute", MODEL, CARS, "--row", "17", "--json")).stdout);
    expect(rounded(found)).toEqual(rounded(await integratedGradients(await model(), await readTable(CARS), 17)));
  });

  test("Shapley values and gradients", async () => {
    const shapley = [
      "attribute",
      MODEL,
      CARS,
      "--row",
      "3",
      "--method",
      "shapley",
      "--samples",
      "100",
      "--background",
      "10",
    ];
    const [text, json] = await Promise.all([run(...shapley), run(...shapley, "--json")]);
    const { prediction, average, contributions, samples } = JSON.parse(json.stdout);
    expect(samples).toBe(100);
    const total = contributions.reduce((sum: number, one: { contribution: number }) => sum + one.contribution, 0);
    expect(total).toBeCloseTo(prediction - average, 9);
    expect(text.stdout).toMatch(/^column +row 3 +adds +±$/m);
    const gradient = await run("attribute", MODEL, CARS, "--row", "3", "--method", "gradient");
    expect(gradient.stdout).toMatch(/^origin +USA +– +– +a category: it has no derivative$/m);
  });

  test("of several targets the one that is named", async () => {
    const asked = ["attribute", "two.safetensors", CARS, "--row", "3"];
    const { stdout, stderr } = await run(...asked, "--target", "origin", "--class", "Japan");
    expect(stdout).toContain("p(origin=Japan) of row 3");
    expect(stderr).toContain("--from origin=Japan");
    const unnamed = await run(...asked);
    expect(unnamed).toMatchObject({ status: 2, stdout: "" });
    expect(unnamed.stderr).toContain("--target: the model predicts miles_per_gallon, origin: say which");
  });
});

describe("refused with status 2, and nothing on standard output", () => {
  beforeAll(() => {
    writeFileSync(join(cwd, "bare.csv"), "weight_lbs,origin\n3000,USA\n2000,Japan\n");
    const [head, ...rows] = readFileSync(CARS, "utf8").trimEnd().split(/\r?\n/);
    const place = head.split(",").indexOf("miles_per_gallon");
    const without = rows.map((row) =>
      row
        .split(",")
        .map((cell, i) => (i === place ? "" : cell))
        .join(","),
    );
    writeFileSync(join(cwd, "targetless.csv"), `${[head, ...without].join("\n")}\n`);
  });

  test.each<[string, string[], string]>([
    [
      "a column that there is not",
      ["dependence", MODEL, CARS, "--of", "weight_lb"],
      "there is no column 'weight_lb'\nDid you mean 'weight_lbs'?",
    ],
    [
      "a column that is not read",
      ["dependence", MODEL, CARS, "--of", "name"],
      "the model does not read the column 'name'",
    ],
    [
      "a class of an amount",
      ["attribute", MODEL, CARS, "--row", "1", "--class", "USA"],
      "--class: 'miles_per_gallon' is an amount",
    ],
    [
      "a class that there is not",
      ["attribute", "two.safetensors", CARS, "--row", "1", "--target", "origin", "--class", "japan"],
      "--class: 'origin' has no class 'japan'\nDid you mean 'Japan'?",
    ],
    ["a row that there is not", ["attribute", MODEL, CARS, "--row", "407"], "cars.csv: row: the table has no row 407"],
    [
      "another that there is not",
      ["attribute", MODEL, CARS, "--row", "1", "--against", "999"],
      "row: the table has no row 999",
    ],
    ["no row at all", ["attribute", MODEL, CARS], "required option '--row <N>' not specified"],
    ["no repeats", ["importance", MODEL, CARS, "--repeats", "0"], "It must be a whole number ≥ 1."],
    [
      "half a sample",
      ["attribute", MODEL, CARS, "--row", "1", "--method", "shapley", "--samples", "1.5"],
      "It must be a whole number ≥ 1.",
    ],
    [
      "samples of gradients",
      ["attribute", MODEL, CARS, "--row", "1", "--samples", "9"],
      "--samples is none of integrated-gradients",
    ],
    [
      "a score that is none",
      ["importance", MODEL, CARS, "--score", "accuracy"],
      "--score: 'accuracy' is none of regression",
    ],
    [
      "no row with a target",
      ["importance", MODEL, "targetless.csv"],
      "targetless.csv: no row has a value in 'miles_per_gallon'",
    ],
    ["a table without its columns", ["importance", MODEL, "bare.csv"], "bare.csv: the table has no column"],
    [
      "curves of local effects",
      ["dependence", MODEL, CARS, "--of", "year", "--method", "local-effects", "--curves"],
      "--curves is none of local-effects",
    ],
    [
      "a grid of what is no number",
      ["dependence", MODEL, CARS, "--of", "year", "--grid", "1970,old"],
      "--grid: 'year' holds",
    ],
  ])("%s", async (_, args, message) => {
    const { status, stdout, stderr } = await run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
  });
});

describe("--derive", () => {
  test.each([
    ["importance", ["--repeats", "3"], "weight_lbs", "IMPORTANCE of weight_lbs"],
    ["dependence", ["--of", "weight_lbs"], "3000", "PARTIAL DEPENDENCE of miles_per_gallon at weight_lbs = 3000"],
    ["dependence", ["--of", "year", "--method", "local-effects", "--resolution", "4"], "1973-01-01", "LOCAL EFFECTS"],
    ["attribute", ["--row", "17"], "weight_lbs", "INTEGRATED GRADIENTS: what weight_lbs adds"],
    ["attribute", ["--row", "17", "--against", "5"], "origin", "INTEGRATED GRADIENTS: what origin adds"],
    ["attribute", ["--row", "17", "--method", "shapley"], "year", "SHAPLEY VALUE of year"],
  ] as const)("%s %j of %s in every form", async (command, args, what, heading) => {
    const own = [...args];
    let value: string = what;
    if (args.includes("local-effects" as never)) {
      // An edge as it is printed.
      const [, , edge] = (await run(command, MODEL, CARS, ...own, "--quiet")).stdout.split("\n");
      [value] = edge.trim().split(/\s{2,}/);
    }
    const asked = [command, MODEL, CARS, ...own, "--derive", value];
    const text = await run(...asked);
    expect(text.stderr).toBe("");
    expect(text.stdout.replaceAll("\n", " ")).toContain(heading);
    expect(text.stdout).toContain(`${MODEL}, ${CARS}`.slice(0, 20));
    const [json, latex, markdown, html] = await Promise.all([
      run(...asked, "--json"),
      run(...asked, "--format", "latex", "--digits", "12"),
      run(...asked, "--format", "markdown", "--lang", "zh"),
      run(...asked, "--format", "html"),
    ]);
    expect(JSON.parse(json.stdout).derivation[0].text).toContain(heading);
    expect(latex.stdout).toMatch(/^\\documentclass[\s\S]*\\end\{document\}\n$/);
    expect(markdown.stdout).toMatch(/[\u4e00-\u9fff]/);
    expect(html.stdout).toMatch(/^<!doctype html>[\s\S]*<math>/);
    // What is passed on says nothing of folders.
    for (const { stdout } of [latex, markdown, html]) expect(stdout).not.toContain(DATA);
  });

  test("the value that is derived is the one that is printed", async () => {
    const own = ["--of", "weight_lbs"];
    const point = JSON.parse((await run("dependence", MODEL, CARS, ...own, "--grid", "3000", "--json")).stdout);
    const derived = JSON.parse((await run("dependence", MODEL, CARS, ...own, "--derive", "3000", "--json")).stdout);
    const last = derived.derivation.at(-1);
    expect([last.symbol, last.values[0].toFixed(9)]).toEqual(["f", point.mean[0].toFixed(9)]);
    const listed = derived.derivation.find(({ kind }: { kind: string }) => kind === "table").rows;
    expect(listed).toHaveLength(point.rows.length + 1);
  });

  test.each([
    [["importance", "--derive", "weight"], "there is no number of a column 'weight'"],
    [["importance", "--format", "latex"], "--format latex is of a derivation"],
    [["importance", "--lang", "zh"], "--lang is of a derivation"],
    [["importance", "--digits", "7"], "--digits is of a derivation"],
    [["dependence", "--of", "year", "--derive", "70", "--derive", "71"], "--derive names 2 values, --of 1"],
    [["dependence", "--of", "year", "--derive", "70", "--format", "csv"], "a derivation is no CSV"],
    [["dependence", "--of", "year", "--derive", "70", "--grid", "71"], "--grid is none of a derivation"],
    [["dependence", "--of", "weight_lbs", "--method", "local-effects", "--derive", "1"], "no bin ends at 1"],
    [["attribute", "--row", "3", "--method", "gradient", "--derive", "year"], "--derive is none of gradient"],
  ])("%j is refused", async ([command, ...args], message) => {
    const { stdout, stderr, status } = await run(command, MODEL, CARS, ...args);
    expect([stdout, status]).toEqual(["", 2]);
    expect(stderr).toContain(message);
  });
});
