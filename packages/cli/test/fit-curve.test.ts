/** fit-curve: NIST's certified regressions from both of their starts, what it prints, and what it refuses. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { wasmEngine } from "@chaingrad/core";
import { type LeastSquaresMinimum, leastSquares } from "@chaingrad/core/curvature";
import { describe, expect, test } from "vitest";
import { curveModel } from "../src/curve/model.ts";
import { DATA, emptyFolder, runCli } from "./support/run-cli.ts";

const CARS = join(DATA, "cars.csv");

interface Certified {
  readonly name: string;
  readonly formula: string;
  readonly target: string;
  readonly columns: Readonly<Record<string, number[]>>;
  readonly starts: readonly Readonly<Record<string, number>>[];
  readonly certified: Readonly<Record<string, { readonly value: number; readonly stderr: number }>>;
  readonly residualSumOfSquares: number;
  readonly residualStandardDeviation: number;
  readonly degreesOfFreedom: number;
}

const problems: readonly Certified[] = JSON.parse(
  readFileSync(join(import.meta.dirname, "fixtures/strd.json"), "utf8"),
);
const engine = await wasmEngine({ threads: 1 });

/** −log₁₀ of the relative error, from 0 to the 11 digits that are certified. */
const digits = (found: number, certified: number): number =>
  found === certified ? 11 : Math.min(11, Math.max(0, -Math.log10(Math.abs((found - certified) / certified)) || 0));

async function solve({ columns, formula, target }: Certified, start: Readonly<Record<string, number>>) {
  const rows = Object.values(columns)[0].length;
  const table = {
    path: "strd",
    rows,
    columns: Object.entries(columns).map(([name, values]) => ({
      name,
      type: "number" as const,
      values: Float64Array.from(values),
    })),
  };
  const { residuals, data } = curveModel(table, formula, target, start);
  let minimum: LeastSquaresMinimum | undefined;
  for await (const event of leastSquares(residuals, start, { engine, data }))
    if (event.type === "end") minimum = event.minimum;
  return minimum as LeastSquaresMinimum;
}

const cases = problems.flatMap((problem) =>
  problem.starts.map((start, i) => [`${problem.name}, start ${i + 1}`, problem, start] as const),
);

describe("NIST's statistical reference datasets, nonlinear regression", () => {
  const reached: number[] = [];

  test.each(cases)("%s", async (_, problem, start) => {
    const found = await solve(problem, start);
    for (const [name, { value, stderr }] of Object.entries(problem.certified)) {
      reached.push(digits(found.parameters[name][0], value));
      expect(digits(found.parameters[name][0], value), name).toBeGreaterThan(9);
      // Lanczos1's residuals are of the size of rounding itself, 1e-13: so are their statistics.
      expect(digits(found.standardErrors[name][0], stderr), `stderr of ${name}`).toBeGreaterThan(
        problem.name === "Lanczos1" ? 2 : 6,
      );
    }
    expect(digits(found.residualSumOfSquares, problem.residualSumOfSquares)).toBeGreaterThan(
      problem.name === "Lanczos1" ? 2 : 9,
    );
    expect(found.degreesOfFreedom).toBe(problem.degreesOfFreedom);
  });

  test("over all parameters and starts more than 10.5 digits on average", () => {
    expect(reached.length).toBeGreaterThan(2 * problems.length);
    expect(reached.reduce((sum, one) => sum + one, 0) / reached.length).toBeGreaterThan(10.5);
  });
});

describe("the command", () => {
  const run = (...args: string[]) => runCli(["fit-curve", ...args], { cwd: emptyFolder() });
  const misra = problems[0];
  const file = (columns: Readonly<Record<string, readonly (number | string)[]>>): string => {
    const path = join(emptyFolder(), "table.csv");
    const names = Object.keys(columns);
    const lines = columns[names[0]].map((_, row) => names.map((name) => columns[name][row]).join(","));
    writeFileSync(path, `${[names.join(","), ...lines].join("\n")}\n`);
    return path;
  };

  test("prints one JSON document at full precision", async () => {
    const { status, stdout } = await run(
      file(misra.columns),
      "--model",
      misra.formula,
      "--target",
      "y",
      "--start",
      "b1=500,b2=0.0001",
      "--json",
    );
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(Object.keys(report)).toEqual([
      "parameters",
      "residualSumOfSquares",
      "residualStandardDeviation",
      "degreesOfFreedom",
      "rows",
      "method",
      "iterations",
      "evaluations",
      "stopped",
      "converged",
      "scaledGradient",
      "r2",
      "runs",
      "tries",
      "won",
      "warnings",
    ]);
    expect(report.converged).toBe(true);
    expect(report.scaledGradient).toBeLessThan(1e-6);
    expect(report.r2).toBeGreaterThan(0.9999);
    expect(report.tries[0].origin).toBe("start");
    expect(digits(report.parameters.b1.value, misra.certified.b1.value)).toBeGreaterThan(10);
    expect(digits(report.parameters.b2.stderr, misra.certified.b2.stderr)).toBeGreaterThan(8);
    expect(report.degreesOfFreedom).toBe(12);
  });

  test.each(["newton", "lbfgs", "gauss-newton"])("--method %s finds the same", async (method) => {
    const { stdout } = await run(
      file(misra.columns),
      "--model",
      misra.formula,
      "--target",
      "y",
      "--start",
      "b1=250,b2=0.0005",
      "--method",
      method,
      "--json",
    );
    const report = JSON.parse(stdout);
    expect(report.method).toBe(method);
    expect(digits(report.parameters.b1.value, misra.certified.b1.value)).toBeGreaterThan(7);
  });

  test("a table for people; rows without a value are left out; a formula as target; steps traced", async () => {
    const { status, stdout, stderr } = await run(
      CARS,
      "--target",
      "log(miles_per_gallon)",
      "--model",
      "a + b*log(weight_lbs)",
      "--start",
      "a=0,b=1",
      "--trace",
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/398 rows, log\(miles_per_gallon\) = a/);
    expect(stdout).toMatch(/^b +-1\.05826\d+ +0\.0294998\d+$/m);
    expect(stdout).toMatch(/degrees of freedom +396/);
    expect(stderr).toMatch(/8 rows without a value left out/);
    expect(stderr).toMatch(/^1 {2}f .*predicted .*actual /m);
  });

  test("bounds hold", async () => {
    const { stdout } = await run(
      file(misra.columns),
      "--model",
      misra.formula,
      "--target",
      "y",
      "--start",
      "b1=150,b2=0.001",
      "--upper",
      "b1=200",
      "--json",
    );
    expect(JSON.parse(stdout).parameters.b1.value).toBe(200);
  });

  test("parameters that the data do not determine: a warning, and null", async () => {
    const { status, stdout, stderr } = await run(
      CARS,
      "--target",
      "miles_per_gallon",
      "--model",
      "a+b",
      "--start",
      "a=1,b=1",
      "--json",
    );
    expect(status).toBe(0);
    expect(stderr).toMatch(/determine only 1 of 2 parameters/);
    expect(JSON.parse(stdout).parameters.a.stderr).toBeNull();
  });

  test("iterations that were not enough: said, exit status 1", async () => {
    const { status, stderr } = await run(
      file(misra.columns),
      "--model",
      misra.formula,
      "--target",
      "y",
      "--start",
      "b1=500,b2=0.0001",
      "--iterations",
      "2",
      "--method",
      "newton",
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/not at a minimum yet/);
  });

  test.each<[string, string[], RegExp]>([
    [
      "an unknown name, with its place",
      ["--model", "a+b*weigth_lbs", "--start", "a=0,b=1"],
      /'weigth_lbs' is no column and has no start value \(column 5\)\na\+b\*weigth_lbs\n {4}\^/,
    ],
    [
      "a missing start",
      ["--model", "a+b*year", "--start", "a=0"],
      /'b' is no column and has no start value \(column 3\)[\s\S]*--start b=1/,
    ],
    ["an open bracket, with its place", ["--model", "a*(year+1", "--start", "a=0"], /never closed \(column 3\)/],
    ["absurd depth", ["--model", `${"(".repeat(5000)}a`, "--start", "a=0"], /nested more than 200 levels/],
    ["absurd size", ["--model", `a${"+a*year".repeat(1000)}`, "--start", "a=0"], /more than 1,000 numbers, names/],
    ["a start for nothing", ["--model", "a*year", "--start", "a=0,q=1"], /the model has no parameter 'q'/],
    ["a start that names a column", ["--model", "year*weight_lbs", "--start", "year=0"], /'year' is a column/],
    [
      "a start that is no number",
      ["--model", "a*year", "--start", "a=Infinity"],
      /'a=Infinity' must be a name and a finite number/,
    ],
    ["text", ["--model", "a*origin", "--start", "a=0"], /'origin' holds text, expected numbers/],
    [
      "a model that is NaN at the start: operation and row",
      ["--model", "a*log(3600-weight_lbs)", "--start", "a=1"],
      /not finite at the start: log\(-93\.0000\) = NaN in row 2\n/,
    ],
    [
      "bounds that a method cannot keep",
      ["--model", "a*year", "--start", "a=1", "--lower", "a=0", "--method", "newton-cg"],
      /newton-cg does not keep bounds/,
    ],
  ])("refuses %s", async (_, args, message) => {
    const { status, stdout, stderr } = await run(CARS, "--target", "miles_per_gallon", ...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(2);
    expect(stdout).toBe("");
  });
});

describe("train --optimizer", () => {
  test.each([
    "newton",
    "newton-cg",
    "lbfgs",
    "bfgs",
    "gauss-newton",
    "levenberg-marquardt",
    "scaled-conjugate-gradient",
    "bayesian-regularisation",
    "kfac",
  ])("%s trains by one word", async (optimizer) => {
    const cwd = emptyFolder();
    const { status, stdout } = await runCli(
      [
        "train",
        join(DATA, "diabetes.csv"),
        "--target",
        "progression",
        "--optimizer",
        optimizer,
        "--hidden",
        "6",
        "--epochs",
        "60",
        "--json",
        "--quiet",
      ],
      { cwd },
    );
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.metrics.test.r2).toBeGreaterThan(0.2);
    expect(report.metrics.test.rmse).toBeLessThan(report.baseline.rmse);
  });

  test("what makes no sense is refused before any work", async () => {
    const attempt = (...args: string[]) =>
      runCli(["train", CARS, "--target", "miles_per_gallon", ...args], { cwd: emptyFolder() });
    expect((await attempt("--optimizer", "lbfgs", "--lr", "0.1")).stderr).toMatch(
      /learning rate does not go with the optimizer 'lbfgs'/,
    );
    expect((await attempt("--optimizer", "newton", "--batch", "16")).stderr).toMatch(/each step uses all rows/);
    const large = await attempt("--optimizer", "newton", "--hidden", "100,100");
    expect(large.status).toBe(2);
    expect(large.stderr).toMatch(/parameters, which is too much.*use newton-cg/);
  });
});
